import { getIdentifier } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Consent } from '@medplum/fhirtypes';
import { CONSENT_CATEGORY, MESSAGE_CONSENT_SID } from './names.ts';
import { CHANNELS } from './template.ts';
import type { Channel } from './template.ts';

const STOP = /^\s*(stop|stopall|unsubscribe|end|quit|cancel|optout|revoke)\s*[.!]?\s*$/i;
const START = /^\s*(start|unstop)\s*[.!]?\s*$/i;

/** What a text says about messages, if it is one of the words by which they are stopped and let through again. */
export function consentWord(text: string): 'deny' | 'permit' | undefined {
  return STOP.test(text) ? 'deny' : START.test(text) ? 'permit' : undefined;
}

/** A patient's consents to messages: a relative url. */
export const consentUrl = (patient: string): string =>
  `Consent?patient=${patient}&category=${encodeURIComponent(`${CONSENT_CATEGORY}|messages`)}&status=active`;

/**
 * The channels that a patient has opted out of: an active Consent with a provision of type `deny`. One that is about a
 * channel counts for that; one that names none, for all that have none of their own.
 */
export function refusedChannels(consents: readonly Consent[]): Channel[] {
  return CHANNELS.filter((channel) => {
    const own = consents.filter((consent) => isOf(consent, channel));
    const general = consents.filter((consent) => CHANNELS.every((known) => !isOf(consent, known)));
    return (own.length > 0 ? own : general).some(({ provision }) => provision?.type === 'deny');
  });
}

/** The consent of a patient for a channel. There is one of each: it says `deny` or `permit`. */
export function consentOf(
  patient: string,
  channel: Channel,
  type: 'deny' | 'permit',
  existing: WithId<Consent> | undefined,
  now: Date,
): Consent {
  return {
    ...existing,
    resourceType: 'Consent',
    identifier: [{ system: MESSAGE_CONSENT_SID, value: keyOf(patient, channel) }],
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: CONSENT_CATEGORY, code: 'messages', display: 'Messages' }] }],
    patient: { reference: patient },
    dateTime: now.toISOString(),
    policyRule: { text: 'Messages of the clinic' },
    provision: { type },
  };
}

const keyOf = (patient: string, channel: Channel): string => `${patient}/${channel}`;

/** Whether a consent is about one channel, which STOP and START change. */
export const isOf = (consent: Consent, channel: Channel): boolean =>
  getIdentifier(consent, MESSAGE_CONSENT_SID)?.endsWith(`/${channel}`) === true;
