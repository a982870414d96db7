import type { WithId } from '@medplum/core';
import {
  extractServiceTypeReferences,
  getExtensionValue,
  getSchedulingTimezone,
  isDefined,
  SchedulingParametersURI,
  TimezoneExtensionURI,
} from '@medplum/core';
import type {
  Appointment,
  HealthcareService,
  Location,
  Practitioner,
  PractitionerRole,
  Resource,
  Schedule,
} from '@medplum/fhirtypes';
import { DateTime, IANAZone } from 'luxon';
import { ofType } from '../runtime/load.ts';

/** Who and what an Appointment brings together, beside the patient. */
export interface Visit {
  readonly practitioner?: WithId<Practitioner>;
  readonly role?: WithId<PractitionerRole>;
  readonly location?: WithId<Location>;
  readonly service?: WithId<HealthcareService>;
  /** Of its first slot. */
  readonly schedule?: WithId<Schedule>;
  /** The offset that the Appointment's start is written with, as luxon names it (`UTC-5`); none for one in UTC. */
  readonly offset?: string;
}

const PARTICIPANTS = ['Practitioner', 'PractitionerRole', 'Location'];

/** What has to be read for the visit of an Appointment: relative urls. */
export function visitUrls(appointment: Appointment): string[] {
  const actors = appointment.participant.map(({ actor }) => actor?.reference).filter(isDefined);
  const services = extractServiceTypeReferences(appointment.serviceType).map(({ reference }) => reference);
  const slot = slotOf(appointment);
  return [
    ...actors.filter((reference) => PARTICIPANTS.includes(reference.split('/')[0] ?? '')),
    ...services,
    ...(slot ? [`Slot?_id=${slot}&_include=Slot:schedule`] : []),
  ];
}

const slotOf = ({ slot }: Appointment): string | undefined => slot?.[0]?.reference?.split('/')[1];

/** Picks the visit of an Appointment out of what was read. */
export function visitOf(appointment: Appointment, read: readonly WithId<Resource>[]): Visit {
  const urls = visitUrls(appointment);
  const own = urls.flatMap((url) => read.filter(({ resourceType, id }) => url === `${resourceType}/${id}`));
  const [practitioner] = ofType(own, 'Practitioner');
  const [role] = ofType(own, 'PractitionerRole');
  const [location] = ofType(own, 'Location');
  const [service] = ofType(own, 'HealthcareService');
  const slot = ofType([...read], 'Slot').find(({ id }) => id === slotOf(appointment));
  const schedule = ofType([...read], 'Schedule').find(({ id }) => slot?.schedule.reference === `Schedule/${id}`);
  const offset = offsetOf(appointment.start);
  return {
    ...(practitioner && { practitioner }),
    ...(role && { role }),
    ...(location && { location }),
    ...(service && { service }),
    ...(schedule && { schedule }),
    ...(offset && { offset }),
  };
}

/** Slots are written on the clock of their Schedule, so their Appointments tell it, too. */
function offsetOf(start: string | undefined): string | undefined {
  const written = DateTime.fromISO(start ?? '', { setZone: true });
  return written.isValid && written.offset !== 0 ? written.zoneName : undefined;
}

/**
 * The IANA zone of a visit: the location's (HL7's timezone extension), else the service's, else the practitioner's,
 * else that of the Schedule on which it was booked, else the clinic's (`CLINIC_TIMEZONE`), else the offset that the Appointment is written with, else UTC.
 */
export function zoneOf(visit: Visit, secrets: Readonly<Record<string, string>>): string {
  const zones = [
    getExtensionValue(visit.location, TimezoneExtensionURI),
    visit.service && getSchedulingTimezone(visit.service),
    getExtensionValue(visit.practitioner, TimezoneExtensionURI),
    getExtensionValue(visit.role, TimezoneExtensionURI),
    ...zonesOf(visit),
    secrets.CLINIC_TIMEZONE,
  ];
  return (
    zones.find((zone): zone is string => typeof zone === 'string' && IANAZone.isValidZone(zone)) ??
    visit.offset ??
    'UTC'
  );
}

/** What a Schedule says of its clock: for the service of the visit first. */
function zonesOf({ schedule, service }: Visit): unknown[] {
  const own = schedule && service ? [getSchedulingTimezone(service, schedule)] : [];
  const parameters = (schedule?.extension ?? []).filter(({ url }) => url === SchedulingParametersURI);
  return [...own, ...parameters.map((one) => getExtensionValue(one, 'timezone'))];
}
