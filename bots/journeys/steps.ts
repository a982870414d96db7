import { createReference, getReferenceString } from '@medplum/core';
import type { CommunicationRequest, Communication, Reference } from '@medplum/fhirtypes';
import { expiryOf, messageOf, messageRequest, retimed } from '../messages/request.ts';
import type { StageDefinition, StepDefinition } from './definition.ts';
import { applies } from './facts.ts';
import type { Facts, StepSource } from './facts.ts';
import { latest, referenceTo } from './journey.ts';
import type { Journey } from './journey.ts';
import { STEP_SID } from './names.ts';
import { asksQuestions, isOpen, stepKey, timeOf } from './parts.ts';
import type { Step } from './parts.ts';
import { stopMessages } from './stopping.ts';
import { newTask } from './tasks.ts';
import { enteredAt } from './timers.ts';
import { dueAt } from './timing.ts';

/**
 * Makes the steps of a stage that is being entered. What is due now is given to be sent (or worked on) at once; what
 * was to happen before the appointment, at a time that is past, is not made.
 */
export function makeSteps(journey: Journey, stage: StageDefinition, facts: Facts, now: Date): Journey {
  return stage.steps.reduce((made, step) => {
    const due = dueOf(step, facts, now);
    const missed = due !== undefined && step.due.direction === 'before' && due < now;
    return due && !missed && applies(step.conditions, facts) ? make(made, stage, step, due, facts, now) : made;
  }, journey);
}

/**
 * Makes the steps of a stage that is entered once more. A message that has not left and a questionnaire that was not
 * answered give way to the new ones; other tasks stay open, and are not made twice.
 */
export function renewSteps(journey: Journey, stage: StageDefinition, facts: Facts, now: Date): Journey {
  const own = stage.steps.filter(({ due }) => due.anchor === 'stage-entry');
  const standing = own.filter(({ id }) => isWorkedOn(latest(journey, stage.code, id)));
  const anew = own.filter((step) => !standing.includes(step));
  const keys = anew.map(({ id }) => stepKey(journey.carePlan, stage.code, id));
  const steps = journey.steps.map((step) =>
    isOpen(step) && keys.includes(identifierOf(step)) ? cancelled(step, now) : step,
  );
  return makeSteps({ ...journey, steps }, { ...stage, steps: anew }, facts, now);
}

/** A task that waits for somebody of the staff. */
const isWorkedOn = (step: Step | undefined): boolean =>
  step?.resourceType === 'Task' && isOpen(step) && step.status !== 'draft' && !asksQuestions(step);

/**
 * Moves the steps of the stage that the patient is in to where the appointment is now. What has not happened yet gets
 * its new time; what happened for the old time, or had been too late for it, is made again if its new time is to come. A
 * message that was made for the old time and has not left is not sent.
 * @param again - Whether what was cancelled is made again for the same time, too.
 */
export function moveSteps(journey: Journey, stage: StageDefinition, facts: Facts, now: Date, again = false): Journey {
  return stage.steps.reduce((moved, step) => {
    if (step.due.anchor === 'stage-entry') {
      return makeAwaited(moved, stage, step, facts, now);
    }
    const due = dueOf(step, facts, now);
    if (!due || !applies(step.conditions, facts)) {
      return moved;
    }
    const instance = latest(moved, stage.code, step.id);
    const isCancelled = instance?.status === 'revoked' || instance?.status === 'cancelled';
    if (instance && timeOf(instance)?.getTime() === due.getTime() && !(again && isCancelled)) {
      return moved;
    }
    if (!instance || !isOpen(instance)) {
      const silent = instance?.resourceType === 'CommunicationRequest' ? stopMessages(moved, instance) : moved;
      return due > now ? make(silent, stage, step, due, facts, now) : silent;
    }
    const missed = step.due.direction === 'before' && due < now;
    return replace(moved, instance, missed ? cancelled(instance, now) : atTime(instance, step, due, facts, now));
  }, journey);
}

/** A step whose condition has become true since its stage was entered: it is made then. */
function makeAwaited(journey: Journey, stage: StageDefinition, step: StepDefinition, facts: Facts, now: Date): Journey {
  const index = journey.definition.stages.indexOf(stage);
  const entry = enteredAt(journey, index, facts);
  const former = latest(journey, stage.code, step.id);
  const isMade = former && (isOpen(former) || !entry || new Date(former.authoredOn ?? 0) >= entry);
  if (step.conditions.length === 0 || !entry || isMade || !applies(step.conditions, facts)) {
    return journey;
  }
  const due = dueOf(step, facts, entry);
  return due ? make(journey, stage, step, due < now ? now : due, facts, now) : journey;
}

