import { createReference, getIdentifier } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Communication, Reference, Task, TaskInput } from '@medplum/fhirtypes';
import { TASK_CODE, TICKET_SID } from '../runtime/contract.ts';
import { OPEN_TICKET, openTicket } from '../runtime/ticket.ts';
import type { Ticket } from '../runtime/ticket.ts';
import { update } from '../runtime/writes.ts';
import type { Decision, Write } from '../runtime/writes.ts';
import { consentWord } from './consent.ts';
import { INCOMING, MESSAGE_CATEGORY, THREAD_SID } from './names.ts';
import { channelOf } from './template.ts';

/** Beside `ticket`: it is about a conversation that waits for somebody of the clinic. */
export const CONVERSATION = 'conversation';

/** What is known of a conversation. */
export interface Conversation {
  readonly thread: WithId<Communication>;
  /** What came in, the latest first. */
  readonly incoming: readonly WithId<Communication>[];
  /** What the patient, or who wrote for them, got since the latest of these came in. */
  readonly sent: readonly Communication[];
  /** Its tickets, open and closed. */
  readonly tickets: readonly WithId<Task>[];
}

/** Whether a Communication is the header of one of our threads. */
export const isThread = (communication: Communication): boolean =>
  getIdentifier(communication, THREAD_SID) !== undefined;

/** Whether a person has to read a message: not an answer that was understood, nor a STOP or START that was obeyed. */
export function isForPerson({ inResponseTo = [], subject, medium, payload = [] }: Communication): boolean {
  const text = payload.map(({ contentString }) => contentString ?? '').join('\n');
  const isObeyed = subject !== undefined && channelOf(medium) !== undefined && consentWord(text) !== undefined;
  return inResponseTo.length === 0 && !isObeyed;
}

/** The last message of a conversation that a person has to read. */
export const lastForPerson = (incoming: readonly WithId<Communication>[]): WithId<Communication> | undefined =>
  incoming.find(isForPerson);

/** What the one open ticket of a conversation says, and by what it is found. */
function about(thread: WithId<Communication>): Ticket {
  const patient = thread.subject?.reference;
  return {
    key: `conversation/${thread.id}`,
    kind: { code: CONVERSATION, display: 'Conversation' },
    text: patient ? 'A patient wrote: read it and answer.' : WHOSE,
    focus: createReference(thread),
    ...(patient && { patient: { reference: patient } }),
  };
}

const WHOSE =
  'Somebody wrote whose number is no patient\u2019s, or that of several: say which patient the messages are from.';

/**
 * The one open ticket of a conversation that waits for somebody.
 * @param message - The last one that came in, which the ticket names: whoever closes it has seen it up to there.
 * @param candidates - Whose the messages may be, where that is not known.
 */
export function conversationTicket(
  thread: WithId<Communication>,
  message: Reference<Communication>,
  now: Date,
  candidates: readonly string[] = [],
): Write<Task> {
  const possible = candidates.map((reference): TaskInput => ({ type: CANDIDATE, valueReference: { reference } }));
  return openTicket({ ...about(thread), input: [latest(message), ...possible] }, now);
}

/**
 * Keeps one ticket open as long as the last message of a conversation waits: until an answer to it (`inResponseTo`) has
 * left, or somebody closes the ticket that names it. Decided on what there is, so that it makes no difference which of
 * the changes was heard of.
 */
export function decideConversation({ thread, incoming, sent, tickets }: Conversation, now: Date): Decision<undefined> {
  const open = tickets.filter(isOpen);
  const message = lastForPerson(incoming);
  if (!message) {
    // A STOP of a number that nobody had was for a person until somebody said whose it is.
    const settled = incoming.length > 0 ? open.map((task) => closed(task, 'Nothing to answer', now)) : [];
    return { writes: settled, result: undefined };
  }
  const reference = `Communication/${message.id}`;
  const isAnswered = sent.some(
    ({ status, inResponseTo = [] }) =>
      status === 'completed' && inResponseTo.some((answered) => answered.reference === reference),
  );
  if (isAnswered) {
    return { writes: open.map((task) => closed(task, 'Answered', now)), result: undefined };
  }
  const [task, ...others] = open;
  if (!task) {
    const isSeen = tickets.some((ticket) => latestOf(ticket) === reference);
    return { writes: isSeen ? [] : [conversationTicket(thread, { reference }, now)], result: undefined };
  }
  const named = latestOf(task) === reference ? [] : [update(naming(task, { reference }, now))];
  return { writes: [...named, ...others.map((other) => closed(other, 'Twice', now))], result: undefined };
}

/**
 * The open tickets of a thread whose messages were put into another one go along: they are about that now.
 * @param own - The thread that the messages are in.
 * @param present - The tickets of that.
 */
export function decideMoved(
  tickets: readonly WithId<Task>[],
  own: WithId<Communication>,
  present: readonly WithId<Task>[],
  now: Date,
): Decision<undefined> {
  const [first, ...others] = tickets.filter(isOpen);
  if (!first) {
    return { writes: [], result: undefined };
  }
  const { key, text, focus, patient } = about(own);
  const moved = present.some(isOpen)
    ? closed(first, 'The patient\u2019s own conversation has one', now)
    : update<WithId<Task>>({
        ...first,
        identifier: [{ system: TICKET_SID, value: key }],
        description: text,
        ...(focus && { focus }),
        ...(patient && { for: patient }),
        input: (first.input ?? []).filter(isLatest),
        lastModified: now.toISOString(),
      });
  return { writes: [moved, ...others.map((other) => closed(other, 'Twice', now))], result: undefined };
}

const isOpen = ({ status }: Task): boolean => OPEN_TICKET.includes(status);

const LATEST = { coding: [{ system: MESSAGE_CATEGORY, code: INCOMING, display: 'Incoming message' }] };
const CANDIDATE = { coding: [{ system: TASK_CODE, code: 'candidate', display: 'Whose it may be' }] };

const latest = (message: Reference<Communication>): TaskInput => ({ type: LATEST, valueReference: message });

const isLatest = ({ type }: TaskInput): boolean =>
  type.coding?.some(({ system, code }) => system === MESSAGE_CATEGORY && code === INCOMING) === true;

const latestOf = ({ input = [] }: Task): string | undefined => input.find(isLatest)?.valueReference?.reference;

const naming = (task: WithId<Task>, message: Reference<Communication>, now: Date): WithId<Task> => ({
  ...task,
  input: [latest(message), ...(task.input ?? []).filter((input) => !isLatest(input))],
  lastModified: now.toISOString(),
});

const closed = (task: WithId<Task>, text: string, now: Date): Write<WithId<Task>> =>
  update({ ...task, status: 'completed', statusReason: { text }, lastModified: now.toISOString() });
