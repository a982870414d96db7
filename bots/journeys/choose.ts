import type { WithId } from '@medplum/core';
import {
  extractServiceTypeReferences,
  getExtension,
  getExtensionValue,
  isReference,
  SchedulingPlanDefinitionURI,
} from '@medplum/core';
import type { Appointment, PlanDefinition, Schedule, Slot } from '@medplum/fhirtypes';
import { isGenerated, SLOT_HORIZON } from '../scheduling/names.ts';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { DEFAULT_JOURNEY } from './names.ts';
import { WORKFLOW } from './report.ts';

/**
 * The definition that a booking starts: the service's own, else the default one. None for a booking on a Schedule that
 * does not take part: a project that was in use before goes on as it did.
 *
 * Medplum's `SchedulingPlanDefinition` names what its provider app applies to the encounter. It is taken as a journey
 * only if it is one: an active PlanDefinition of type `workflow-definition`.
 */
export async function chooseDefinition(
  { fhir }: Run,
  appointment: Appointment,
): Promise<WithId<PlanDefinition> | undefined> {
  const services = extractServiceTypeReferences(appointment.serviceType).map(({ reference }) => reference);
  const slots = (appointment.slot ?? []).flatMap(({ reference }) => reference?.split('/')[1] ?? []);
  const found = await readTogether(fhir, [
    ...(slots.length > 0 ? [`Slot?_id=${slots.join(',')}&_include=Slot:schedule`] : []),
    `PlanDefinition?type=${encodeURIComponent(WORKFLOW)}&status=active&_sort=-_lastUpdated&_count=1000`,
    ...services,
  ]);
  if (slots.length > 0 && !takesPart(ofType(found.flat(), 'Slot'), ofType(found.flat(), 'Schedule'))) {
    return undefined;
  }
  const journeys = ofType(found.flat(), 'PlanDefinition');
  const named = ofType(found.flat(), 'HealthcareService')
    .map((service) => getExtensionValue(service, SchedulingPlanDefinitionURI))
    .find((value) => isReference<PlanDefinition>(value, 'PlanDefinition'));
  const own = journeys.find(({ id }) => named?.reference === `PlanDefinition/${id}`);
  return own ?? journeys.find((definition) => getExtensionValue(definition, DEFAULT_JOURNEY) === true);
}

/** A Schedule takes part if it is kept filled, or if somebody asked for its slots. */
const takesPart = (slots: readonly Slot[], schedules: readonly Schedule[]): boolean =>
  slots.some(isGenerated) || schedules.some((schedule) => getExtension(schedule, SLOT_HORIZON) !== undefined);
