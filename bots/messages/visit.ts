import type { WithId } from '@medplum/core';
import {
  extractServiceTypeReferences,
  getExtensionValue,
  getSchedulingTimezone,
  isDefined,
  TimezoneExtensionURI,
} from '@medplum/core';
import type {
  Appointment,
  HealthcareService,
  Location,
  Practitioner,
  PractitionerRole,
  Resource,
} from '@medplum/fhirtypes';
import { IANAZone } from 'luxon';
import { ofType } from '../runtime/load.ts';

/** Who and what an Appointment brings together, beside the patient. */
export interface Visit {
  readonly practitioner?: WithId<Practitioner>;
  readonly role?: WithId<PractitionerRole>;
  readonly location?: WithId<Location>;
  readonly service?: WithId<HealthcareService>;
}

const PARTICIPANTS = ['Practitioner', 'PractitionerRole', 'Location'];

/** What has to be read for the visit of an Appointment: relative urls. */
export function visitUrls(appointment: Appointment): string[] {
  const actors = appointment.participant.map(({ actor }) => actor?.reference).filter(isDefined);
  const services = extractServiceTypeReferences(appointment.serviceType).map(({ reference }) => reference);
  return [...actors.filter((reference) => PARTICIPANTS.includes(reference.split('/')[0] ?? '')), ...services];
}

/** Picks the visit of an Appointment out of what was read. */
export function visitOf(appointment: Appointment, read: readonly WithId<Resource>[]): Visit {
  const urls = visitUrls(appointment);
  const own = urls.flatMap((url) => read.filter(({ resourceType, id }) => url === `${resourceType}/${id}`));
  const [practitioner] = ofType(own, 'Practitioner');
  const [role] = ofType(own, 'PractitionerRole');
  const [location] = ofType(own, 'Location');
  const [service] = ofType(own, 'HealthcareService');
  return {
    ...(practitioner && { practitioner }),
    ...(role && { role }),
    ...(location && { location }),
    ...(service && { service }),
  };
}

/**
 * The IANA zone of a visit: the location's (HL7's timezone extension), else the service's, else the practitioner's,
 * else the clinic's (`CLINIC_TIMEZONE`), else UTC.
 */
export function zoneOf(visit: Visit, secrets: Readonly<Record<string, string>>): string {
  const zones = [
    getExtensionValue(visit.location, TimezoneExtensionURI),
    visit.service && getSchedulingTimezone(visit.service),
    getExtensionValue(visit.practitioner, TimezoneExtensionURI),
    getExtensionValue(visit.role, TimezoneExtensionURI),
    secrets.CLINIC_TIMEZONE,
  ];
  return zones.find((zone): zone is string => typeof zone === 'string' && IANAZone.isValidZone(zone)) ?? 'UTC';
}
