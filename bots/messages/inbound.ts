import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { WithId } from '@medplum/core';
import type { Communication, CommunicationPayload, Consent } from '@medplum/fhirtypes';
import { createOnce, temporary, unchanged, update } from '../runtime/writes.ts';
import type { Decision, Write } from '../runtime/writes.ts';
import { consentOf, consentWord, isOf } from './consent.ts';
import { conversationTicket } from './conversation.ts';
import { INCOMING, MESSAGE_CATEGORY, MESSAGE_CONSENT_SID, THREAD_SID, TWILIO_SID, UNKNOWN_SENDER } from './names.ts';
import { readReply, replyWrites } from './replies.ts';
import type { Asked } from './replies.ts';
import { authorOf, candidatesOf, patientOf } from './sender.ts';
import type { Sender } from './sender.ts';
import { mediumOf } from './template.ts';
import type { Channel } from './template.ts';

/** Something that was sent along with a message, and lies with the provider. */
export interface InboundMedium {
  readonly url: string;
  readonly contentType: string;
}

/** A message that came in. */
export interface Inbound {
  readonly sid: string;
  readonly channel: Channel;
  /** E.164. */
  readonly from: string;
  readonly text: string;
  readonly media: readonly InboundMedium[];
  /** The provider's id of the message that the sender answers, where their program says so. */
  readonly repliedTo?: string;
}

/** How a number may stand in a record: what patients of this number are searched by. */
export function spellingsOf(number: string): string[] {
  const parsed = parsePhoneNumberFromString(number);
  const written = parsed ? [parsed.formatNational(), parsed.formatInternational()] : [];
  const own = parsed ? [String(parsed.nationalNumber)] : [];
  const separated = written.flatMap((spelling) => separatedOf(spelling));
  return [...new Set([number, number.slice(1), `00${number.slice(1)}`, ...own, ...written, ...separated])];
}

/** A number's groups of digits with what people put between them; and all but the first written together. */
function separatedOf(written: string): string[] {
  const plus = written.startsWith('+') ? '+' : '';
  const groups = written.match(/\d+/g) ?? [];
  const [first = '', ...rest] = groups;
  const ways = ['', ' ', '-', '.', '/'].flatMap((mark) => [groups.join(mark), `${first}${mark}${rest.join('')}`]);
  return ways.map((way) => `${plus}${way}`);
}

/** The identifier of the thread of a number that nobody is known to have. */
export const threadKeyOf = (from: string): string => `tel:${from}`;

/** The thread that messages of somebody stand in: the patient's, or one of the number that nobody knows. */
export function threadOf(patient: string | undefined, from: string): Write<Communication> {
  const value = patient ?? threadKeyOf(from);
  const unknown = { coding: [{ system: MESSAGE_CATEGORY, code: UNKNOWN_SENDER, display: 'Unknown sender' }] };
  const thread: Communication = {
    resourceType: 'Communication',
    identifier: [{ system: THREAD_SID, value }],
    status: 'in-progress',
    topic: { text: patient ? 'Messages' : 'Messages of an unknown sender' },
    ...(patient ? { subject: { reference: patient } } : { category: [unknown] }),
  };
  return createOnce(thread, `identifier=${encodeURIComponent(`${THREAD_SID}|${value}`)}&status=in-progress`);
}

/** What there is of a message that came in. */
export interface InboundState extends Sender {
  readonly stored: readonly Communication[];
  readonly thread: WithId<Communication>;
  /** Of all whom the number speaks for. */
  readonly consents: readonly WithId<Consent>[];
}

/**
 * A message that came in is stored once. STOP and START change the consent for its channel of whomever the number speaks
 * for; an answer to a reminder confirms the visit or asks for another time. Anything else is for a person.
 * @param mostConsents - Those that have room beside the message: what is left of them was changed before.
 */
export function decideInbound(
  inbound: Inbound,
  state: InboundState,
  now: Date,
  mostConsents: number,
): Decision<undefined> {
  if (state.stored.length > 0) {
    return unchanged(undefined);
  }
  const { sid, channel, text } = inbound;
  const { asked, thread } = state;
  const candidates = candidatesOf(state);
  const patient = patientOf(state);
  const reply = readReply(text, asked?.message);
  const isReply = reply !== undefined && asked !== undefined && patient !== undefined;
  const once: Write<Communication> = {
    ...createOnce(messageOf(inbound, state, isReply ? asked : undefined, now), `identifier=${token(TWILIO_SID, sid)}`),
    fullUrl: temporary(sid),
  };
  const word = consentWord(text);
  if (word && candidates.length > 0) {
    const consents = candidates
      .slice(0, mostConsents)
      .map((one) => consentWrite(one, channel, word, state.consents, now));
    return { writes: [once, ...consents], result: undefined };
  }
  if (isReply) {
    const writes = replyWrites({ ...asked, reply, sid, channel, patient, incoming: temporary(sid) }, now);
    return { writes: [once, ...writes], result: undefined };
  }
  const message = { reference: temporary(sid) };
  const raised = conversationTicket(thread, message, now, patient ? [] : candidates);
  return { writes: [once, raised], result: undefined };
}

/** Until what lies with the provider has been fetched, the message is in progress. */
function messageOf(
  { sid, channel, from, text, media }: Inbound,
  state: InboundState,
  asked: Asked | undefined,
  now: Date,
): Communication {
  const patient = patientOf(state);
  const payload: CommunicationPayload[] = [
    ...(text ? [{ contentString: text }] : []),
    ...media.map(({ url, contentType }) => ({ contentAttachment: { contentType, url } })),
  ];
  return {
    resourceType: 'Communication',
    identifier: [{ system: TWILIO_SID, value: sid }],
    status: media.length > 0 ? 'in-progress' : 'completed',
    partOf: [{ reference: `Communication/${state.thread.id}` }],
    category: [{ coding: [{ system: MESSAGE_CATEGORY, code: INCOMING, display: 'Incoming message' }] }],
    medium: [mediumOf(channel)],
    sender: patient
      ? authorOf(state, patient)
      : { identifier: { system: 'urn:ietf:rfc:3966', value: threadKeyOf(from) } },
    received: now.toISOString(),
    ...(patient && { subject: { reference: patient } }),
    ...(asked && {
      inResponseTo: [{ reference: `Communication/${asked.message.id}` }],
      about: [{ reference: `Appointment/${asked.appointment.id}` }],
    }),
    ...(payload.length > 0 && { payload }),
  };
}

/** The consent of a patient for a channel, as one of the words says it. */
export function consentWrite(
  patient: string,
  channel: Channel,
  type: 'deny' | 'permit',
  consents: readonly WithId<Consent>[],
  now: Date,
): Write<Consent> {
  const existing = consents.find((consent) => consent.patient?.reference === patient && isOf(consent, channel));
  const consent = consentOf(patient, channel, type, existing, now);
  const key = consent.identifier?.[0]?.value ?? '';
  return existing
    ? update({ ...consent, id: existing.id })
    : createOnce(consent, `identifier=${token(MESSAGE_CONSENT_SID, key)}&status=active`);
}

const token = (system: string, value: string): string => encodeURIComponent(`${system}|${value}`);
