import type { Appointment, Condition, Encounter, Patient, QuestionnaireResponse, Resource } from '@medplum/fhirtypes';
import type { WithId } from '@medplum/core';
import type { JourneyDefinition } from './definition.ts';
import { isStartEvent, START_EVENTS } from './events.ts';
import type { StartEvent } from './events.ts';
import { holds } from './expressions.ts';
import { isDischarged } from './facts.ts';

/** A resource whose state can show that an event has happened that starts journeys. */
export type Cause = Appointment | Condition | Encounter | Patient | QuestionnaireResponse;

/** The types of such resources. */
export const CAUSES = [...new Set(Object.values(START_EVENTS))];

const CLINICALLY_ACTIVE = ['active', 'recurrence', 'relapse'];
const SEEN: readonly Encounter['status'][] = ['in-progress', 'onleave', 'finished'];

const SHOWN: Readonly<Record<StartEvent, (cause: Cause) => boolean>> = {
  'appointment-noshow': (cause) => cause.resourceType === 'Appointment' && cause.status === 'noshow',
  'encounter-started': (cause) => cause.resourceType === 'Encounter' && SEEN.includes(cause.status),
  'encounter-finished': (cause) => cause.resourceType === 'Encounter' && cause.status === 'finished',
  'encounter-discharged': (cause) => cause.resourceType === 'Encounter' && isDischarged(cause),
  'condition-confirmed': (cause) => cause.resourceType === 'Condition' && isConfirmed(cause),
  'patient-registered': (cause) => cause.resourceType === 'Patient' && cause.active !== false,
  'questionnaire-answered': (cause) =>
    cause.resourceType === 'QuestionnaireResponse' && ['completed', 'amended'].includes(cause.status),
};

/**
 * Whether a resource starts journeys of a definition: it shows one of the events that enter the first stage, and
 * fulfils the condition of that trigger. Bookings choose their journey by the service and are not among these events.
 */
export function starts({ stages }: JourneyDefinition, cause: Cause): boolean {
  const [first] = stages;
  return (first?.triggers ?? []).some((event) => {
    const condition = first?.startConditions[event];
    return isStartEvent(event) && SHOWN[event](cause) && (!condition || holds(condition, cause, {}));
  });
}

/** Whether any event starts journeys of a definition by itself. */
export const startsByEvent = ({ stages }: JourneyDefinition): boolean =>
  stages[0]?.triggers.some(isStartEvent) ?? false;

/** A diagnosis that stands: not a suspicion, and not over. A Condition that leaves either open counts. */
function isConfirmed({ verificationStatus, clinicalStatus }: Condition): boolean {
  const verified = verificationStatus?.coding?.map(({ code }) => code);
  const active = clinicalStatus?.coding?.map(({ code }) => code ?? '');
  return (
    (verified?.includes('confirmed') ?? true) && (active?.some((code) => CLINICALLY_ACTIVE.includes(code)) ?? true)
  );
}

/** The patient that a resource is about, as a reference. */
export function subjectOf(cause: WithId<Exclude<Cause, Appointment>>): string | undefined {
  return cause.resourceType === 'Patient' ? `Patient/${cause.id}` : cause.subject?.reference;
}

export const isCause = (resource: WithId<Resource>): resource is WithId<Cause> =>
  CAUSES.some((type) => type === resource.resourceType);
