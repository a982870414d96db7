import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { WithId } from '@medplum/core';
import type { Communication, Consent, Patient } from '@medplum/fhirtypes';
import { ticket } from '../runtime/ticket.ts';
import { createOnce, create, unchanged, update } from '../runtime/writes.ts';
import type { Decision, Write } from '../runtime/writes.ts';
import { consentOf, isOf } from './consent.ts';
import { MESSAGE_CATEGORY, THREAD_SID, TWILIO_SID } from './names.ts';
import { mediumOf } from './template.ts';
import type { Channel } from './template.ts';

/** A message that came in. */
export interface Inbound {
  readonly sid: string;
  readonly channel: Channel;
  /** E.164. */
  readonly from: string;
  readonly text: string;
}

const STOP = /^\s*(stop|stopall|unsubscribe|end|quit|cancel|optout|revoke)\s*[.!]?\s*$/i;
const START = /^\s*(start|unstop)\s*[.!]?\s*$/i;

/** How a number may stand in a record: what patients of this number are searched by. */
export function spellingsOf(number: string): string[] {
  const parsed = parsePhoneNumberFromString(number);
  const spelled = parsed ? [parsed.formatNational(), parsed.formatInternational(), String(parsed.nationalNumber)] : [];
  return [...new Set([number, number.slice(1), ...spelled])];
}

/** The thread that messages of somebody stand in: the patient's, or one of the number that nobody knows. */
export function threadOf(patient: WithId<Patient> | undefined, from: string): Write<Communication> {
  const value = patient ? `Patient/${patient.id}` : `tel:${from}`;
  const about = patient && { reference: `Patient/${patient.id}` };
  const thread: Communication = {
    resourceType: 'Communication',
    identifier: [{ system: THREAD_SID, value }],
    status: 'in-progress',
    topic: { text: patient ? 'Messages' : 'Messages of an unknown sender' },
    ...(about && { subject: about }),
  };
  return createOnce(thread, `identifier=${encodeURIComponent(`${THREAD_SID}|${value}`)}`);
}

/** What there is of a message that came in. */
export interface InboundState {
  readonly stored: readonly Communication[];
  readonly thread: WithId<Communication>;
  readonly patient?: WithId<Patient>;
  readonly consents: readonly WithId<Consent>[];
}

/**
 * A message that came in is stored once. STOP and START change the patient's consent for its channel; anything else, and
 * anything of a sender nobody knows, is for a person.
 */
export function decideInbound(inbound: Inbound, state: InboundState, now: Date): Decision<undefined> {
  if (state.stored.length > 0) {
    return unchanged(undefined);
  }
  const { sid, channel, from, text } = inbound;
  const { thread, patient, consents } = state;
  const reference = patient && { reference: `Patient/${patient.id}` };
  const message: Communication = {
    resourceType: 'Communication',
    identifier: [{ system: TWILIO_SID, value: sid }],
    status: 'completed',
    partOf: [{ reference: `Communication/${thread.id}` }],
    category: [{ coding: [{ system: MESSAGE_CATEGORY, code: 'incoming', display: 'Incoming message' }] }],
    medium: [mediumOf(channel)],
    sender: reference ?? { identifier: { system: 'urn:ietf:rfc:3966', value: `tel:${from}` } },
    received: now.toISOString(),
    ...(reference && { subject: reference }),
    ...(text && { payload: [{ contentString: text }] }),
  };
  const once = createOnce(message, `identifier=${encodeURIComponent(`${TWILIO_SID}|${sid}`)}`);
  const type = STOP.test(text) ? 'deny' : START.test(text) ? 'permit' : undefined;
  if (patient && type) {
    const existing = consents.find((consent) => isOf(consent, channel));
    const consent = consentOf(`Patient/${patient.id}`, channel, type, existing, now);
    return { writes: [once, existing ? update({ ...consent, id: existing.id }) : create(consent)], result: undefined };
  }
  const raised = ticket(
    {
      key: `message-in/${sid}`,
      text: patient
        ? 'A patient wrote: read it and answer.'
        : 'Somebody wrote whose number no patient, or several, have.',
      focus: { reference: `Communication/${thread.id}` },
      ...(reference && { patient: reference }),
    },
    now,
  );
  return { writes: [once, raised], result: undefined };
}
