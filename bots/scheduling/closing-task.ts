import type { WithId } from '@medplum/core';
import { createReference, getExtension, isDefined } from '@medplum/core';
import type {
  Appointment,
  CodeableConcept,
  Extension,
  Reference,
  Schedule,
  Slot,
  Task,
  TaskOutput,
} from '@medplum/fhirtypes';
import { codeSystem, extensionUrl, sid, TASK_CODE } from '../runtime/contract.ts';
import type { Interval } from './wall-clock.ts';

/** The one Task of a Schedule and a time that says what became of each Appointment there. */
export const CLOSING_SID = sid('schedule-closing');
export const CLOSING_CODE = 'close-schedule';
export const CLOSING_OUTCOME = codeSystem('closing-outcome');
/** On an entry: the hold that was offered, the message to the patient, and when that had left. */
export const CLOSING_OFFER = extensionUrl('closing-offer');
export const CLOSING_MESSAGE = extensionUrl('closing-message');
export const CLOSING_TOLD = extensionUrl('closing-told');

/** What became of an Appointment whose time was closed, with what a person reads. */
export const OUTCOMES = {
  offered: 'New time offered',
  accepted: 'New time taken',
  declined: 'New time declined',
  'no-answer': 'No answer',
  superseded: 'New time closed too',
  cancelled: 'Cancelled',
  'no-time': 'No other time found',
  released: 'Hold given back',
  kept: 'Left as it is',
} as const;
export type Outcome = keyof typeof OUTCOMES;

/** What a person has to do something about. */
export const NEEDS_A_PERSON: readonly Outcome[] = ['declined', 'no-answer', 'no-time', 'kept'];

/** One Appointment on the list. */
export interface ClosingEntry {
  /** As `Appointment/id`. */
  readonly appointment: string;
  readonly outcome: Outcome;
  /** The hold, as `Appointment/id`. */
  readonly offer?: string | undefined;
  /** As `Communication/id`. */
  readonly message?: string | undefined;
  /** When the message had left. */
  readonly told?: string | undefined;
}

/** What a closing was asked for. */
export interface Closing {
  readonly time: Interval;
  /** Whether patients are told that their visit is cancelled, and are offered nothing. */
  readonly cancel: boolean;
}

/** The business key of a closing: its Schedule and time. */
export const closingKey = (schedule: string, { start, end }: Interval): string =>
  `${schedule}/${start.toISOString()}/${end.toISOString()}`;

/** A new closing, which nothing has been done for yet. */
export function newClosing(schedule: WithId<Schedule>, { time, cancel }: Closing, reason: string, now: Date): Task {
  return {
    resourceType: 'Task',
    identifier: [{ system: CLOSING_SID, value: closingKey(schedule.id, time) }],
    status: 'in-progress',
    intent: 'order',
    code: { coding: [{ system: TASK_CODE, code: CLOSING_CODE, display: 'Close a schedule' }] },
    description: 'A schedule is closed for some time: what becomes of each appointment',
    reasonCode: { text: reason },
    focus: createReference(schedule),
    authoredOn: now.toISOString(),
    executionPeriod: { start: now.toISOString() },
    lastModified: now.toISOString(),
    input: [
      { type: { text: 'time' }, valuePeriod: { start: time.start.toISOString(), end: time.end.toISOString() } },
      { type: { text: 'cancel' }, valueBoolean: cancel },
    ],
  };
}

/** The closing with the Slot that shuts its time, from now on, and what it is asked for this time. */
export function withBlock(
  task: WithId<Task>,
  block: WithId<Slot>,
  { cancel }: Pick<Closing, 'cancel'>,
  now: Date,
): WithId<Task> {
  const others = (task.input ?? []).filter(({ type }) => type.text !== 'block' && type.text !== 'cancel');
  return {
    ...task,
    status: 'in-progress',
    executionPeriod: { start: now.toISOString() },
    input: [
      ...others,
      { type: { text: 'cancel' }, valueBoolean: cancel },
      { type: { text: 'block' }, valueReference: createReference(block) },
    ],
  };
}

/** What a Task says that it is to do; undefined if it does not say it. */
export function closingOf({ input = [] }: Task): Closing | undefined {
  const part = (name: string) => input.find(({ type }) => type.text === name);
  const { start, end } = part('time')?.valuePeriod ?? {};
  return start && end
    ? { time: { start: new Date(start), end: new Date(end) }, cancel: part('cancel')?.valueBoolean ?? false }
    : undefined;
}

/** The list, in the order in which its Appointments were looked at. */
export const entriesOf = ({ output = [] }: Task): ClosingEntry[] => output.map(entryOf).filter(isDefined);

/** The Task with a list; finished once nothing on it is open. */
export function withEntries(
  task: WithId<Task>,
  entries: readonly ClosingEntry[],
  now: Date,
  done: boolean,
): WithId<Task> {
  const { start } = task.executionPeriod ?? {};
  return {
    ...task,
    status: done ? 'completed' : 'in-progress',
    executionPeriod: { ...(start && { start }), ...(done && { end: now.toISOString() }) },
    lastModified: now.toISOString(),
    output: entries.length > 0 ? entries.map(outputOf) : undefined,
  };
}

function entryOf(output: TaskOutput): ClosingEntry | undefined {
  const code = output.type.coding?.find(({ system }) => system === CLOSING_OUTCOME)?.code;
  const appointment = output.valueReference?.reference;
  const linked = (url: string): string | undefined => getExtension(output, url)?.valueReference?.reference;
  return code && code in OUTCOMES && appointment
    ? {
        appointment,
        outcome: code as Outcome,
        offer: linked(CLOSING_OFFER),
        message: linked(CLOSING_MESSAGE),
        told: getExtension(output, CLOSING_TOLD)?.valueInstant,
      }
    : undefined;
}

function outputOf({ appointment, outcome, offer, message, told }: ClosingEntry): TaskOutput {
  const extension: Extension[] = [
    ...(offer ? [{ url: CLOSING_OFFER, valueReference: { reference: offer } as Reference<Appointment> }] : []),
    ...(message ? [{ url: CLOSING_MESSAGE, valueReference: { reference: message } }] : []),
    ...(told ? [{ url: CLOSING_TOLD, valueInstant: told }] : []),
  ];
  return {
    ...(extension.length > 0 && { extension }),
    type: typeOf(outcome),
    valueReference: { reference: appointment },
  };
}

const typeOf = (code: Outcome): CodeableConcept => ({
  coding: [{ system: CLOSING_OUTCOME, code, display: OUTCOMES[code] }],
});
