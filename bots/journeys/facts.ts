import { evalFhirPathTyped, toTypedValue } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { ActivityDefinition, Appointment, Encounter, Patient, Questionnaire } from '@medplum/fhirtypes';

/** What a step is an instance of. */
export type StepSource = ActivityDefinition | Questionnaire;

/** The world as a journey sees it. Its moves are decided on this, and not on which event was delivered when. */
export interface Facts {
  readonly patient: WithId<Patient>;
  readonly appointment?: WithId<Appointment>;
  /** All of the appointment. */
  readonly encounters: readonly WithId<Encounter>[];
  /** IANA zone of the place of the visit. */
  readonly zone: string;
  /** By url, those of the definition's steps that there are. */
  readonly sources: ReadonlyMap<string, StepSource>;
  /** Whether a message of this journey is still on its way out. */
  readonly sending: boolean;
}

const STARTED: readonly Encounter['status'][] = ['in-progress', 'onleave', 'finished'];
const CAME: readonly Appointment['status'][] = ['arrived', 'checked-in', 'fulfilled'];

/** The Encounters in which the patient has been seen. */
export const startedEncounters = ({ encounters }: Facts): WithId<Encounter>[] =>
  encounters.filter(({ status }) => STARTED.includes(status));

/**
 * The events that have happened, by what they left behind. A started encounter implies the arrival, whether somebody
 * checked the patient in or not. So it makes no difference in which order, how often or whether at all the changes
 * themselves were delivered.
 */
export function eventsOf(facts: Facts): ReadonlySet<string> {
  const events = new Set<string>();
  const status = facts.appointment?.status;
  const started = startedEncounters(facts);
  const came = started.length > 0 || (status !== undefined && CAME.includes(status));
  if (came || status === 'booked' || status === 'noshow') {
    events.add('appointment-booked');
  }
  if (came) {
    events.add('appointment-arrived');
  }
  if (status === 'fulfilled') {
    events.add('appointment-fulfilled');
  }
  if (status === 'noshow' && !came) {
    events.add('appointment-noshow');
  }
  if (isCalledOff(facts.appointment)) {
    events.add('appointment-cancelled');
  }
  if (started.length > 0) {
    events.add('encounter-started');
  }
  if (started.some((encounter) => encounter.status === 'finished')) {
    events.add('encounter-finished');
  }
  return events;
}

/** Whether an Appointment will not take place at all. */
export const isCalledOff = (appointment: Appointment | undefined): boolean =>
  appointment?.status === 'cancelled' || appointment?.status === 'entered-in-error';

/** Whether all conditions (FHIRPath over the patient, with `%appointment`) are true. */
export function applies(conditions: readonly string[], { patient, appointment }: Facts): boolean {
  const variables = { '%appointment': { type: 'Appointment', value: appointment } };
  return conditions.every((condition) => {
    const result = evalFhirPathTyped(condition, [toTypedValue(patient)], variables);
    return result.length === 1 && result[0]?.value === true;
  });
}
