import { createReference } from '@medplum/core';
import type { CodeableConcept, Task } from '@medplum/fhirtypes';
import { applies, eventsOf, isCalledOff, startedEncounters } from './facts.ts';
import type { StageDefinition } from './definition.ts';
import type { Facts } from './facts.ts';
import { writesOf } from './journey.ts';
import type { Journey } from './journey.ts';
import { answeredAt, closeAnswered } from './answered.ts';
import { isStageDone, positionOf, targetOf } from './entering.ts';
import { EVENT_CODE } from './names.ts';
import { stopMessages } from './stopping.ts';
import { cancelSteps, makeSteps, moveSteps, renewSteps } from './steps.ts';
import { arm, dueRepetition, enteredAt, repetitionOf, stageDue, withoutRepetition, withRepetition } from './timers.ts';

/** So many new steps are enough for one transaction; what follows from them is decided when the journey is looked at next. */
const ENOUGH_STEPS = 8;
/** A transaction takes 40. Each move by itself stays below that (`definition.ts`); several at once must, too. */
const MOST_WRITES = 38;

/**
 * The journey as it should be, given the facts, with the times noted at which it goes on by itself. One stage may lead
 * to the next at once.
 */
export function advance(journey: Journey, facts: Facts, now: Date): Journey {
  let current = journey;
  for (let moves = 0; moves <= journey.stages.length; moves++) {
    const moved = advanceOnce(current, facts, now);
    if (moves > 0 && writesOf(journey, arm(moved, facts)).length > MOST_WRITES) {
      break;
    }
    if (moved === current || moved.steps.length - journey.steps.length > ENOUGH_STEPS) {
      current = moved;
      break;
    }
    current = moved;
  }
  return current.carePlan.status === 'active' ? arm(current, facts) : current;
}

/**
 * It enters the last stage whose event has happened; what it passes over
 * on the way counts as done if its event happened too, and as skipped if not. It goes back only where a check-in is
 * undone. Deciding twice on the same facts changes nothing.
 */
function advanceOnce(journey: Journey, world: Facts, now: Date): Journey {
  if (journey.carePlan.status !== 'active') {
    return journey;
  }
  const facts = withStageAnswers(journey, world);
  const linked = skipLate(closeAnswered(linkEncounter(journey, facts), facts, now), facts, now);
  const events = eventsOf(facts);
  const target = targetOf(linked, events, facts, now);
  if (target) {
    return completeIfDone(enter(linked, target.index, target.event, facts, now), facts, now);
  }
  const current = linked.stages.findIndex(({ status }) => status === 'in-progress');
  const undone = undo(linked, current, events, facts, now);
  if (undone) {
    return undone;
  }
  const isWindingUp = linked.definition.stages.some(
    ({ triggers }, index) =>
      triggers.includes(CANCELLED) && ['in-progress', 'completed'].includes(linked.stages[index]?.status ?? ''),
  );
  if (isCalledOff(facts.appointment) && !isWindingUp) {
    return revoke(linked, { coding: [{ system: EVENT_CODE, code: CANCELLED }] }, now);
  }
  const stage = linked.definition.stages[current];
  const repeated = stage ? repeat(linked, current, stage, facts, now) : linked;
  const since = repeated === linked ? facts : withStageAnswers(repeated, world);
  return completeIfDone(stage ? moveSteps(repeated, stage, since, now) : repeated, since, now);
}

/** What the patient answered since the stage that they are in was entered, or entered once more. */
function withStageAnswers(journey: Journey, facts: Facts): Facts {
  const current = journey.stages.findIndex(({ status }) => status === 'in-progress');
  const since = enteredAt(journey, current, facts);
  const stageAnswers = since ? (facts.answers ?? []).filter((answer) => answeredAt(answer) >= since) : [];
  return { ...facts, stageAnswers };
}

/** Enters the stage that the patient is in once more, if that is due. */
function repeat(journey: Journey, index: number, stage: StageDefinition, facts: Facts, now: Date): Journey {
  const task = journey.stages[index];
  const repetition = task ? dueRepetition(stage, task, facts, now) : 1;
  if (!task || repetition === repetitionOf(task)) {
    return journey;
  }
  const stages = journey.stages.map((other) =>
    other === task ? { ...withRepetition(task, repetition), lastModified: now.toISOString() } : other,
  );
  return renewSteps({ ...journey, stages }, stage, { ...facts, stageAnswers: [] }, now);
}

/** A stage whose time has come and whose conditions are not true is not waited for any longer. */
function skipLate(journey: Journey, facts: Facts, now: Date): Journey {
  const position = positionOf(journey);
  const isLate = (index: number): boolean => {
    const due = stageDue(journey, index, facts);
    const stage = journey.definition.stages[index];
    return index > position && due !== undefined && due <= now && !applies(stage?.conditions ?? [], facts);
  };
  const stages = journey.stages.map((task, index) =>
    task.status === 'requested' && isLate(index) ? skipped(task, now) : task,
  );
  return stages.every((task, index) => task === journey.stages[index]) ? journey : { ...journey, stages };
}

/**
 * Enters a stage. Earlier ones are over; of a move back, later ones are put on hold, from where only a person takes
 * them up again. A stage's open steps end with it.
 */
