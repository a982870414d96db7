import type { WithId } from '@medplum/core';
import {
  extractServiceTypeReferences,
  getExtensionValue,
  isReference,
  SchedulingPlanDefinitionURI,
} from '@medplum/core';
import type { Appointment, PlanDefinition } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { DEFAULT_JOURNEY } from './names.ts';

const WORKFLOW = 'http://terminology.hl7.org/CodeSystem/plan-definition-type|workflow-definition';

/**
 * The definition that a booking starts: the service's own, else the default one.
 *
 * Medplum's `SchedulingPlanDefinition` names what its provider app applies to the encounter. It is taken as a journey
 * only if it is one: an active PlanDefinition of type `workflow-definition`.
 */
export async function chooseDefinition(
  { fhir }: Run,
  appointment: Appointment,
): Promise<WithId<PlanDefinition> | undefined> {
  const services = extractServiceTypeReferences(appointment.serviceType).map(({ reference }) => reference);
  const found = await readTogether(fhir, [
    `PlanDefinition?type=${encodeURIComponent(WORKFLOW)}&status=active&_sort=-_lastUpdated&_count=1000`,
    ...services,
  ]);
  const journeys = ofType(found.flat(), 'PlanDefinition');
  const named = ofType(found.flat(), 'HealthcareService')
    .map((service) => getExtensionValue(service, SchedulingPlanDefinitionURI))
    .find((value) => isReference<PlanDefinition>(value, 'PlanDefinition'));
  const own = journeys.find(({ id }) => named?.reference === `PlanDefinition/${id}`);
  return own ?? journeys.find((definition) => getExtensionValue(definition, DEFAULT_JOURNEY) === true);
}
