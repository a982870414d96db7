import type { WithId } from '@medplum/core';
import type { Communication, Identifier } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { ofType } from '../runtime/load.ts';
import { raiseOpen } from '../runtime/raise.ts';
import { settle } from '../runtime/settle.ts';
import { change, unchanged, update } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { compose } from './compose.ts';
import type { Composed, Draft, Unsendable } from './compose.ts';
import { notDone, withChannelsLeft } from './failing.ts';
import { heldByLimit, heldByNight, isExempt } from './holding.ts';
import { loadDraft } from './load.ts';
import { MESSAGE_CATEGORY, MESSAGE_RENDERED, OUTGOING } from './names.ts';
import { isExpired, OUTGOING_CATEGORY } from './request.ts';
import { channelOf, mediumOf, variantsOf } from './template.ts';
import type { HandedOver, ShutOut, Transport } from './transport.ts';
import { transportFor } from './transports.ts';
import { isDueAgain, waitingAgain, withoutTag } from './waiting.ts';
import { hasRoom } from './room.ts';

/**
 * Sends one message, once: claims it with the version that was read, hands it over, records that. Of two that try, one
 * gets the claim. A message that is no longer in preparation, or not of this layer, is left alone.
 */
export async function deliver(run: Run, message: WithId<Communication>): Promise<void> {
  if (!mayBeOurs(message)) {
    return;
  }
  let draft: Draft | undefined;
  const claimed = await settle({
    fhir: run.fhir,
    load: async () => {
      draft = await loadCurrent(run, message);
      return draft;
    },
    // What is claimed must be recorded too. What the quota has no room for is left in preparation for the sweep.
    decide: (loaded) => (hasRoom(run.fhir) ? decideClaim(loaded, run.now) : unchanged(undefined)),
  });
  if (!claimed || !draft) {
    return;
  }
  const held = isExempt(draft) ? undefined : await heldByLimit(run, claimed).catch(() => 'unclear' as const);
  if (held === 'unclear') {
    await record(run, claimed, { outcome: 'later' });
    return;
  }
  if (held) {
    await settle({ fhir: run.fhir, load: async () => held, decide: (loaded) => change(loaded) });
    return;
  }
  const composed = composedOf(draft, run.now);
  await handOver(run, claimed, composed, transportFor(run, composed.channel));
}

/** Hands over a message that is claimed, and records what became of it. */
export async function handOver(
  run: Run,
  claimed: WithId<Communication>,
  { channel, address, subject, body, content }: Composed,
  transport: Transport,
): Promise<void> {
  const outgoing = {
    id: claimed.id,
    channel,
    address,
    body,
    ...(subject && { subject }),
    ...(content && { content }),
  };
  // What throws has certainly not left: it is tried again, and not looked for.
  const handed = await transport.send(outgoing).catch((): HandedOver => ({ outcome: 'later' }));
  await record(run, claimed, handed);
}

async function record(run: Run, claimed: WithId<Communication>, handed: HandedOver): Promise<void> {
  let loadedAlready: WithId<Communication> | undefined = claimed;
  await settle({
    fhir: run.fhir,
    load: async () => {
      const loaded = loadedAlready ?? (await run.fhir.readResource('Communication', claimed.id));
      loadedAlready = undefined;
      return loaded;
    },
    decide: (loaded) => decideHandedOver(loaded, handed, run.now),
  });
  if (handed.outcome === 'later' && handed.shutOut) {
    await raiseShutOut(run, handed.shutOut);
  }
}

/** Apart from the record, which must not fail because many raise the same ticket at once. */
const raiseShutOut = (run: Run, { provider, code }: ShutOut): Promise<void> =>
  raiseOpen(run, {
    key: `message-provider/${provider}`,
    text: `The messages' provider (${provider}) refuses the clinic's account (${code}): messages wait for half a day. Look at the account and its credentials.`,
    priority: 'urgent',
  });

/** What is written once a message was handed over. One whose fate is unclear stays claimed: the sweep settles it. */
export function decideHandedOver(
  communication: WithId<Communication>,
  handed: HandedOver,
  now: Date,
): Decision<WithId<Communication>> {
  if (handed.outcome === 'sent') {
    return decideSent(communication, handed.identifier, now);
  }
  if (communication.status !== 'in-progress' || handed.outcome === 'unclear') {
    return unchanged(communication);
  }
  if (handed.outcome === 'refused') {
    return { writes: notDone(communication, handed, now), result: communication };
  }
  const again = waitingAgain(communication, handed.afterSeconds, now);
  return again
    ? change(again)
    : {
        writes: notDone(
          communication,
          { reason: 'provider-refused', text: 'The provider took it at no attempt.' },
          now,
        ),
        result: communication,
      };
}

