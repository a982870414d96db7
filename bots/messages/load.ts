import { getReferenceString, isDefined } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Communication, Location, Resource } from '@medplum/fhirtypes';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import type { Draft } from './compose.ts';
import type { Recipient } from './template.ts';
import { consentUrl, refusedChannels } from './consent.ts';
import { visitOf, visitUrls } from './visit.ts';
import type { Visit } from './visit.ts';

/** What is read to compose a message. */
export const MESSAGE_ACCESS: Access = {
  ActivityDefinition: 'read',
  Appointment: 'read',
  Bot: 'read',
  Consent: 'read',
  HealthcareService: 'read',
  Location: 'read',
  Patient: 'read',
  Practitioner: 'read',
  PractitionerRole: 'read',
  RelatedPerson: 'read',
};

export const MESSAGE_SECRETS = ['CLINIC_TIMEZONE', 'CLINIC_COUNTRY'];

const RECIPIENTS = ['Patient', 'RelatedPerson', 'Practitioner'];

/**
 * Loads what a message is composed of, in at most three requests.
 * @param urls - Read in the first of them, too.
 * @returns The draft, and what was read at `urls`.
 */
export async function loadDraft(
  { fhir, secrets }: Run,
  communication: Communication,
  urls: readonly string[] = [],
): Promise<{ draft: Draft; read: WithId<Resource>[][] }> {
  const recipientUrl = communication.recipient?.[0]?.reference ?? '';
  const appointmentUrl = communication.about?.find(({ reference }) => reference?.startsWith('Appointment/'))?.reference;
  const templateUrl = communication.instantiatesCanonical?.[0]?.split('|')[0];
  const read = await readTogether(fhir, [
    ...urls,
    ...(RECIPIENTS.includes(recipientUrl.split('/')[0] ?? '') ? [recipientUrl] : []),
    ...(appointmentUrl ? [appointmentUrl] : []),
    ...(recipientUrl.startsWith('Patient/') ? [consentUrl(recipientUrl)] : []),
    ...(templateUrl ? [`ActivityDefinition?url=${encodeURIComponent(templateUrl)}&status=active`] : []),
  ]);
  const found = read.slice(urls.length).flat();
  const [template] = ofType(found, 'ActivityDefinition');
  const [appointment] = ofType(found, 'Appointment');
  const recipient = found.find((resource) => getReferenceString(resource) === recipientUrl) as
    WithId<Recipient> | undefined;
  const visit = appointment ? visitOf(appointment, await readAll(fhir, visitUrls(appointment))) : {};
  const site = await loadSite(fhir, visit);
  return {
    read: read.slice(0, urls.length),
    draft: {
      communication,
      ...(template && { template }),
      ...(recipient && { recipient }),
      refused: refusedChannels(ofType(found, 'Consent')),
      context: { visit, secrets, ...(appointment && { appointment }), ...(site && { site }) },
    },
  };
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
