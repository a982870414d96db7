import { getExtensionValue, SchedulingParametersURI, TimezoneExtensionURI } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Appointment, Bundle, Reference, Resource, Schedule, Slot } from '@medplum/fhirtypes';
import { HOLD_EXPIRES } from '../../../bots/scheduling/names.ts';
import { ofType } from './queries.ts';

/** A search for Appointments together with their slots, places and practitioners: one request. */
export function withPlaces(query: Readonly<Record<string, string>>): string {
  return new URLSearchParams([
    ...Object.entries(query),
    ['_include', 'Appointment:slot'],
    ['_include', 'Appointment:location'],
    ['_include', 'Appointment:practitioner'],
    ['_include:iterate', 'Slot:schedule'],
    ['_include:iterate', 'Schedule:actor'],
  ]).toString();
}

/** The zone of a Schedule: its own, else that of whose it is. IANA name. */
export function zoneOfSchedule(schedule: Schedule | undefined, actors: readonly Resource[]): string | undefined {
  const parameters = schedule?.extension?.filter(({ url }) => url === SchedulingParametersURI) ?? [];
  const own = parameters.map((extension) => extension.extension?.find(({ url }) => url === 'timezone')?.valueCode);
  const theirs = actors.map((actor) => getExtensionValue(actor, TimezoneExtensionURI) as string | undefined);
  return [...own, ...theirs].find((zone) => zone !== undefined);
}

/** The zone on whose clock a visit is: that of its slot's Schedule, else of its place or practitioner. */
export function zoneOfVisit(appointment: Appointment, bundle: Bundle | undefined): string | undefined {
  const slots = ofType(bundle, 'Slot').filter(({ id }) => refersTo(appointment.slot, `Slot/${id}`));
  const schedule = ofType(bundle, 'Schedule').find(({ id }) =>
    slots.some((slot) => slot.schedule.reference === `Schedule/${id}`),
  );
  const named = [...(schedule?.actor ?? []), ...appointment.participant.flatMap(({ actor }) => actor ?? [])];
  const actors = (bundle?.entry ?? []).flatMap(({ resource }) =>
    resource && refersTo(named, `${resource.resourceType}/${resource.id}`) ? [resource] : [],
  );
  return zoneOfSchedule(schedule, actors);
}

const refersTo = (references: readonly Reference[] | undefined, literal: string): boolean =>
  references?.some(({ reference }) => reference === literal) ?? false;

/** Until when a place is held for somebody, if it is. */
export function heldUntil(appointment: Appointment): string | undefined {
  return appointment.status === 'pending'
    ? (getExtensionValue(appointment, HOLD_EXPIRES) as string | undefined)
    : undefined;
}

/** With whom and where a visit is, as it names them; without the patient. */
export function hostsOf(appointment: Appointment): string[] {
  return appointment.participant
    .filter(({ actor }) => !/^(Patient|RelatedPerson)\//.test(actor?.reference ?? ''))
    .flatMap(({ actor }) => actor?.display ?? []);
}

/** What a visit or a slot is for. */
export function serviceNameOf({ serviceType = [] }: Pick<Slot, 'serviceType'>): string {
  const names = serviceType.map(({ text, coding }) => text ?? coding?.find(({ display }) => display)?.display);
  return names.find((name) => name !== undefined) ?? '';
}

/** Visits as a patient looks at them. */
export interface SortedVisits {
  /** Held for them, until they accept. */
  readonly offers: readonly WithId<Appointment>[];
  /** The next first. */
  readonly upcoming: readonly WithId<Appointment>[];
  /** Waits for a time. */
  readonly waiting: readonly WithId<Appointment>[];
  /** The latest first. */
  readonly past: readonly WithId<Appointment>[];
}

/** Sorts visits by what a patient can do with them. A hold that has run out is none. */
export function sortVisits(appointments: readonly WithId<Appointment>[], now: Date): SortedVisits {
  const byStart = appointments.toSorted((a, b) => Date.parse(a.start ?? '') - Date.parse(b.start ?? ''));
  const ahead = (visit: Appointment): boolean => new Date(visit.end ?? visit.start ?? 0) > now;
  const LIVE = ['booked', 'arrived', 'checked-in'];
  return {
    offers: byStart.filter((visit) => new Date(heldUntil(visit) ?? 0) > now && ahead(visit)),
    upcoming: byStart.filter((visit) => LIVE.includes(visit.status) && ahead(visit)),
    waiting: appointments.filter(({ status }) => status === 'waitlist' || status === 'proposed'),
    past: byStart
      .filter(
        (visit) => visit.start && !ahead(visit) && visit.status !== 'entered-in-error' && visit.status !== 'pending',
      )
      .toReversed(),
  };
}
