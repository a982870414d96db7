import { createReference, getIdentifier, isDefined } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Appointment, AppointmentResponse, Communication } from '@medplum/fhirtypes';
import { ticket } from '../runtime/ticket.ts';
import { createOnce, update } from '../runtime/writes.ts';
import type { Write } from '../runtime/writes.ts';
import { MESSAGE_SID, TWILIO_SID } from './names.ts';
import { OUTGOING_CATEGORY } from './request.ts';
import { channelOf, mediumOf } from './template.ts';
import type { Channel } from './template.ts';

/** What a patient says to a reminder. */
export type Reply = 'confirm' | 'move';

const WORDS: Readonly<Record<Reply, readonly string[]>> = {
  confirm: ['1', 'yes', 'ok', 'okay', 'confirm', 'confirmed', 'si', 'sí', 'confirmo', 'confirmar'],
  move: ['2', 'move', 'change', 'reschedule', 'cambiar', 'mover'],
};

const TEMPLATES: Readonly<Record<Reply, string>> = {
  confirm: 'https://careline.dev/fhir/ActivityDefinition/reply-confirmed',
  move: 'https://careline.dev/fhir/ActivityDefinition/reply-move',
};

/** So long after a message a "1" or "2" is taken for an answer to it. */
export const REPLY_MS = 7 * 24 * 3_600_000;
/** Messages about two visits so near to each other: nobody can say which one a reply is about. */
const NEAR_MS = 24 * 3_600_000;

/** What only says that something was read, where nothing was asked. */
const HEARD = ['yes', 'ok', 'okay', 'si', 'sí'];

/**
 * Reads an answer of one word; undefined for everything else.
 * @param message - What it answers. To "we look for another time" an "ok" does not say that the old one suits after all.
 */
export function readReply(text: string, message?: Communication): Reply | undefined {
  const word = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  if (HEARD.includes(word) && message?.instantiatesCanonical?.includes(TEMPLATES.move)) {
    return undefined;
  }
  return (['confirm', 'move'] as const).find((reply) => WORDS[reply].includes(word));
}

/** What a reply is about. */
export interface Asked {
  readonly message: WithId<Communication>;
  readonly appointment: WithId<Appointment>;
}

/**
 * Finds what a reply answers: the message that the sender marked, else the last one that they got on this channel. It
 * must be about a visit that is still to come.
 * @param messages - What the sender got, the latest first.
 * @param repliedTo - The provider's id of the message that the sender marked, where their program can do that.
 * @returns Undefined where it is not certain what they mean.
 */
export function askedBy(
  messages: readonly WithId<Communication>[],
  appointments: readonly WithId<Appointment>[],
  channel: Channel,
  repliedTo: string | undefined,
  now: Date,
): Asked | undefined {
  const own = messages.filter(({ medium }) => channelOf(medium) === channel);
  const marked = repliedTo && own.find((message) => getIdentifier(message, TWILIO_SID) === repliedTo);
  if (marked) {
    return about(marked, appointments, now);
  }
  const [last] = own;
  const asked = last && about(last, appointments, now);
  const near = Date.parse(last?.sent ?? '') - NEAR_MS;
  const others = own
    .filter(({ sent }) => Date.parse(sent ?? '') >= near)
    .map((message) => about(message, appointments, now))
    .filter((other) => other && other.appointment.id !== asked?.appointment.id);
  return others.length === 0 ? asked : undefined;
}

function about(
  message: WithId<Communication>,
  appointments: readonly WithId<Appointment>[],
  now: Date,
): Asked | undefined {
  const appointment = appointments.find(({ id }) => appointmentOf(message) === `Appointment/${id}`);
  const isToCome = appointment?.status === 'booked' && new Date(appointment.start ?? 0) > now;
  return isToCome ? { message, appointment } : undefined;
}

/** The appointment that a message is about, as a reference. */
export const appointmentOf = ({ about: subjects }: Communication): string | undefined =>
  subjects?.map(({ reference }) => reference).find((reference) => reference?.startsWith('Appointment/'));

/** A reply that was understood. */
export interface Understood extends Asked {
  readonly reply: Reply;
  /** The provider's id of it. */
  readonly sid: string;
  readonly channel: Channel;
  /** `Patient/id` of whose visit it is. */
  readonly patient: string;
  /** The incoming message, within the transaction. */
  readonly incoming: string;
}

/**
 * What a reply changes: an AppointmentResponse, the patient's status among the participants (`accepted`, or `tentative`
 * while somebody looks for another time), thanks, and of a wish for another time a ticket.
 */
export function replyWrites(understood: Understood, now: Date): Write[] {
  const { reply, sid, channel, patient, message, appointment, incoming } = understood;
  const status = reply === 'confirm' ? 'accepted' : 'tentative';
  const actor = { reference: patient };
  const response: AppointmentResponse = {
    resourceType: 'AppointmentResponse',
    identifier: [{ system: TWILIO_SID, value: sid }],
    appointment: createReference(appointment),
    actor,
    participantStatus: status,
    ...(reply === 'move' && { comment: 'Asks for another time' }),
  };
  const isOther = appointment.participant.some((one) => one.actor?.reference === patient && one.status !== status);
  const answered = {
    ...appointment,
    participant: appointment.participant.map((one) => (one.actor?.reference === patient ? { ...one, status } : one)),
  } satisfies Appointment;
  const thanks: Communication = {
    resourceType: 'Communication',
    identifier: [{ system: MESSAGE_SID, value: `reply/${sid}` }],
    status: 'preparation',
    category: [OUTGOING_CATEGORY],
    instantiatesCanonical: [TEMPLATES[reply]],
    inResponseTo: [{ reference: incoming }],
    medium: [mediumOf(channel)],
    subject: actor,
    // Whoever was asked is thanked: somebody may have answered for the patient.
    recipient: message.recipient ?? [actor],
    about: [createReference(appointment)],
  };
  const wish = reply === 'move' && {
    key: `message-in/${sid}`,
    text: 'The patient asks for another time for this appointment: find one with them.',
    focus: createReference(appointment),
    patient: actor,
  };
  return [
    createOnce(response, `identifier=${encodeURIComponent(`${TWILIO_SID}|${sid}`)}`),
    createOnce(thanks, `identifier=${encodeURIComponent(`${MESSAGE_SID}|reply/${sid}`)}`),
    isOther && update(answered),
    wish && ticket(wish, now),
  ]
    .map((write) => write || undefined)
    .filter(isDefined);
}
