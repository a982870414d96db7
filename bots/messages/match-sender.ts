import type { WithId } from '@medplum/core';
import { getIdentifier } from '@medplum/core';
import type { Communication, Consent } from '@medplum/fhirtypes';
import { subscriber } from '../runtime/definition.ts';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, readTogether, searchAll } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { update } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { ATTENDING_ACCESS, attendThread, ensureThread } from './attending.ts';
import { consentUrl, consentWord, isOf } from './consent.ts';
import { consentWrite } from './inbound.ts';
import { MESSAGE_CATEGORY, THREAD_SID, UNKNOWN_SENDER } from './names.ts';
import { CHANNELS, channelOf } from './template.ts';

export const MATCH_ACCESS: Access = { ...ATTENDING_ACCESS, Consent: 'write', Patient: 'read' };

/** Moved in one transaction, beside the thread itself. */
const AT_ONCE = 30;

export default subscriber({
  name: 'messages/match-sender',
  description: 'Puts what an unknown sender wrote into the thread of the patient whom somebody named.',
  on: 'Communication',
  access: MATCH_ACCESS,
  handle: async (run, thread) => match(run, thread.id),
});

/**
 * The messages of an unknown sender's thread that has got a subject become that patient's, and stand in their thread.
 * Done again, it changes nothing.
 */
export async function match(run: Run, threadId: string): Promise<void> {
  const { fhir } = run;
  const thread = await fhir.readResource('Communication', threadId, { cache: 'reload' });
  const patient = thread.subject?.reference;
  if (!isUnknown(thread) || !patient?.startsWith('Patient/')) {
    return;
  }
  if (ofType((await readTogether(fhir, [patient])).flat(), 'Patient').length === 0) {
    throw new Error(`${patient}, whom a thread names, is not there.`);
  }
  // Before anything is moved: what is left of a run that broke off is found by what has not been moved yet.
  await obey(run, threadId, patient);
  const own = await ensureThread(run, patient);
  for (let isMore = true; isMore;) {
    isMore = await settle({
      fhir,
      load: async () => {
        const [current = [], messages = []] = await readTogether(fhir, [
          `Communication/${threadId}`,
          `Communication?part-of=Communication/${threadId}&_count=${AT_ONCE}`,
        ]);
        return { threads: ofType(current, 'Communication'), messages: ofType(messages, 'Communication') };
      },
      decide: ({ threads: [current], messages }) =>
        current ? decideMatch(current, messages, own, patient) : { writes: [], result: false },
    });
  }
  await attendThread(run, threadId);
}

/** STOP and START of a number that nobody was known to have count for whom they are from, from now on. */
async function obey({ fhir, now }: Run, threadId: string, patient: string): Promise<void> {
  await settle({
    fhir,
    load: async () => {
      const [messages = [], consents = []] = await readTogether(fhir, [
        `Communication?part-of=Communication/${threadId}&_sort=-received&_count=200`,
        consentUrl(patient),
      ]);
      return { messages: ofType(messages, 'Communication'), consents: ofType(consents, 'Consent') };
    },
    decide: ({ messages, consents }) => decideObeyed(messages, consents, patient, now),
  });
}

/**
 * The last word of each channel as the patient's consent, unless they have said something else since.
 * @param messages - What came in, the latest first.
 */
export function decideObeyed(
  messages: readonly Communication[],
  consents: readonly WithId<Consent>[],
  patient: string,
  now: Date,
): Decision<undefined> {
  const writes = CHANNELS.flatMap((channel) => {
    const said = messages.find((message) => channelOf(message.medium) === channel && wordOf(message));
    const word = said && wordOf(said);
    const present = consents.find((consent) => isOf(consent, channel));
    const isNewer = Date.parse(present?.dateTime ?? '') >= Date.parse(said?.received ?? '');
    return word && !isNewer && present?.provision?.type !== word
      ? [consentWrite(patient, channel, word, consents, now)]
      : [];
  });
  return { writes, result: undefined };
}

const wordOf = ({ payload }: Communication): 'deny' | 'permit' | undefined =>
  consentWord(payload?.[0]?.contentString ?? '');

/** @returns Whether there may be more to move. */
export function decideMatch(
  thread: WithId<Communication>,
  messages: readonly WithId<Communication>[],
  own: WithId<Communication>,
  patient: string,
): Decision<boolean> {
  const subject = { reference: patient };
  const moved = messages.map((message) =>
    update<WithId<Communication>>({
      ...message,
      partOf: [{ reference: `Communication/${own.id}` }],
      subject,
      ...(message.sender?.reference ? {} : { sender: subject }),
    }),
  );
  if (messages.length === AT_ONCE) {
    return { writes: moved, result: true };
  }
  // The empty thread stays, closed: it says whose number it was, for what comes next.
  const closed = update<WithId<Communication>>({
    ...thread,
    status: 'completed',
    category: undefined,
    partOf: [{ reference: `Communication/${own.id}` }],
  });
  return { writes: isUnknown(thread) ? [...moved, closed] : moved, result: false };
}

const isUnknown = (thread: Communication): boolean =>
  getIdentifier(thread, THREAD_SID)?.startsWith('tel:') === true &&
  thread.category?.some(({ coding }) => coding?.some(({ code }) => code === UNKNOWN_SENDER)) === true;

/** Threads that were given a subject of which nobody was told. */
export async function sweepMatches(run: Run): Promise<void> {
  const unknown = await searchAll(run.fhir, 'Communication', {
    category: `${MESSAGE_CATEGORY}|${UNKNOWN_SENDER}`,
    'subject:missing': 'false',
  });
  for (const thread of unknown.filter(({ subject }) => subject?.reference)) {
    await match(run, thread.id);
  }
}
