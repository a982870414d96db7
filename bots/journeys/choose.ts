import type { WithId } from '@medplum/core';
import {
  extractServiceTypeReferences,
  getExtension,
  getExtensionValue,
  isDefined,
  isReference,
  SchedulingPlanDefinitionURI,
} from '@medplum/core';
import type { Appointment, PlanDefinition, Resource, Schedule, Slot } from '@medplum/fhirtypes';
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
  run: Pick<Run, 'fhir'>,
  appointment: Appointment,
): Promise<WithId<PlanDefinition> | undefined> {
  const [chosen] = await chooseDefinitions(run, [appointment]);
  return chosen;
}

/** The same for several bookings, in one request. */
export async function chooseDefinitions(
  { fhir }: Pick<Run, 'fhir'>,
  appointments: readonly Appointment[],
): Promise<(WithId<PlanDefinition> | undefined)[]> {
  const slots = [...new Set(appointments.flatMap(slotsOf))];
  const read = await readTogether(fhir, [
    ...(slots.length > 0 ? [`Slot?_id=${slots.join(',')}&_include=Slot:schedule&_count=1000`] : []),
    `PlanDefinition?type=${encodeURIComponent(WORKFLOW)}&status=active&_sort=-_lastUpdated&_count=1000`,
    ...new Set(appointments.flatMap(servicesOf)),
  ]);
  return appointments.map((appointment) => chosenOf(appointment, read.flat()));
}

function chosenOf(appointment: Appointment, found: readonly WithId<Resource>[]): WithId<PlanDefinition> | undefined {
  const ids = slotsOf(appointment);
  const slots = ofType(found, 'Slot').filter(({ id }) => ids.includes(id));
  const schedules = ofType(found, 'Schedule').filter(({ id }) =>
    slots.some(({ schedule }) => schedule.reference === `Schedule/${id}`),
  );
  if (ids.length > 0 && !takesPart(slots, schedules)) {
    return undefined;
  }
  const journeys = ofType(found, 'PlanDefinition');
  const services = servicesOf(appointment);
  const named = ofType(found, 'HealthcareService')
    .filter(({ id }) => services.includes(`HealthcareService/${id}`))
    .map((service) => getExtensionValue(service, SchedulingPlanDefinitionURI))
    .find((value) => isReference<PlanDefinition>(value, 'PlanDefinition'));
  const own = journeys.find(({ id }) => named?.reference === `PlanDefinition/${id}`);
  return own ?? journeys.find((definition) => getExtensionValue(definition, DEFAULT_JOURNEY) === true);
}

const slotsOf = ({ slot }: Appointment): string[] =>
  (slot ?? []).flatMap(({ reference }) => reference?.split('/')[1] ?? []);

const servicesOf = ({ serviceType }: Appointment): string[] =>
  extractServiceTypeReferences(serviceType)
    .map(({ reference }) => reference)
    .filter(isDefined);

/** A Schedule takes part if it is kept filled, or if somebody asked for its slots. */
const takesPart = (slots: readonly Slot[], schedules: readonly Schedule[]): boolean =>
  slots.some(isGenerated) || schedules.some((schedule) => getExtension(schedule, SLOT_HORIZON) !== undefined);