export function enter(journey: Journey, index: number, event: string, facts: Facts, now: Date): Journey {
  const stage = journey.definition.stages[index];
  if (!stage) {
    return journey;
  }
  const events = eventsOf(facts);
  const stages = journey.stages.map((task, at) => {
    if (at === index) {
      return entered(task, event, now);
    }
    const definition = journey.definition.stages[at];
    const happened =
      definition !== undefined &&
      definition.triggers.some((trigger) => events.has(trigger)) &&
      applies(definition.conditions, facts);
    return at < index ? passed(task, happened, now) : putBack(task);
  });
  const left = cancelSteps({ ...journey, stages }, now, stage.code);
  const silent = event === CANCELLED ? stopMessages(left) : left;
  return makeSteps(silent, stage, { ...facts, stageAnswers: [] }, now);
}

/** The event after which nothing is true any more that was to be said of the visit. */
const CANCELLED = 'appointment-cancelled';

/** Ends a journey before its time: what is open of it is cancelled, and what has not left is not sent. */
export function revoke(journey: Journey, reason: CodeableConcept, now: Date): Journey {
  const { carePlan, stages } = journey;
  const end = now.toISOString();
  const revoked = carePlan.status === 'revoked' ? carePlan : { ...carePlan, status: 'revoked' as const };
  return cancelSteps(
    {
      ...stopMessages(journey),
      carePlan: revoked.period?.end ? revoked : { ...revoked, period: { ...revoked.period, end } },
      stages: stages.map((task) =>
        isOver(task) ? task : { ...closed(task, now), status: 'cancelled', statusReason: reason },
      ),
    },
    now,
  );
}

const SKIPPED = 'Skipped';

/**
 * A check-in that was a mistake, or a no-show who came after all: the patient is back in the stage before, as if nothing
 * had happened. Its reminders
 * that are still to come are made again; what was said on entering it is not said twice.
 */
function undo(
  journey: Journey,
  current: number,
  events: ReadonlySet<string>,
  facts: Facts,
  now: Date,
): Journey | undefined {
  const event = journey.stages[current]?.reasonCode?.coding?.find(({ system }) => system === EVENT_CODE)?.code;
  const former = journey.stages.findLastIndex(({ status }, index) => index < current && status === 'completed');
  const stage = journey.definition.stages[former];
  const status = facts.appointment?.status;
  const isUndone = event === 'appointment-noshow' || (event === 'appointment-arrived' && status === 'booked');
  if (!stage || !isUndone || events.has(event) || isCalledOff(facts.appointment)) {
    return undefined;
  }
  const stages = journey.stages.map((task, index): Task => {
    if (index === former) {
      return { ...reopened(task, now), status: 'in-progress', executionPeriod: { start: task.executionPeriod?.start } };
    }
    const isSkipped = index > former && index < current && task.statusReason?.text === SKIPPED;
    return index === current || isSkipped
      ? { ...reopened(task, now), status: 'requested', statusReason: undefined }
      : task;
  });
  return moveSteps(cancelSteps({ ...journey, stages }, now), stage, facts, now, true);
}

const reopened = (task: Task, now: Date): Task => ({
  ...task,
  executionPeriod: undefined,
  lastModified: now.toISOString(),
});

function linkEncounter(journey: Journey, facts: Facts): Journey {
  const [encounter] = startedEncounters(facts);
  if (!encounter || journey.carePlan.encounter) {
    return journey;
  }
  return { ...journey, carePlan: { ...journey.carePlan, encounter: createReference(encounter) } };
}

/** A journey is complete when the steps of its last stage are done and its messages have left. */
export function completeIfDone(journey: Journey, facts: Facts, now: Date): Journey {
  const position = positionOf(journey);
  const stage = journey.definition.stages[position];
  const isLast = !journey.stages.some((task, index) => {
    const later = journey.definition.stages[index];
    const waits = task.status === 'requested' || task.status === 'on-hold';
    return index > position && waits && later !== undefined && applies(later.conditions, facts);
  });
  if (!stage || !isLast || !isStageDone(journey, position, stage, facts)) {
    return journey;
  }
  return {
    ...journey,
    carePlan: {
      ...journey.carePlan,
      status: 'completed',
      period: { ...journey.carePlan.period, end: now.toISOString() },
    },
    stages: journey.stages.map((task, index) => {
      if (isOver(task)) {
        return task;
      }
      return index === position ? { ...closed(task, now), status: 'completed' } : skipped(task, now);
    }),
  };
}

const isOver = ({ status }: Task): boolean => !['requested', 'in-progress', 'on-hold'].includes(status);

function entered(task: Task, event: string, now: Date): Task {
  return {
    ...withoutRepetition(task),
    status: 'in-progress',
    statusReason: undefined,
    reasonCode: { coding: [{ system: EVENT_CODE, code: event }] },
    executionPeriod: { start: now.toISOString() },
    lastModified: now.toISOString(),
  };
}

function passed(task: Task, happened: boolean, now: Date): Task {
  if (isOver(task)) {
    return task;
  }
  if (task.status === 'in-progress') {
    return { ...closed(task, now), status: 'completed' };
  }
  const at = now.toISOString();
  return happened
    ? { ...task, status: 'completed', executionPeriod: { start: at, end: at }, lastModified: at }
    : skipped(task, now);
}

const skipped = (task: Task, now: Date): Task => ({
  ...closed(task, now),
  status: 'cancelled',
  statusReason: { text: SKIPPED },
});

const putBack = (task: Task): Task =>
  task.status === 'requested' || task.status === 'on-hold' ? task : { ...task, status: 'on-hold' };

function closed(task: Task, now: Date): Task {
  const at = now.toISOString();
  const period = task.executionPeriod && { ...task.executionPeriod, end: at };
  return { ...task, ...(period && { executionPeriod: period }), lastModified: at };
}