/**
 * The claim of a message that can be sent, with the text as it goes out; at night, its wait for the morning; `not-done`
 * with the reason for one that cannot be sent. The answer is the claimed message, if there is one to hand over.
 */
export function decideClaim(draft: Draft, now: Date): Decision<WithId<Communication> | undefined> {
  const communication = draft.communication as WithId<Communication>;
  if (!mayLeave(communication, now) || !isOurs(draft)) {
    return unchanged(undefined);
  }
  const ours = withoutTag(withCategory(communication));
  const composed = outOfTime(draft, now) ?? compose(draft, now);
  if ('reason' in composed) {
    return { writes: notDone(ours, composed, now), result: undefined };
  }
  const held = heldByNight({ ...draft, communication: ours }, now);
  if (held) {
    return { writes: [update(held)], result: undefined };
  }
  const { channel, subject, body, others, isRendered } = composed;
  const isOpen = channelOf(communication.medium) === undefined;
  const rendered = [{ url: MESSAGE_RENDERED, valueBoolean: true }];
  return change({
    ...(isOpen ? withChannelsLeft(ours, others) : ours),
    status: 'in-progress',
    medium: [mediumOf(channel)],
    payload: [{ ...(isRendered && { extension: rendered }), contentString: body }],
    ...(subject && { topic: { ...communication.topic, text: subject } }),
  });
}

/** Why a message makes no sense any more, if that is so. */
function outOfTime({ communication, isObsolete }: Draft, now: Date): Unsendable | undefined {
  if (isObsolete) {
    return { reason: 'obsolete' };
  }
  return isExpired(communication, now) ? { reason: 'expired' } : undefined;
}

/** With the mark by which the sweep finds it. */
const withCategory = (communication: WithId<Communication>): WithId<Communication> =>
  isOutgoing(communication)
    ? communication
    : { ...communication, category: [...(communication.category ?? []), OUTGOING_CATEGORY] };

/** In preparation, or put off until now. */
const mayLeave = (communication: Communication, now: Date): boolean =>
  communication.status === 'preparation' || isDueAgain(communication, now);

/** A message that was handed over. One that somebody settled meanwhile stays as it is. */
export function decideSent(
  communication: WithId<Communication>,
  identifier: Identifier,
  now: Date,
): Decision<WithId<Communication>> {
  if (communication.status !== 'in-progress') {
    return unchanged(communication);
  }
  return change({
    ...communication,
    status: 'completed',
    sent: now.toISOString(),
    identifier: [...(communication.identifier ?? []), identifier],
  });
}

/** Whether a message has the mark of those that this layer sends. */
export const isOutgoing = ({ category = [] }: Communication): boolean =>
  category
    .flatMap(({ coding }) => coding ?? [])
    .some(({ system, code }) => system === MESSAGE_CATEGORY && code === OUTGOING);

/** Tells most of other programs' Communications without a request. */
export const mayBeOurs = (message: Communication): boolean =>
  isOutgoing(message) || channelOf(message.medium) !== undefined || (message.instantiatesCanonical ?? []).length > 0;

/** Other programs' Communications, of media or templates that are none of ours, are left alone. */
function isOurs({ communication, template }: Draft): boolean {
  const named = template !== undefined && variantsOf(template).length > 0;
  return isOutgoing(communication) || channelOf(communication.medium) !== undefined || named;
}

function composedOf(draft: Draft, now: Date): Composed {
  const composed = compose(draft, now);
  if ('reason' in composed) {
    throw new Error('A message that cannot be sent was claimed.');
  }
  return composed;
}

/** The message as it is now, with what it is composed of. */
async function loadCurrent(run: Run, message: WithId<Communication>): Promise<Draft> {
  const { draft, read } = await loadDraft(run, message, [`Communication/${message.id}`]);
  const [current] = ofType(read.flat(), 'Communication');
  // A message that was deleted meanwhile is no longer to be sent.
  return { ...draft, communication: current ?? { ...message, status: 'stopped' } };
}
