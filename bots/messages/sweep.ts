import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Communication, Identifier } from '@medplum/fhirtypes';
import { startBot } from '../runtime/call.ts';
import { cron } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { each, inTurn } from '../runtime/each.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { raiseOpen } from '../runtime/raise.ts';
import { settle } from '../runtime/settle.ts';
import { timeIsLeft } from '../runtime/time-left.ts';
import { ticket } from '../runtime/ticket.ts';
import { change, unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { decideSent, deliver, isOutgoing, mayBeOurs } from './deliver.ts';
import { DELIVERY_ACCESS, DELIVERY_QUOTA, DELIVERY_SECRETS } from './delivery.ts';
import { loadDraft } from './load.ts';
import { MATCH_ACCESS, sweepMatches } from './match-sender.ts';
import { INCOMING, MESSAGE_CATEGORY, OUTGOING, unknownTicket } from './names.ts';
import { addressFor } from './address.ts';
import { settingProblems } from './settings.ts';
import { channelOf } from './template.ts';
import { transportFor } from './transports.ts';
import { dueTags, isDueAgain } from './waiting.ts';

const MINUTE_MS = 60_000;
/** After this a delivery counts as lost; after that a run counts as broken off. */
const PICK_UP_AFTER_MS = MINUTE_MS;
const SETTLE_AFTER_MS = 5 * MINUTE_MS;
/** After this nobody will tell any more whether a message has left. */
const GIVE_UP_AFTER_MS = 60 * MINUTE_MS;
/** What other programs leave in preparation for good is not looked at for ever. */
const REACH_MS = 3 * 24 * 60 * MINUTE_MS;
/** Looked at in one run. How many of them leave depends on the quota and on how fast the provider is. */
const AT_ONCE = 400;
/** A run begins no message after this time: it must come to its end, so that nothing stays claimed. */
const RUN_MS = 35_000;
/** Messages whose attachments are fetched again. */
const FETCHED_AT_ONCE = 20;
/** What waits for a time is found by the hour of that; what an outage of the sweep left over, by its age. */
const HOURS_BACK = 24;
const LEFT_OVER_MS = 26 * 60 * MINUTE_MS;
/** What waits is read in one page, those first that wait longest. */
const WAITING_READ = 1000;

export default cron({
  name: 'messages/sweep',
  description:
    'Sends messages that wait or whose delivery was lost, settles those whose sending broke off, goes on with what came in.',
  schedule: '* * * * *',
  access: { ...DELIVERY_ACCESS, ...MATCH_ACCESS },
  secrets: DELIVERY_SECRETS,
  quota: DELIVERY_QUOTA,
  timeout: 60,
  handle: sweepMessages,
});

/** Finds with one request what was left lying, oldest first. */
export async function sweepMessages(run: Run): Promise<void> {
  const ago = (ms: number): string => encodeURIComponent(new Date(run.now.getTime() - ms).toISOString());
  const outgoing = encodeURIComponent(`${MESSAGE_CATEGORY}|${OUTGOING}`);
  const rest = `_sort=_lastUpdated&_count=${AT_ONCE}`;
  const waits = `status=preparation&_lastUpdated=le${ago(PICK_UP_AFTER_MS)}`;
  const held = `status=on-hold&category=${outgoing}&_sort=_lastUpdated&_count=${WAITING_READ}`;
  const incoming = encodeURIComponent(`${MESSAGE_CATEGORY}|${INCOMING}`);
  const [own = [], clients = [], put = [], old = [], broken = [], arriving = []] = await readTogether(run.fhir, [
    `Communication?${waits}&category=${outgoing}&${rest}`,
    `Communication?${waits}&category:not=${outgoing}&_lastUpdated=ge${ago(REACH_MS)}&_sort=_lastUpdated&_count=${WAITING_READ}`,
    `Communication?${held}&_tag=${encodeURIComponent(dueTags(run.now, HOURS_BACK))}`,
    `Communication?${held}&_lastUpdated=le${ago(LEFT_OVER_MS)}`,
    `Communication?status=in-progress&category=${outgoing}&_lastUpdated=le${ago(SETTLE_AFTER_MS)}&${rest}`,
    `Communication?status=in-progress&category=${incoming}&_lastUpdated=le${ago(PICK_UP_AFTER_MS)}&_sort=_lastUpdated&_count=${FETCHED_AT_ONCE}`,
  ]);
  const due = ofType([...put, ...old], 'Communication').filter((message) => isDueAgain(message, run.now));
  // What has waited for its time goes first, and what other programs leave lying takes nobody's room.
  const found = [...due, ...ofType(own, 'Communication'), ...ofType(clients, 'Communication').filter(mayBeOurs)];
  const waiting = [...new Map(found.map((message) => [message.id, message])).values()].slice(0, AT_ONCE);
  const hasTime = timeIsLeft(RUN_MS);
  await inTurn(
    () => raiseSettings(run),
    () => each(waiting, async (message) => (hasTime() ? deliver(run, message) : undefined)),
    () =>
      each(ofType(arriving, 'Communication'), ({ id }) =>
        startBot(run.fhir, 'messages/fetch-media', { message: `Communication/${id}` }),
      ),
    () => sweepMatches(run),
    () =>
      each(ofType(broken, 'Communication').filter(isOutgoing), async (message) =>
        hasTime() ? complete(run, message) : undefined,
      ),
  );
}

/** Without a look at what is stored: a request more only while something is wrong. */
async function raiseSettings(run: Run): Promise<void> {
  const problems = settingProblems(run.secrets);
  if (problems.length > 0) {
    await raiseOpen(run, { key: 'message-settings', text: problems.join(' '), priority: 'urgent' });
  }
}

/**
 * A message that was claimed and of which nothing more is written: it may have left. The provider is asked; what stays
 * open is for a person. It is never sent again.
 */
async function complete(run: Run, message: WithId<Communication>): Promise<void> {
  const found = await lookUp(run, message);
  await settle({
    fhir: run.fhir,
    load: () => run.fhir.readResource('Communication', message.id),
    decide: (current) => (found ? decideSent(current, found, run.now) : decideUnknown(current, run.now)),
  });
}

async function lookUp(run: Run, message: WithId<Communication>): Promise<Identifier | undefined> {
  const channel = channelOf(message.medium);
  if (!channel) {
    return undefined;
  }
  const { draft } = await loadDraft(run, message);
  const address = draft.recipient && addressFor(draft.recipient, channel, run);
  const transport = transportFor(run, channel);
  const body = message.payload?.[0]?.contentString ?? '';
  const since = new Date(message.meta?.lastUpdated ?? run.now);
  // A provider that cannot be asked tells nothing: it is asked again, until that is given up.
  const found = await transport.find({ id: message.id, channel, address: address ?? '', body }, since).catch(() => []);
  const [only, ...others] = found.length > 0 ? await withoutOwner(run, found) : [];
  // Of several nobody can say which one it is.
  return others.length === 0 ? only : undefined;
}

/** Those of a provider's identifiers that no message has yet: two of the same text may go to one number. */
async function withoutOwner({ fhir }: Run, found: readonly Identifier[]): Promise<Identifier[]> {
  const tokens = found.map(({ system, value }) => encodeURIComponent(`${system}|${value}`)).join(',');
  const [known = []] = await readTogether(fhir, [`Communication?identifier=${tokens}&_count=1000`]);
  const taken = ofType(known, 'Communication').flatMap(({ identifier = [] }) => identifier);
  return found.filter((one) => !taken.some(({ system, value }) => system === one.system && value === one.value));
}

/** What is still open after the provider's reports had time to come. */
export function decideUnknown(message: WithId<Communication>, now: Date): Decision<WithId<Communication>> {
  const claimed = Date.parse(message.meta?.lastUpdated ?? '');
  if (message.status !== 'in-progress' || now.getTime() - claimed < GIVE_UP_AFTER_MS) {
    return unchanged(message);
  }
  const raised = ticket(
    {
      key: unknownTicket(message.id),
      text: 'Nobody can tell whether this message has left. Ask the recipient; it is not sent again by itself.',
      focus: createReference(message),
      ...(message.subject?.reference && { patient: { reference: message.subject.reference } }),
    },
    now,
  );
  return change<WithId<Communication>>({ ...message, status: 'unknown' }, raised);
}
