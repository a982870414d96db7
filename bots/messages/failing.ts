import type { WithId } from '@medplum/core';
import { createReference, getExtensions, isDefined } from '@medplum/core';
import type { Communication } from '@medplum/fhirtypes';
import { openTicket } from '../runtime/ticket.ts';
import { create, update } from '../runtime/writes.ts';
import type { Write } from '../runtime/writes.ts';
import type { Unsendable } from './compose.ts';
import {
  MESSAGE_EXPIRES,
  MESSAGE_FALLBACK,
  MESSAGE_INSTEAD_OF,
  MESSAGE_RENDERED,
  MESSAGE_SID,
  MESSAGE_STATUS_REASON,
  templateTicket,
} from './names.ts';
import { messageKey } from './request.ts';
import { CHANNELS, mediumOf } from './template.ts';
import type { Channel } from './template.ts';
import { withoutTag } from './waiting.ts';

/** After these another channel may still reach the recipient. */
const ELSEWHERE: readonly Unsendable['reason'][] = ['no-address', 'invalid-address', 'opted-out', 'provider-refused'];
/** After these nothing reaches them, unless somebody sees to it. */
const UNREACHED: readonly Unsendable['reason'][] = ['no-address', 'invalid-address', 'provider-refused'];

/**
 * What is written about a message that does not go out, or did not arrive: why. If its channel was left open, a new one
 * goes out by the next channel; if there is none left, somebody has to find out how to reach the patient.
 */
export function notDone(
  message: WithId<Communication>,
  { reason, text }: Unsendable,
  now: Date,
): [Write<WithId<Communication>>, ...Write[]] {
  const failed = update(ended(message, { reason, ...(text && { text }) }));
  const [next, ...rest] = ELSEWHERE.includes(reason) ? channelsLeft(message) : [];
  if (next) {
    return [failed, create(insteadOf(message, { key: next, medium: next, rest }))];
  }
  const raised = ticketAbout(message, { reason, ...(text && { text }) }, now);
  return [failed, ...(raised ? [raised] : [])];
}

/** A message that does not go out, with the reason. */
export function ended<T extends Communication>(message: T, { reason, text }: Unsendable): T {
  const coding = [{ system: MESSAGE_STATUS_REASON, code: reason }];
  return { ...withoutTag(message), status: 'not-done', statusReason: { coding, ...(text && { text }) } };
}

/** The channels that are tried after the one that a message has. */
export function channelsLeft(message: Communication): Channel[] {
  const codes = getExtensions(message, MESSAGE_FALLBACK).map(({ valueCode }) => valueCode);
  return codes.map((code) => CHANNELS.find((channel) => channel === code)).filter(isDefined);
}

/** The message with the channels that are tried after it. */
export function withChannelsLeft<T extends Communication>(message: T, channels: readonly Channel[]): T {
  const others = (message.extension ?? []).filter(({ url }) => url !== MESSAGE_FALLBACK);
  const extension = [...others, ...channels.map((valueCode) => ({ url: MESSAGE_FALLBACK, valueCode }))];
  return { ...message, ...(extension.length > 0 ? { extension } : { extension: undefined }) };
}

/**
 * A new message that says the same to the same recipient.
 * @param key - What sets its business key apart from the first one's.
 * @param medium - Its channel; open if absent.
 * @param rest - What is tried after that.
 * @param isLate - Whether it is sent even though its time is over.
 */
export function insteadOf(
  message: WithId<Communication>,
  {
    key,
    medium,
    rest = [],
    isLate = false,
  }: { key: string; medium?: Channel; rest?: readonly Channel[]; isLate?: boolean },
): Communication {
  const { instantiatesCanonical, basedOn, partOf, inResponseTo, category, priority } = message;
  const { subject, recipient, about, encounter, payload = [], topic } = message;
  const isRendered = payload.some(({ extension }) => extension?.some(({ url }) => url === MESSAGE_RENDERED));
  const extension = [
    ...(message.extension ?? []).filter(({ url }) => url === MESSAGE_EXPIRES && !isLate),
    { url: MESSAGE_INSTEAD_OF, valueReference: createReference(message) },
  ];
  const again: Communication = {
    resourceType: 'Communication',
    extension,
    identifier: [{ system: MESSAGE_SID, value: `${messageKey(message) ?? message.id}/${key}` }],
    status: 'preparation',
    ...(instantiatesCanonical && { instantiatesCanonical }),
    ...(basedOn && { basedOn }),
    ...(partOf && { partOf }),
    ...(inResponseTo && { inResponseTo }),
    ...(category && { category }),
    ...(priority && { priority }),
    ...(medium && { medium: [mediumOf(medium)] }),
    ...(subject && { subject }),
    ...(recipient && { recipient }),
    ...(about && { about }),
    ...(encounter && { encounter }),
    ...(!isRendered && payload.length > 0 && { payload }),
    ...(!isRendered && topic && { topic }),
  };
  return withChannelsLeft(again, rest);
}

function ticketAbout(message: WithId<Communication>, { reason, text }: Unsendable, now: Date): Write | undefined {
  const focus = createReference(message);
  if (reason === 'invalid-template') {
    // One open ticket a template: it is the same mistake for every patient.
    const key = templateTicket(message.instantiatesCanonical?.[0] ?? 'none');
    const said = `Messages of this template cannot be sent. ${text ?? ''}`.trim();
    return openTicket({ key, text: said, focus, priority: 'urgent' }, now);
  }
  const patient = message.recipient?.[0]?.reference;
  if (!UNREACHED.includes(reason) || !patient?.startsWith('Patient/')) {
    return undefined;
  }
  // One open ticket a patient: they all say that the same number or address is missing or wrong.
  return openTicket(
    {
      key: `message-unreached/${patient}`,
      text: `Messages do not reach this patient (${reason}). Ask how they can be reached, and send again what matters.`,
      focus,
      patient: { reference: patient },
    },
    now,
  );
}
