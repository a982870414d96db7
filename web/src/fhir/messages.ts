import type { WithId } from '@medplum/core';
import { createReference, getExtension, getIdentifier } from '@medplum/core';
import type { Communication, Patient } from '@medplum/fhirtypes';
import { MESSAGE_CATEGORY, MESSAGE_STATUS_REASON, MESSAGE_WAITS, THREAD_SID } from '../../../bots/messages/names.ts';
import { channelOf, mediumOf } from '../../../bots/messages/template.ts';
import type { Channel } from '../../../bots/messages/template.ts';

/** What has become of a message, as a person would say it. */
export const MESSAGE_STATES = [
  'preparing',
  'waiting',
  'sending',
  'sent',
  'delivered',
  'failed',
  'unknown',
  'stopped',
  'received',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** Why a message did not go out: codes that the pages have words for. */
export const FAILURES = [
  'opted-out',
  'no-address',
  'invalid-address',
  'provider-refused',
  'expired',
  'obsolete',
  'no-content',
  'invalid-template',
] as const;

/** Whether a Communication is the header of a thread, which says nothing itself. */
export const isThread = (communication: Communication): boolean =>
  getIdentifier(communication, THREAD_SID) !== undefined;

/** Whether somebody wrote to the clinic: a patient or who cares for them, or a number that nobody knows. */
export function isIncoming({ sender, category = [] }: Communication): boolean {
  const codings = category.flatMap(({ coding }) => coding ?? []);
  return (
    codings.some(({ system, code }) => system === MESSAGE_CATEGORY && code === 'incoming') ||
    /^(Patient|RelatedPerson)\//.test(sender?.reference ?? '')
  );
}

/** What has become of a message. */
export function messageState(message: Communication): MessageState {
  if (isIncoming(message)) {
    return 'received';
  }
  switch (message.status) {
    case 'preparation':
      return 'preparing';
    case 'on-hold':
      return 'waiting';
    case 'in-progress':
      return 'sending';
    case 'completed':
      return message.received ? 'delivered' : 'sent';
    case 'not-done':
      return 'failed';
    case 'unknown':
      return 'unknown';
    default:
      return 'stopped';
  }
}

/** When a message was written, sent or received: an instant. */
export const messageTime = ({ sent, received, meta }: Communication): string =>
  sent ?? received ?? meta?.lastUpdated ?? '';

/** Until when a message waits; undefined for one that does not, or does not say. */
export function waitsUntil(message: Communication): string | undefined {
  return message.status === 'on-hold' ? getExtension(message, MESSAGE_WAITS, 'at')?.valueInstant : undefined;
}

/** The code of the reason why a message did not go out. */
export function failureOf({ statusReason }: Communication): (typeof FAILURES)[number] | undefined {
  const code = statusReason?.coding?.find(({ system }) => system === MESSAGE_STATUS_REASON)?.code;
  return FAILURES.find((known) => known === code);
}

/** What a message says. */
export const messageText = ({ payload = [] }: Communication): string =>
  payload.flatMap(({ contentString }) => contentString ?? []).join('\n');

/** Messages in the order in which they were written. */
export function inOrder<T extends Communication>(messages: readonly T[]): T[] {
  return messages.toSorted((a, b) => Date.parse(messageTime(a)) - Date.parse(messageTime(b)));
}

/** Messages in the order in which they were written, without headers of threads. */
export function conversation<T extends Communication>(communications: readonly T[]): T[] {
  return inOrder(communications.filter((communication) => !isThread(communication)));
}

/** The last message that somebody wrote to the clinic, of a conversation in its order. */
export const lastIncoming = <T extends Communication>(messages: readonly T[]): T | undefined =>
  messages.findLast(isIncoming);

/** A message of the clinic's to a patient, on its way to the bot that sends it. */
export function replyTo(
  patient: WithId<Patient>,
  sender: string,
  {
    text,
    channel,
    answers,
  }: { readonly text: string; readonly channel: Channel; readonly answers?: WithId<Communication> },
): Communication {
  return {
    resourceType: 'Communication',
    status: 'preparation',
    subject: createReference(patient),
    recipient: [createReference(patient)],
    sender: { reference: sender },
    medium: [mediumOf(channel)],
    payload: [{ contentString: text }],
    ...(answers && { inResponseTo: [{ reference: `Communication/${answers.id}` }] }),
    ...(answers?.partOf && { partOf: answers.partOf }),
  };
}

/** The channels on which a patient can be written to, the one they wrote by last first. */
export function replyChannels(
  { telecom = [] }: Patient,
  refused: readonly Channel[],
  last: Communication | undefined,
): Channel[] {
  const current = telecom.filter(({ use, value }) => use !== 'old' && value);
  const lastBy = last && channelOf(last.medium);
  const has = {
    sms: current.some(({ system }) => system === 'phone' || system === 'sms'),
    email: current.some(({ system }) => system === 'email'),
    // Nobody is known to be at WhatsApp by having a number; who wrote by it is.
    whatsapp: lastBy === 'whatsapp',
  };
  const channels = (['sms', 'whatsapp', 'email'] as const).filter(
    (channel) => has[channel] && !refused.includes(channel),
  );
  return lastBy && channels.includes(lastBy) ? [lastBy, ...channels.filter((channel) => channel !== lastBy)] : channels;
}
