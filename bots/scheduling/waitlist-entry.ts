import type { MedplumClient, WithId } from '@medplum/core';
import { createReference, isDefined } from '@medplum/core';
import type { Appointment, Resource } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { ticket } from '../runtime/ticket.ts';
import { change, unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { servicesOf } from './availability.ts';
import { patientOf } from './visit.ts';
import { isEmpty, WAITLIST_SINCE, waitsSince, wishOf } from './waitlist.ts';
import { isTooLate } from './waitlist-fit.ts';

/** An entry of the waitlist with what it refers to. */
export interface Entry {
  readonly appointment: WithId<Appointment>;
  /** Who wrote the entry, where the server says it. */
  readonly author?: string | undefined;
  /** What it refers to, and the Schedules of those whom it names. */
  readonly found: readonly WithId<Resource>[];
}

/**
 * Looks at a new entry, once: from then on it waits. What can never be offered to it raises a ticket; the entry stands,
 * for a person to put right.
 */
export async function admit({ fhir, now }: Run, id: string): Promise<Appointment> {
  return settle({ fhir, load: () => loadEntry(fhir, id), decide: (entry) => decideAdmission(entry, now) });
}

async function loadEntry(fhir: MedplumClient, id: string): Promise<Entry> {
  // Only with this header does the server say who wrote it.
  const headers = { 'X-Medplum': 'extended' };
  const appointment = await fhir.readResource('Appointment', id, { cache: 'reload', headers });
  const { services, actors } = wishOf(appointment);
  const people = actors.filter((actor) => actor.startsWith('Practitioner/')).join(',');
  const places = actors.filter((actor) => actor.startsWith('Location/')).join(',');
  const urls = [
    patientOf(appointment),
    ...services,
    ...(actors.length > 0 ? [`Schedule?actor=${actors.join(',')}&active=true&_count=100`] : []),
    ...(people ? [`Schedule?actor:PractitionerRole.practitioner=${people}&active=true&_count=100`] : []),
    ...(places ? [`Schedule?actor:PractitionerRole.location=${places}&active=true&_count=100`] : []),
  ].filter(isDefined);
  const found = urls.length > 0 ? (await readTogether(fhir, urls)).flat() : [];
  return { appointment, author: appointment.meta?.author?.reference, found };
}

/**
 * The entry with the time from which on it waits. A patient cannot put themself before others: neither a priority nor a
 * time of their own counts.
 */
export function decideAdmission({ appointment, author, found }: Entry, now: Date): Decision<Appointment> {
  const isPatients = /^(Patient|RelatedPerson)\//.test(author ?? '');
  if (appointment.status !== 'waitlist' || (waitsSince(appointment) && !isPatients)) {
    return unchanged(appointment);
  }
  const since = appointment.meta?.lastUpdated ?? now.toISOString();
  const others = (appointment.extension ?? []).filter(({ url }) => url !== WAITLIST_SINCE);
  const admitted: WithId<Appointment> = {
    ...appointment,
    meta: { ...appointment.meta, author: undefined, project: undefined, compartment: undefined },
    priority: isPatients ? undefined : appointment.priority,
    extension: [...others, { url: WAITLIST_SINCE, valueInstant: since }],
  };
  const problem = problemOf(appointment, found, now);
  if (!problem) {
    return change(admitted);
  }
  const raised = ticket(
    {
      key: `appointment/${appointment.id}/waitlist`,
      text: `Nothing can be offered to this entry of the waitlist. ${problem}`,
      focus: createReference(appointment),
    },
    now,
  );
  return change(admitted, raised);
}

/** Why nothing can ever be offered to an entry, for a person; undefined if something can. */
export function problemOf(appointment: Appointment, found: readonly WithId<Resource>[], now: Date): string | undefined {
  const wish = wishOf(appointment);
  const [patient] = ofType([...found], 'Patient');
  const services = ofType([...found], 'HealthcareService').filter(({ active }) => active !== false);
  const schedules = ofType([...found], 'Schedule');
  if (!patient) {
    return 'It is for no patient that there is.';
  }
  if (patient.active === false || patient.deceasedBoolean || patient.deceasedDateTime) {
    return "The patient's record is not active.";
  }
  if (isEmpty(wish)) {
    return 'It names neither a service nor a provider.';
  }
  if (wish.services.length > 0 && services.length === 0) {
    return 'The service that it names does not exist or is not active.';
  }
  if (wish.actors.length > 0 && schedules.length === 0) {
    return 'None of the providers that it names has an active schedule.';
  }
  const isOffered = schedules.some((schedule) =>
    servicesOf(schedule).some((service) => wish.services.includes(service)),
  );
  if (wish.actors.length > 0 && wish.services.length > 0 && !isOffered) {
    return 'None of the providers that it names offers the service.';
  }
  if (isTooLate(appointment, now) || wish.periods.some(({ start, end }) => start && end && end < start)) {
    return 'A time that it asks for is past, or ends before it begins.';
  }
  return undefined;
}
