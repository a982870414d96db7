import { getReferenceString, isDefined } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Appointment, Communication, CommunicationRequest, Location, Resource } from '@medplum/fhirtypes';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { isCalledOff, isMadeBefore, requestOf } from './called-off.ts';
import type { Draft } from './compose.ts';
import type { Recipient } from './template.ts';
import { consentUrl, refusedChannels } from './consent.ts';
import { INCOMING, MESSAGE_CATEGORY } from './names.ts';
import { providedChannels, TRANSPORT_SECRETS } from './providers.ts';
import { visitOf, visitUrls } from './visit.ts';
import type { Visit } from './visit.ts';

/** What is read to compose a message. */
export const MESSAGE_ACCESS: Access = {
  ActivityDefinition: 'read',
  Appointment: 'read',
  Bot: 'read',
  Communication: 'read',
  CommunicationRequest: 'read',
  Consent: 'read',
  HealthcareService: 'read',
  Location: 'read',
  Patient: 'read',
  Practitioner: 'read',
  PractitionerRole: 'read',
  RelatedPerson: 'read',
  Schedule: 'read',
  Slot: 'read',
};

export const MESSAGE_SECRETS = ['CLINIC_TIMEZONE', 'CLINIC_COUNTRY', ...TRANSPORT_SECRETS];

/** So long after somebody wrote by WhatsApp they may be answered in the clinic's own words. */
const CONVERSATION_MS = 24 * 3_600_000;

/** The last versions of a visit: when it was called off stands among them. */
const VERSIONS = 100;

const RECIPIENTS = ['Patient', 'RelatedPerson', 'Practitioner'];

/**
 * Loads what a message is composed of, in at most three requests (one more if its visit has been called off).
 * @param urls - Read in the first of them, too.
 * @returns The draft, and what was read at `urls`.
 */
export async function loadDraft(
  { fhir, secrets, now }: Run,
  communication: Communication,
  urls: readonly string[] = [],
): Promise<{ draft: Draft; read: WithId<Resource>[][] }> {
  const recipientUrl = communication.recipient?.[0]?.reference ?? '';
  // What a patient does not want is not sent to who acts for them either.
  const patient = recipientUrl.startsWith('RelatedPerson/') ? communication.subject?.reference : recipientUrl;
  const appointmentUrl = communication.about?.find(({ reference }) => reference?.startsWith('Appointment/'))?.reference;
  const request = requestOf(communication);
  const templateUrl = communication.instantiatesCanonical?.[0]?.split('|')[0];
  const provided = providedChannels(secrets);
  const writes = provided.includes('whatsapp') && /^(Patient|RelatedPerson)\//.test(recipientUrl);
  const read = await readTogether(fhir, [
    ...urls,
    ...(writes ? [lastWroteUrl(recipientUrl, now)] : []),
    ...(RECIPIENTS.includes(recipientUrl.split('/')[0] ?? '') ? [recipientUrl] : []),
    ...(appointmentUrl ? [appointmentUrl] : []),
    ...(appointmentUrl && request ? [request] : []),
    ...(patient?.startsWith('Patient/') ? [consentUrl(patient)] : []),
    ...(templateUrl ? [`ActivityDefinition?url=${encodeURIComponent(templateUrl)}&status=active`] : []),
  ]);
  const found = read.slice(urls.length).flat();
  const [template] = ofType(found, 'ActivityDefinition');
  const [appointment] = ofType(found, 'Appointment');
  const recipient = found.find((resource) => getReferenceString(resource) === recipientUrl) as
    WithId<Recipient> | undefined;
  const visit = appointment ? visitOf(appointment, await readAll(fhir, visitUrls(appointment))) : {};
  const site = await loadSite(fhir, visit);
  const [order] = ofType(found, 'CommunicationRequest');
  const isObsolete = order && appointmentUrl && (await isForNothing(fhir, order, appointment));
  return {
    read: read.slice(0, urls.length),
    draft: {
      communication,
      ...(template && { template }),
      ...(recipient && { recipient }),
      refused: refusedChannels(ofType(found, 'Consent')),
      provided,
      mayWriteFreely: ofType(found, 'Communication').length > 0,
      ...(isObsolete && { isObsolete }),
      context: { visit, secrets, ...(appointment && { appointment }), ...(site && { site }) },
    },
  };
}

/** What a patient wrote by WhatsApp in the last 24 hours. */
function lastWroteUrl(patient: string, now: Date): string {
  const since = encodeURIComponent(new Date(now.getTime() - CONVERSATION_MS).toISOString());
  const incoming = encodeURIComponent(`${MESSAGE_CATEGORY}|${INCOMING}`);
  return `Communication?sender=${patient}&category=${incoming}&medium=whatsapp&received=ge${since}&_count=1`;
}

/**
 * Whether the visit that a request is about was deleted, or called off after the request was made: what was made because
 * of that is still to be said.
 */
async function isForNothing(
  fhir: Run['fhir'],
  order: CommunicationRequest,
  appointment: WithId<Appointment> | undefined,
): Promise<boolean> {
  if (!appointment || !isCalledOff(appointment)) {
    return !appointment;
  }
  const versions = await readAll(fhir, [`Appointment/${appointment.id}/_history?_count=${VERSIONS}`]);
  return isMadeBefore(order, ofType(versions.filter(isDefined), 'Appointment'));
}

/** A room is named by the site that it is a part of; a visit without a place is at the first one of its service. */
async function loadSite(fhir: Run['fhir'], { location, service }: Visit): Promise<Location | undefined> {
  const parent = location ? location.partOf?.reference : service?.location?.[0]?.reference;
  const [site] = ofType(await readAll(fhir, [parent].filter(isDefined)), 'Location');
  return site ?? location;
}

async function readAll(fhir: Run['fhir'], urls: readonly string[]): Promise<WithId<Resource>[]> {
  return urls.length > 0 ? (await readTogether(fhir, urls)).flat() : [];
}
