import type { MedplumClient, WithId } from '@medplum/core';
import { isDefined } from '@medplum/core';
import type { HealthcareService, Schedule } from '@medplum/fhirtypes';
import { lastVersion, ofType, readTogether } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { offerOf, servicesOf } from './availability.ts';
import type { Offer } from './availability.ts';

/** A Schedule with all that it offers. */
export interface Pattern {
  readonly schedule: WithId<Schedule>;
  readonly services: readonly WithId<HealthcareService>[];
  readonly offers: readonly Offer[];
}

/** A Schedule that was deleted, as it was last: it offers nothing. */
export async function deletedSchedule(fhir: MedplumClient, id: string): Promise<WithId<Schedule> | undefined> {
  const last = await lastVersion(fhir, 'Schedule', id);
  return last && { ...last, active: false };
}

/**
 * Loads what a Schedule offers. One that is not active offers nothing.
 * @param clinicZone - IANA name, for a Schedule that has none itself and whose actor has none.
 * @throws Refusal about `schedule`.
 */
export async function loadPattern(
  fhir: MedplumClient,
  schedule: WithId<Schedule>,
  clinicZone: string | undefined,
): Promise<Pattern> {
  const references = servicesOf(schedule);
  const isActive = schedule.active !== false;
  if (isActive && references.length === 0) {
    return refuse('business-rule', 'schedule', 'The Schedule names no service. Set its scheduling parameters.');
  }
  const actor = schedule.actor[0]?.reference;
  const found = (await readTogether(fhir, [...references, actor].filter(isDefined))).flat();
  const services = ofType(found, 'HealthcareService');
  const unknown = references.find((reference) => !services.some(({ id }) => reference === `HealthcareService/${id}`));
  if (isActive && unknown) {
    return refuse('not-found', 'schedule', `The Schedule names ${unknown}, which does not exist.`);
  }
  const actorResource = found.find((resource) => `${resource.resourceType}/${resource.id}` === actor);
  const active = isActive ? services.filter((service) => service.active !== false) : [];
  return { schedule, services, offers: active.map((service) => offerOf(schedule, service, actorResource, clinicZone)) };
}
