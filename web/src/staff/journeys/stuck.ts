import type { CarePlan, Communication, Task } from '@medplum/fhirtypes';
import { asksQuestions, isOpen, placeOf, stageOf, timeOf } from '../../../../bots/journeys/parts.ts';
import type { Step } from '../../../../bots/journeys/parts.ts';

/** Why a journey does not go on as it should. */
export interface Reason {
  readonly kind: 'ticket' | 'message' | 'task' | 'answer' | 'late';
  /** Since when, in milliseconds. */
  readonly since: number;
  /** The Task, Communication or CommunicationRequest that shows it. */
  readonly about: Task | Communication | Step;
}

interface Parts {
  readonly plan: CarePlan;
  readonly stages: readonly Task[];
  readonly current?: Task;
  readonly steps: readonly Step[];
  readonly messages: readonly Communication[];
  /** Open ones. */
  readonly tickets: readonly Task[];
}

const HOUR_MS = 3_600_000;
/** Staff have a day for a task that has no end of its own, a patient three for a questionnaire. */
export const STAFF_MS = 24 * HOUR_MS;
export const PATIENT_MS = 72 * HOUR_MS;
/** What the layer does by itself is done within minutes of its time. */
export const LATE_MS = HOUR_MS;

/**
 * Why a journey is stuck, the oldest reason first: an open ticket about it, a message of the present stage that did not
 * go out, an open task of staff or a questionnaire that is overdue, a step or a stage whose time passed without its being
 * done. What a patient does not want (`opted-out`) or what a move of the visit made `obsolete` is no failure, nor is what another message of the same step made good.
 * One that rests is stuck by its tickets only.
 */
export function reasonsOf(parts: Parts, now: Date): Reason[] {
  const rests = parts.plan.status !== 'active';
  return [...parts.tickets.map(ticketOf), ...(rests ? [] : ownReasons(parts, now.getTime()))].sort(
    (a, b) => a.since - b.since,
  );
}

/** Since when a journey is stuck, in milliseconds. */
export const since = (reasons: readonly Reason[]): number => Math.min(...reasons.map((reason) => reason.since));

function ownReasons({ plan, stages, current, steps, messages }: Parts, now: number): Reason[] {
  const stage = current && stageOf(current);
  const entered = Date.parse(current?.executionPeriod?.start ?? plan.created ?? '') || 0;
  const present = steps.filter((step) => placeOf(plan, step)?.stage === stage);
  return [
    ...failedMessages(messages, entered),
    ...present.filter(isOpen).flatMap((step) => overdue(step, now)),
    ...stages
      .filter(({ status }) => status === 'requested' || status === 'in-progress')
      .flatMap((task) => lateStage(task, now)),
  ];
}

const ticketOf = (task: Task): Reason => ({
  kind: 'ticket',
  since: Date.parse(task.authoredOn ?? '') || 0,
  about: task,
});

function failedMessages(messages: readonly Communication[], entered: number): Reason[] {
  return messages
    .filter((message) => hasFailed(message) && changedAt(message) >= entered)
    .filter((message) => !messages.some((other) => madeGood(message, other)))
    .map((message) => ({ kind: 'message' as const, since: changedAt(message), about: message }));
}

export const hasFailed = ({ status, statusReason }: Communication): boolean =>
  status === 'unknown' ||
  (status === 'not-done' && !statusReason?.coding?.some(({ code = '' }) => NO_FAILURE.includes(code)));

const NO_FAILURE: readonly string[] = ['opted-out', 'obsolete'];

/** A later message of the same request that has left, or is on its way. */
const madeGood = (failed: Communication, other: Communication): boolean =>
  other !== failed &&
  !hasFailed(other) &&
  other.status !== 'not-done' &&
  changedAt(other) >= changedAt(failed) &&
  requestOf(other) !== undefined &&
  requestOf(other) === requestOf(failed);

const requestOf = ({ basedOn }: Communication): string | undefined =>
  basedOn?.map(({ reference }) => reference).find((reference) => reference?.startsWith('CommunicationRequest/'));

const changedAt = ({ meta, sent }: Communication): number => Date.parse(meta?.lastUpdated ?? sent ?? '') || 0;

function overdue(step: Step, now: number): Reason[] {
  const due = timeOf(step)?.getTime();
  if (due === undefined) {
    return [];
  }
  if (step.resourceType === 'CommunicationRequest' || step.status === 'draft') {
    return now > due + LATE_MS ? [{ kind: 'late', since: due, about: step }] : [];
  }
  const end = Date.parse(step.restriction?.period?.end ?? '');
  const isAnswer = asksQuestions(step);
  const until = Number.isNaN(end) ? due + (isAnswer ? PATIENT_MS : STAFF_MS) : end;
  return now > until ? [{ kind: isAnswer ? 'answer' : 'task', since: until, about: step }] : [];
}

/** A stage whose time came, and which was not entered. */
function lateStage(task: Task, now: number): Reason[] {
  const due = timeOf(task)?.getTime();
  return due !== undefined && now > due + LATE_MS ? [{ kind: 'late', since: due, about: task }] : [];
}
