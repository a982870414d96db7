import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Communication, Identifier } from '@medplum/fhirtypes';
import { cron } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { ticket } from '../runtime/ticket.ts';
import { change, unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { decideSent, deliver, isOutgoing } from './deliver.ts';
import { DELIVERY_ACCESS, DELIVERY_SECRETS } from './delivery.ts';
import { loadDraft } from './load.ts';
import { MESSAGE_CATEGORY, OUTGOING } from './names.ts';
import { addressFor } from './address.ts';
import { channelOf } from './template.ts';
import { transportFor } from './transports.ts';
import { isDueAgain } from './waiting.ts';

const MINUTE_MS = 60_000;
/** After this a delivery counts as lost; after that a run counts as broken off. */
const PICK_UP_AFTER_MS = MINUTE_MS;
const SETTLE_AFTER_MS = 5 * MINUTE_MS;
/** After this nobody will tell any more whether a message has left. */
const GIVE_UP_AFTER_MS = 60 * MINUTE_MS;
/** What other programs leave in preparation for good is not looked at for ever. */
const REACH_MS = 3 * 24 * 60 * MINUTE_MS;
/** In one run; each is two writes, so this stays well within a bot's quota. */
const AT_ONCE = 100;
/** What waits is read in one page, those first that wait longest. */
const WAITING_READ = 1000;

export default cron({
  name: 'messages/sweep',
  description: 'Sends messages that wait or whose delivery was lost, and settles those whose sending broke off.',
  schedule: '* * * * *',
  access: DELIVERY_ACCESS,
  secrets: DELIVERY_SECRETS,
  timeout: 60,
  handle: sweepMessages,
});

/** Finds with one request what was left lying, oldest first. */
export async function sweepMessages(run: Run): Promise<void> {
  const ago = (ms: number): string => encodeURIComponent(new Date(run.now.getTime() - ms).toISOString());
  const outgoing = encodeURIComponent(`${MESSAGE_CATEGORY}|${OUTGOING}`);
  const rest = `_sort=_lastUpdated&_count=${AT_ONCE}`;
  const waits = `status=preparation&_lastUpdated=le${ago(PICK_UP_AFTER_MS)}`;
  const [own = [], clients = [], held = [], broken = []] = await readTogether(run.fhir, [
    `Communication?${waits}&category=${outgoing}&${rest}`,
    `Communication?${waits}&category:not=${outgoing}&_lastUpdated=ge${ago(REACH_MS)}&${rest}`,
    `Communication?status=on-hold&category=${outgoing}&_sort=_lastUpdated&_count=${WAITING_READ}`,
    `Communication?status=in-progress&category=${outgoing}&_lastUpdated=le${ago(SETTLE_AFTER_MS)}&${rest}`,
  ]);
  const due = ofType(held, 'Communication').filter((message) => isDueAgain(message, run.now));
  const waiting = [...ofType(own, 'Communication'), ...ofType(clients, 'Communication'), ...due.slice(0, AT_ONCE)];
  await each(ofType(broken, 'Communication').filter(isOutgoing), (message) => complete(run, message));
  await each(waiting, (message) => deliver(run, message));
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
  return transport.find({ id: message.id, channel, address: address ?? '', body }, since);
}

/** What is still open after the provider's reports had time to come. */
export function decideUnknown(message: WithId<Communication>, now: Date): Decision<WithId<Communication>> {
  const claimed = Date.parse(message.meta?.lastUpdated ?? '');
  if (message.status !== 'in-progress' || now.getTime() - claimed < GIVE_UP_AFTER_MS) {
    return unchanged(message);
  }
  const raised = ticket(
    {
      key: `message-unknown/${message.id}`,
      text: 'Nobody can tell whether this message has left. Ask the recipient; it is not sent again by itself.',
      focus: createReference(message),
      ...(message.subject?.reference && { patient: { reference: message.subject.reference } }),
    },
    now,
  );
  return change<WithId<Communication>>({ ...message, status: 'unknown' }, raised);
}