/** Cancels what is open of every stage, or of every stage but one. */
export function cancelSteps(journey: Journey, now: Date, exceptStage?: string): Journey {
  const kept = exceptStage && stepKey(journey.carePlan, exceptStage, '');
  return {
    ...journey,
    steps: journey.steps.map((step) =>
      isOpen(step) && !(kept && identifierOf(step).startsWith(kept)) ? cancelled(step, now) : step,
    ),
  };
}

/** Whether a step of this stage is still to be done. */
export const hasOpenSteps = ({ carePlan, steps }: Journey, stage: string): boolean =>
  steps.some((step) => isOpen(step) && identifierOf(step).startsWith(stepKey(carePlan, stage, '')));

/**
 * The step, run: a message is given to be sent, a task to those who work on it.
 * @param now - A message whose time is over by then is cancelled instead.
 */
export function runStep<T extends Step>(step: T, now: Date): { step: T; message?: Communication } {
  if (step.resourceType === 'Task') {
    return { step: { ...step, status: 'requested' } };
  }
  const expires = expiryOf(step);
  if (expires && new Date(expires) <= now) {
    return { step: cancelled(step, now) };
  }
  return { step: { ...step, status: 'completed' }, message: messageOf(step, referenceTo<CommunicationRequest>(step)) };
}

const identifierOf = (step: Step): string => step.identifier?.find(({ system }) => system === STEP_SID)?.value ?? '';

const dueOf = (step: StepDefinition, { appointment, zone }: Facts, now: Date): Date | undefined =>
  dueAt(step.due, { stageEntry: now, zone, ...(appointment && { appointment }) });

/** A message before an appointment makes no sense once that has begun (or ended, if that is what it is timed by). */
function expiresAt({ due }: StepDefinition, { appointment }: Facts): string | undefined {
  const edge = due.anchor === 'appointment-start' ? appointment?.start : appointment?.end;
  return due.direction === 'before' ? edge : undefined;
}

function make(
  journey: Journey,
  stage: StageDefinition,
  step: StepDefinition,
  due: Date,
  facts: Facts,
  now: Date,
): Journey {
  const source = facts.sources.get(step.canonical);
  const made = isMessage(source)
    ? newRequest(journey, stage, step, due, facts, now)
    : newTask(journey, stage, step, source, due, facts, now);
  const run = due <= now ? runStep<Step>(made, now) : { step: made };
  return {
    ...journey,
    steps: [...journey.steps, run.step],
    messages: [...journey.messages, ...(run.message ? [run.message] : [])],
  };
}

const isMessage = (source: StepSource | undefined): boolean =>
  source?.resourceType === 'ActivityDefinition' && source.kind === 'CommunicationRequest';

function newRequest(
  journey: Journey,
  stage: StageDefinition,
  step: StepDefinition,
  due: Date,
  facts: Facts,
  now: Date,
): CommunicationRequest {
  const expires = expiresAt(step, facts);
  const former = latest(journey, stage.code, step.id);
  const request = messageRequest(
    {
      identifier: { system: STEP_SID, value: stepKey(journey.carePlan, stage.code, step.id) },
      template: step.canonical,
      patient: createReference(facts.patient),
      basedOn: [referenceTo(journey.carePlan)],
      due,
      ...(facts.appointment && { appointment: facts.appointment }),
      ...(expires && { expires }),
    },
    now,
  );
  const replaces = former?.id ? [{ reference: getReferenceString(former) } as Reference<CommunicationRequest>] : [];
  return replaces.length > 0 ? { ...request, replaces } : request;
}

function atTime(step: Step, definition: StepDefinition, due: Date, facts: Facts, now: Date): Step {
  if (step.resourceType === 'CommunicationRequest') {
    return retimed(step, due, expiresAt(definition, facts));
  }
  const status = step.status === 'requested' && due > now ? 'draft' : step.status;
  return { ...step, status, restriction: { ...step.restriction, period: { start: due.toISOString() } } };
}

function cancelled<T extends Step>(step: T, now: Date): T {
  return step.resourceType === 'Task'
    ? { ...step, status: 'cancelled', lastModified: now.toISOString() }
    : { ...step, status: 'revoked' };
}

const replace = (journey: Journey, from: Step, to: Step): Journey => ({
  ...journey,
  steps: journey.steps.map((step) => (step === from ? to : step)),
});
