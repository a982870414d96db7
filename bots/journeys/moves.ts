import { createReference } from '@medplum/core';
import type { CodeableConcept, Task } from '@medplum/fhirtypes';
import { applies, eventsOf, isCalledOff, startedEncounters } from './facts.ts';
import type { Facts } from './facts.ts';
import type { Journey } from './journey.ts';
import { EVENT_CODE } from './names.ts';
import { cancelSteps, hasOpenSteps, makeSteps, moveSteps } from './steps.ts';

/** The event that stands for "by hand". */
export const MANUAL = 'manual';

/**
 * The journey as it should be, given the facts. It enters the last stage whose event has happened; what it passes over
 * on the way counts as done if its event happened too, and as skipped if not. It goes back only where a check-in is
 * undone. Deciding twice on the same facts changes nothing.
 */
export function advance(journey: Journey, facts: Facts, now: Date): Journey {
  if (journey.carePlan.status !== 'active') {
    return journey;
  }
  const linked = linkEncounter(journey, facts);
  const events = eventsOf(facts);
  const target = targetOf(linked, events, facts);
  if (target) {
    return completeIfDone(enter(linked, target.index, target.event, facts, now), facts, now);
  }
  const current = linked.stages.findIndex(({ status }) => status === 'in-progress');
  const undone = undo(linked, current, events, facts, now);
  if (undone) {
    return undone;
  }
  const isWindingUp = linked.definition.stages[current]?.triggers.includes('appointment-cancelled');
  if (isCalledOff(facts.appointment) && !isWindingUp) {
    return revoke(linked, { coding: [{ system: EVENT_CODE, code: 'appointment-cancelled' }] }, now);
  }
  const stage = linked.definition.stages[current];
  return completeIfDone(stage ? moveSteps(linked, stage, facts, now) : linked, facts, now);
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
  return makeSteps(cancelSteps({ ...journey, stages }, now, stage.code), stage, facts, now);
}

/** Ends a journey before its time: what is open of it is cancelled. */
export function revoke(journey: Journey, reason: CodeableConcept, now: Date): Journey {
  const { carePlan, stages } = journey;
  const end = now.toISOString();
  const revoked = carePlan.status === 'revoked' ? carePlan : { ...carePlan, status: 'revoked' as const };
  return cancelSteps(
    {
      ...journey,
      carePlan: revoked.period?.end ? revoked : { ...revoked, period: { ...revoked.period, end } },
      stages: stages.map((task) =>
        isOver(task) ? task : { ...closed(task, now), status: 'cancelled', statusReason: reason },
      ),
    },
    now,
  );
}

/** Where a journey stands: the stage that is in progress, or else the last one that was done; -1 before the first. */
export function positionOf({ stages }: Journey): number {
  const current = stages.findIndex(({ status }) => status === 'in-progress');
  return current >= 0 ? current : stages.findLastIndex(({ status }) => status === 'completed');
}

/** The last stage whose event has happened and that was not entered yet. A journey of which none has begins with the first. */
function targetOf(
  journey: Journey,
  events: ReadonlySet<string>,
  facts: Facts,
): { index: number; event: string } | undefined {
  const position = positionOf(journey);
  const { stages } = journey.definition;
  for (let index = stages.length - 1; index > position; index--) {
    const stage = stages[index];
    const event = stage?.triggers.find((trigger) => events.has(trigger));
    if (stage && event && journey.stages[index]?.status === 'requested' && applies(stage.conditions, facts)) {
      return { index, event };
    }
  }
  if (position >= 0 || isCalledOff(facts.appointment)) {
    return undefined;
  }
  const first = stages.findIndex(
    (stage, index) => journey.stages[index]?.status === 'requested' && applies(stage.conditions, facts),
  );
  return first < 0 ? undefined : { index: first, event: MANUAL };
}

/**
 * A check-in that was a mistake: the patient is back in the stage before, as if nothing had happened. Its reminders
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
  if (event !== 'appointment-arrived' || events.has(event) || facts.appointment?.status !== 'booked' || !stage) {
    return undefined;
  }
  const stages = journey.stages.map((task, index): Task => {
    if (index === former) {
      return { ...reopened(task, now), status: 'in-progress', executionPeriod: { start: task.executionPeriod?.start } };
    }
    return index === current ? { ...reopened(task, now), status: 'requested' } : task;
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
  if (!stage || !isLast || hasOpenSteps(journey, stage.code) || facts.sending || journey.messages.length > 0) {
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
    ...task,
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
  statusReason: { text: 'Skipped' },
});

const putBack = (task: Task): Task =>
  task.status === 'requested' || task.status === 'on-hold' ? task : { ...task, status: 'on-hold' };

function closed(task: Task, now: Date): Task {
  const at = now.toISOString();
  const period = task.executionPeriod && { ...task.executionPeriod, end: at };
  return { ...task, ...(period && { executionPeriod: period }), lastModified: at };
}
