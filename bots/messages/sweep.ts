import type { WithId } from '@medplum/core';
import type { Communication } from '@medplum/fhirtypes';
import { cron } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { decideSent, deliver, isOutgoing } from './deliver.ts';
import { MESSAGE_ACCESS, MESSAGE_SECRETS } from './load.ts';
import { MESSAGE_CATEGORY, OUTBOX_SID, OUTGOING } from './names.ts';
import { outbox } from './outbox.ts';

const MINUTE_MS = 60_000;
/** After this a delivery counts as lost; after that a run counts as broken off. */
const PICK_UP_AFTER_MS = MINUTE_MS;
const SETTLE_AFTER_MS = 5 * MINUTE_MS;
/** What other programs leave in preparation for good is not looked at for ever. */
const REACH_MS = 3 * 24 * 60 * MINUTE_MS;
/** In one run; each is two writes, so this stays well within a bot's quota. */
const AT_ONCE = 100;

export default cron({
  name: 'messages/sweep',
  description: 'Sends messages whose delivery was lost, and settles those whose sending broke off.',
  schedule: '* * * * *',
  access: { ...MESSAGE_ACCESS, Communication: 'write', Task: 'create' },
  secrets: MESSAGE_SECRETS,
  handle: sweepMessages,
});

/** Finds with one request what was left lying, oldest first. */
export async function sweepMessages(run: Run): Promise<void> {
  const ago = (ms: number): string => encodeURIComponent(new Date(run.now.getTime() - ms).toISOString());
  const outgoing = encodeURIComponent(`${MESSAGE_CATEGORY}|${OUTGOING}`);
  const rest = `_sort=_lastUpdated&_count=${AT_ONCE}`;
  const waits = `status=preparation&_lastUpdated=le${ago(PICK_UP_AFTER_MS)}`;
  const [own = [], clients = [], broken = []] = await readTogether(run.fhir, [
    `Communication?${waits}&category=${outgoing}&${rest}`,
    `Communication?${waits}&category:not=${outgoing}&_lastUpdated=ge${ago(REACH_MS)}&${rest}`,
    `Communication?status=in-progress&category=${outgoing}&_lastUpdated=le${ago(SETTLE_AFTER_MS)}&${rest}`,
  ]);
  const waiting = [...ofType(own, 'Communication'), ...ofType(clients, 'Communication')];
  await each(waiting, (message) => deliver(run, message, outbox));
  await each(ofType(broken, 'Communication').filter(isOutgoing), (message) => complete(run, message));
}

/** A message of the outbox has been delivered as soon as it is claimed: its text stands in it. */
async function complete(run: Run, message: WithId<Communication>): Promise<void> {
  await settle({
    fhir: run.fhir,
    load: () => run.fhir.readResource('Communication', message.id),
    decide: (current) => decideSent(current, { system: OUTBOX_SID, value: message.id }, run.now),
  });
}
