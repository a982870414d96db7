import { APPOINTMENT_ACTION } from './relation.ts';
import type { Due } from './relation.ts';
import type { StageTime } from './stage-timing.ts';

/** What the order of a stage depends on. */
interface Ordered {
  readonly id?: string;
  readonly triggers: readonly string[];
  readonly whens: readonly string[];
  readonly time?: StageTime;
  readonly steps: readonly { readonly due: Due }[];
}

/** Stages that begin with one of these begin when the appointment has begun, or has been missed. */
const AFTER_THE_START = [
  'encounter-started',
  'encounter-finished',
  'encounter-discharged',
  'appointment-fulfilled',
  'appointment-noshow',
];

/** What can never come true in the order of stages: relations to what is not there or not before, steps that are always too late. */
export function orderProblems(stages: readonly Ordered[]): string[] {
  return stages.flatMap((stage, index) => [
    ...relationProblems(stages, stage, index),
    ...lateSteps(stage, `action[${index}]`),
    ...(index === 0 && stage.triggers.includes('stage-done')
      ? ['action[0].trigger: there is no stage before the first one that could be done.']
      : []),
  ]);
}

/** A stage is timed by an earlier one. So no two can wait for each other. */
function relationProblems(stages: readonly Ordered[], { time }: Ordered, index: number): string[] {
  const related = time?.stage;
  if (related === undefined) {
    return [];
  }
  const path = `action[${index}].relatedAction.actionId`;
  const found = stages.findIndex(({ id }) => id === related);
  if (found < 0) {
    return [`${path}: there is no stage "${related}"; it must be an earlier one's id, or "${APPOINTMENT_ACTION}".`];
  }
  return found < index ? [] : [`${path}: stage "${related}" does not come before this one, which would never begin.`];
}

function lateSteps({ triggers, whens, time, steps }: Ordered, path: string): string[] {
  const isLate =
    triggers.length > 0 && whens.length === 0 && !time && triggers.every((name) => AFTER_THE_START.includes(name));
  return steps.flatMap(({ due }, index) =>
    isLate && due.anchor === 'appointment-start' && due.direction === 'before'
      ? [
          `${path}.action[${index}].relatedAction: before the appointment this stage has not begun; it can never be due.`,
        ]
      : [],
  );
}
