import type { WithId } from '@medplum/core';
import { createReference, getIdentifier, getReferenceString, isDefined } from '@medplum/core';
import type {
  Appointment,
  CarePlan,
  Communication,
  Patient,
  PlanDefinition,
  Reference,
  Resource,
  Task,
} from '@medplum/fhirtypes';
import { create, temporary, update } from '../runtime/writes.ts';
import type { Write } from '../runtime/writes.ts';
import type { JourneyDefinition } from './definition.ts';
import type { Cause } from './shown.ts';
import { CAUSE_SID, JOURNEY_SID, STAGE_CODE, STAGE_SID, STEP_SID } from './names.ts';
import { keyOf, stepKey } from './parts.ts';
import type { Step } from './parts.ts';

/** One patient's way through a definition. A value: every move makes a new one. */
export interface Journey {
  readonly definition: JourneyDefinition;
  readonly carePlan: CarePlan;
  /** One for each stage of the definition, in its order. */
  readonly stages: readonly Task[];
  /** Every step that was ever made, in that order, the done and cancelled ones too. */
  readonly steps: readonly Step[];
  /** Messages that this decision gives to be sent. */
  readonly messages: readonly Communication[];
  /** Messages that were given to be sent before, and wait. */
  readonly waiting: readonly WithId<Communication>[];
}

/**
 * The business key of a journey: one for an appointment and a definition.
 * @param subject - The Appointment, or the Patient where there is none.
 */
export const journeyKey = (subject: Appointment | Patient, definition: PlanDefinition): string =>
  `${subject.resourceType}/${subject.id}/PlanDefinition/${definition.id}`;

/** The business key of a journey that an event started: one for the resource that shows it and a definition. */
export const causeKey = ({ resourceType, id }: Resource, definition: PlanDefinition): string =>
  `${resourceType}/${id}/PlanDefinition/${definition.id}`;

/** The CarePlan of a journey that is about to start. The version of the definition that is current stays its own. */
export function newCarePlan(
  definition: PlanDefinition,
  patient: WithId<Patient>,
  appointment: WithId<Appointment> | undefined,
  now: Date,
): CarePlan {
  return {
    resourceType: 'CarePlan',
    identifier: [{ system: JOURNEY_SID, value: journeyKey(appointment ?? patient, definition) }],
    ...(definition.url && { instantiatesCanonical: [definition.url] }),
    instantiatesUri: [`PlanDefinition/${definition.id}/_history/${definition.meta?.versionId}`],
    status: 'active',
    intent: 'plan',
    ...(definition.title && { title: definition.title }),
    subject: createReference(patient),
    period: { start: now.toISOString() },
    created: now.toISOString(),
    ...(appointment && { activity: [{ reference: createReference(appointment) }] }),
  };
}

/** A CarePlan that an event started: it names the resource that shows it. */
export function causedBy(plan: CarePlan, cause: WithId<Cause>, definition: PlanDefinition): CarePlan {
  const reference = { reference: `${cause.resourceType}/${cause.id}` };
  return {
    ...plan,
    identifier: [...(plan.identifier ?? []), { system: CAUSE_SID, value: causeKey(cause, definition) }],
    ...(cause.resourceType === 'Encounter' && { encounter: reference }),
    ...(cause.resourceType === 'Condition' && { addresses: [reference] }),
    supportingInfo: [reference],
  };
}

/** A journey at its very start: every stage has its Task, none is entered. */
export function newJourney(definition: JourneyDefinition, carePlan: CarePlan, now: Date): Journey {
  const stages = definition.stages.map(({ code, title }): Task => ({
    resourceType: 'Task',
    identifier: [{ system: STAGE_SID, value: `${keyOf(carePlan)}/${code}` }],
    basedOn: [referenceTo(carePlan)],
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: STAGE_CODE, code, display: title }] },
    description: title,
    for: carePlan.subject,
    authoredOn: now.toISOString(),
  }));
  return { definition, carePlan, stages, steps: [], messages: [], waiting: [] };
}

/** The reference to a resource of a journey, whether it is stored or made in the same transaction. */
export function referenceTo<T extends JourneyResource>(resource: T): Reference<T> & { reference: string } {
  return { reference: getReferenceString(resource) ?? temporary(temporaryKey(resource)) };
}

/** The entries that turn what was loaded (nothing, for a journey that starts) into the journey as decided. */
export function writesOf(before: Journey | undefined, after: Journey): Write[] {
  const loaded = new Set<Resource>(before ? resourcesOf(before).filter(({ id }) => id) : []);
  return resourcesOf(withActivities(after))
    .filter((resource) => !loaded.has(resource))
    .map((resource) => (resource.id ? update(resource as WithId<Resource>) : create(resource, temporaryKey(resource))));
}

export type JourneyResource = CarePlan | Step | Communication;

const resourcesOf = ({ carePlan, stages, steps, messages, waiting }: Journey): JourneyResource[] => [
  carePlan,
  ...stages,
  ...steps,
  ...messages,
  ...waiting,
];

/**
 * Within one transaction no two new resources of a journey have the same identifiers. A message is known by the
 * request that it is based on, which is told from the request itself by its type.
 */
const temporaryKey = (resource: JourneyResource): string =>
  `${resource.resourceType} ${resource.identifier?.map(({ system, value }) => `${system}|${value}`).join(' ')}`;

/**
 * The CarePlan lists its appointment, its stages and its steps. So whatever adds to a journey changes the CarePlan,
 * and of two decisions that add the same at once, `ifMatch` lets one through.
 */
export function withActivities(journey: Journey): Journey {
  const { carePlan, stages, steps } = journey;
  const listed = new Set(carePlan.activity?.map(({ reference }) => reference?.reference).filter(isDefined));
  const added = [...stages, ...steps].map(referenceTo).filter(({ reference }) => !listed.has(reference));
  if (added.length === 0) {
    return journey;
  }
  const activity = [...(carePlan.activity ?? []), ...added.map((reference) => ({ reference }))];
  return { ...journey, carePlan: { ...carePlan, activity } };
}

/** The latest instance of a step, if it was ever made: steps stand in the order in which they were made. */
export function latest({ carePlan, steps }: Journey, stage: string, step: string): Step | undefined {
  const key = stepKey(carePlan, stage, step);
  return steps.findLast((instance) => getIdentifier(instance, STEP_SID) === key);
}
