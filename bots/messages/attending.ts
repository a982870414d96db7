import { isDefined } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Communication, Reference, Task } from '@medplum/fhirtypes';
import { TASK_CODE } from '../runtime/contract.ts';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { change, unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { CONVERSATION, decideConversation, decideMoved, isThread, lastForPerson } from './conversation.ts';
import type { Conversation } from './conversation.ts';
import { threadOf } from './inbound.ts';
import { INCOMING, MESSAGE_CATEGORY } from './names.ts';

/** What it takes to look after conversations. */
export const ATTENDING_ACCESS: Access = { Communication: 'write', RelatedPerson: 'read', Task: 'write' };

/** Of the messages that came in last, one is for a person, or none of them is. */
const LATEST = 50;
/** Answers among what was sent since. */
const SENT = 100;
const TICKETS = 20;

/** The token of a category of this layer, for a search. */
const categoryOf = (code: string): string => encodeURIComponent(`${MESSAGE_CATEGORY}|${code}`);
/** The token of tickets about conversations. */
const CONVERSATIONS = encodeURIComponent(`${TASK_CODE}|${CONVERSATION}`);

/** The ids of the Communications among some references. */
export const threadIds = (references: readonly (Reference | undefined)[] = []): string[] =>
  references.flatMap((one) => /^Communication\/([A-Za-z0-9.-]+)$/.exec(one?.reference ?? '')?.[1] ?? []);

/** A Communication that a patient, or who acts for one, wrote to the clinic, and that stands nowhere yet. */
export const isUntaken = ({ status, sender, partOf = [], category = [], payload = [] }: Communication): boolean =>
  status === 'completed' &&
  /^(Patient|RelatedPerson)\//.test(sender?.reference ?? '') &&
  partOf.length === 0 &&
  payload.length > 0 &&
  !category.some(({ coding }) => coding?.some(({ system, code }) => system === MESSAGE_CATEGORY && code === INCOMING));

/**
 * Takes up what somebody wrote in their own pages: it stands in the patient's thread and counts as come in, as a text
 * message does. Done again, it changes nothing.
 * @returns The thread's id; undefined for what is no such message, or no longer.
 */
export async function takeUp(run: Run, message: WithId<Communication>): Promise<string | undefined> {
  const { fhir, now } = run;
  const patient = isUntaken(message) ? await patientOf(run, message) : undefined;
  if (!patient) {
    return undefined;
  }
  const thread = await ensureThread(run, patient);
  await settle({
    fhir,
    load: () => fhir.readResource('Communication', message.id),
    decide: (current) => decideTakenUp(current, thread, patient, now),
  });
  return thread.id;
}

/** The message in its thread. It counts as received when it was taken up: a page's clock may be wrong. */
export function decideTakenUp(
  message: WithId<Communication>,
  thread: WithId<Communication>,
  patient: string,
  now: Date,
): Decision<WithId<Communication>> {
  return isUntaken(message)
    ? change<WithId<Communication>>({
        ...message,
        partOf: [{ reference: `Communication/${thread.id}` }],
        category: [
          ...(message.category ?? []),
          { coding: [{ system: MESSAGE_CATEGORY, code: INCOMING, display: 'Incoming message' }] },
        ],
        subject: { reference: patient },
        received: message.received ?? now.toISOString(),
      })
    : unchanged(message);
}

/** The thread of a patient's messages, which is made with the first of them. */
export const ensureThread = (run: Run, patient: string | undefined, from = ''): Promise<WithId<Communication>> =>
  settle<undefined, WithId<Communication>>({
    fhir: run.fhir,
    load: async () => undefined,
    decide: () => {
      const write = threadOf(patient, from);
      return { writes: [write], result: write as never };
    },
  });

/** Sees to it that a conversation has the ticket that it needs, and none that it does not need. */
export async function attendThread({ fhir, now }: Run, threadId: string): Promise<void> {
  const [thread] = ofType((await readTogether(fhir, [`Communication/${threadId}`])).flat(), 'Communication');
  if (!thread || !isThread(thread)) {
    return;
  }
  const into = movedTo(thread);
  if (into) {
    await settle({
      fhir,
      load: () => readTogether(fhir, [ticketsOf(threadId), `Communication/${into}`, ticketsOf(into)]),
      decide: ([tickets = [], own = [], present = []]) => {
        const [target] = ofType(own, 'Communication');
        return target
          ? decideMoved(ofType(tickets, 'Task'), target, ofType(present, 'Task'), now)
          : unchanged(undefined);
      },
    });
  }
  await settle({
    fhir,
    load: () => loadConversation(fhir, into ?? threadId),
    decide: (conversation) => (conversation ? decideConversation(conversation, now) : unchanged(undefined)),
  });
}

/** Where the messages of an unknown sender's thread went when somebody said whose they are. */
const movedTo = ({ status, partOf }: Communication): string | undefined =>
  status === 'completed' ? partOf?.[0]?.reference?.split('/')[1] : undefined;

const ticketsOf = (threadId: string): string =>
  `Task?focus=Communication/${threadId}&code=${CONVERSATIONS}&_sort=-_lastUpdated&_count=${TICKETS}`;

async function loadConversation(fhir: Run['fhir'], threadId: string): Promise<Conversation | undefined> {
  const thread = `Communication/${threadId}`;
  const [found = [], written = [], raised = []] = await readTogether(fhir, [
    thread,
    `Communication?part-of=${thread}&category=${categoryOf(INCOMING)}&_sort=-received&_count=${LATEST}`,
    ticketsOf(threadId),
  ]);
  const [current] = ofType(found, 'Communication');
  const incoming = ofType(written, 'Communication').sort(latestFirst);
  const message = lastForPerson(incoming);
  const patient = current?.subject?.reference;
  const people = [...new Set([patient, message?.sender?.reference].filter(isDefined))].join(',');
  const since = encodeURIComponent(message?.received ?? '');
  const [sent = []] =
    message && patient
      ? await readTogether(fhir, [
          `Communication?recipient=${people}&status=completed&_lastUpdated=ge${since}&_sort=-_lastUpdated&_count=${SENT}`,
        ])
      : [];
  const tickets: WithId<Task>[] = ofType(raised, 'Task');
  return current && { thread: current, incoming, sent: ofType(sent, 'Communication'), tickets };
}

/** Of two that came at the same instant always the same one is the last. */
const latestFirst = (a: WithId<Communication>, b: WithId<Communication>): number =>
  (b.received ?? '').localeCompare(a.received ?? '') || b.id.localeCompare(a.id);

/** Whom a message is from, or about: themself, or whoever its sender acts for. */
async function patientOf({ fhir }: Run, { sender, subject }: Communication): Promise<string | undefined> {
  const [author = '', about = ''] = [sender?.reference, subject?.reference];
  if (author.startsWith('Patient/')) {
    return author;
  }
  if (about.startsWith('Patient/')) {
    return about;
  }
  const [person] = ofType((await readTogether(fhir, [author])).flat(), 'RelatedPerson');
  return person?.patient.reference;
}
