import type { Task } from '@medplum/fhirtypes';
import { TASK_CODE } from '../runtime/contract.ts';
import type { StageDefinition } from './definition.ts';
import type { Facts } from './facts.ts';
import type { Journey } from './journey.ts';
import { TIMED_STAGE } from './names.ts';
import { dueAt, times } from './timing.ts';

const REPETITION = 'Times entered';

/**
 * When a stage is entered by itself: the first time, or once more. Undefined for one that waits for something else, and
 * while what it is timed by has no time yet.
 */
export function stageDue(journey: Journey, index: number, facts: Facts): Date | undefined {
  const stage = journey.definition.stages[index];
  const task = journey.stages[index];
  if (!stage || !task || journey.carePlan.status !== 'active') {
    return undefined;
  }
  if (task.status === 'in-progress') {
    return stage.repeat && repetitionOf(task) < stage.repeat.count
      ? repetitionTime(stage, task, repetitionOf(task), facts)
      : undefined;
  }
  if (task.status !== 'requested' || !stage.time) {
    return undefined;
  }
  const related = journey.definition.stages.findIndex(({ id }) => id !== undefined && id === stage.time?.stage);
  const entry = journey.stages[related]?.executionPeriod?.start;
  if (stage.time.anchor === 'stage-entry' && !entry) {
    return undefined;
  }
  const { appointment, zone } = facts;
  return dueAt(stage.time, {
    stageEntry: new Date(entry ?? 0),
    zone,
    ...(appointment && { appointment }),
  });
}

/** How often a stage has been entered since it was entered anew. */
export function repetitionOf(task: Task): number {
  return task.output?.find(({ type }) => type.text === REPETITION)?.valueInteger ?? 1;
}

/** When a stage that is in progress was entered, the last time: a repetition counts from when it was due. */
export function enteredAt(journey: Journey, index: number, facts: Facts): Date | undefined {
  const task = journey.stages[index];
  const stage = journey.definition.stages[index];
  return task?.executionPeriod?.start && stage
    ? (repetitionTime(stage, task, repetitionOf(task) - 1, facts) ?? new Date(task.executionPeriod.start))
    : undefined;
}

/** Which repetition of a stage is due; what fell due before that and was not done then is passed over. */
export function dueRepetition(stage: StageDefinition, task: Task, facts: Facts, now: Date): number {
  let repetition = repetitionOf(task);
  while (stage.repeat && repetition < stage.repeat.count) {
    const next = repetitionTime(stage, task, repetition, facts);
    if (!next || next > now) {
      break;
    }
    repetition++;
  }
  return repetition;
}

/** The Task of a stage that is entered for the nth time. */
export function withRepetition(task: Task, repetition: number): Task {
  const others = (task.output ?? []).filter(({ type }) => type.text !== REPETITION);
  return { ...task, output: [...others, { type: { text: REPETITION }, valueInteger: repetition }] };
}

/** A stage that is entered anew counts from one. */
export function withoutRepetition(task: Task): Task {
  const others = (task.output ?? []).filter(({ type }) => type.text !== REPETITION);
  return task.output ? { ...task, output: others.length > 0 ? others : undefined } : task;
}

/** Counted from the first entry, so that a run that was late does not move the later ones. */
function repetitionTime({ repeat }: StageDefinition, task: Task, done: number, { zone }: Facts): Date | undefined {
  const entry = task.executionPeriod?.start;
  return entry && repeat
    ? dueAt(
        { anchor: 'stage-entry', direction: 'after', offset: times(repeat.every, done) },
        { stageEntry: new Date(entry), zone },
      )
    : undefined;
}

/**
 * Notes on the stages' Tasks when they are entered by themselves, where the cron bot finds them by one search. What waits
 * for nothing of the kind any more is found no longer.
 */
export function arm(journey: Journey, facts: Facts): Journey {
  const stages = journey.stages.map((task, index) => timed(task, stageDue(journey, index, facts)));
  return stages.every((task, index) => task === journey.stages[index]) ? journey : { ...journey, stages };
}

/** A journey whose stages no cron run finds: one that rests, or has ended. */
export function disarm(journey: Journey): Journey {
  const stages = journey.stages.map((task) => timed(task, undefined));
  return stages.every((task, index) => task === journey.stages[index]) ? journey : { ...journey, stages };
}

/** The same value where nothing is to be changed. */
function timed(task: Task, due: Date | undefined): Task {
  const isTimed = task.code?.coding?.some(isTimer) ?? false;
  const at = due?.toISOString();
  if ((!at && !isTimed) || (isTimed && at !== undefined && task.restriction?.period?.start === at)) {
    return task;
  }
  const coding = (task.code?.coding ?? []).filter((one) => !isTimer(one));
  if (!at) {
    return { ...task, code: { ...task.code, coding }, restriction: undefined };
  }
  const timer = { system: TASK_CODE, code: TIMED_STAGE, display: 'Stage that is entered at a time' };
  return { ...task, code: { ...task.code, coding: [...coding, timer] }, restriction: { period: { start: at } } };
}

const isTimer = ({ system, code }: { system?: string; code?: string }): boolean =>
  system === TASK_CODE && code === TIMED_STAGE;
