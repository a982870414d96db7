import type { StageDefinition } from './definition.ts';
import { CONDITION, MANUAL, STAGE_DONE, TIME } from './events.ts';
import { holds } from './expressions.ts';
import { applies, isCalledOff } from './facts.ts';
import type { Facts } from './facts.ts';
import type { Journey } from './journey.ts';
import { hasOpenSteps } from './steps.ts';
import { stageDue } from './timers.ts';

/** Where a journey stands: the stage that is in progress, or else the last one that was done; -1 before the first. */
export function positionOf({ stages }: Journey): number {
  const current = stages.findIndex(({ status }) => status === 'in-progress');
  return current >= 0 ? current : stages.findLastIndex(({ status }) => status === 'completed');
}

/** The last stage whose event has happened and that was not entered yet. A journey of which none has begins with the first, unless that waits. */
export function targetOf(
  journey: Journey,
  events: ReadonlySet<string>,
  facts: Facts,
  now: Date,
): { index: number; event: string } | undefined {
  const position = positionOf(journey);
  const { stages } = journey.definition;
  for (let index = stages.length - 1; index > position; index--) {
    const stage = stages[index];
    const event = stage && entering(journey, index, stage, events, facts, now);
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
  const waits = stages[first]?.time ?? stages[first]?.whens[0];
  return first < 0 || waits ? undefined : { index: first, event: MANUAL };
}

/** What enters a stage now: an event, a condition, or its time. */
function entering(
  journey: Journey,
  index: number,
  stage: StageDefinition,
  events: ReadonlySet<string>,
  facts: Facts,
  now: Date,
): string | undefined {
  const event = stage.triggers.find((trigger) => events.has(trigger));
  if (event) {
    return event;
  }
  if (stage.triggers.includes(STAGE_DONE) && isBeforeDone(journey, index, facts)) {
    return STAGE_DONE;
  }
  if (stage.whens.some((when) => holds(when, facts.patient, facts))) {
    return CONDITION;
  }
  const due = stageDue(journey, index, facts);
  return due && due <= now ? TIME : undefined;
}

/** Whether the patient is in the stage before, and that has nothing left to do and is not repeated any more. */
function isBeforeDone(journey: Journey, index: number, facts: Facts): boolean {
  const before = journey.stages.findLastIndex(({ status }, at) => at < index && status !== 'cancelled');
  const stage = journey.definition.stages[before];
  return (
    stage !== undefined &&
    journey.stages[before]?.status === 'in-progress' &&
    isStageDone(journey, before, stage, facts)
  );
}

/** Whether a stage has nothing left to do: no open step, no message on its way, no repetition to come. */
export function isStageDone(journey: Journey, index: number, stage: StageDefinition, facts: Facts): boolean {
  return (
    !hasOpenSteps(journey, stage.code) &&
    !facts.sending &&
    journey.messages.length === 0 &&
    stageDue(journey, index, facts) === undefined
  );
}
