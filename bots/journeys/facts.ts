import type { WithId } from '@medplum/core';
import type {
  ActivityDefinition,
  Appointment,
  Encounter,
  Patient,
  Questionnaire,
  QuestionnaireResponse,
} from '@medplum/fhirtypes';
import { holds } from './expressions.ts';

/** What a step is an instance of. */
export type StepSource = ActivityDefinition | Questionnaire;

/** The world as a journey sees it. Its moves are decided on this, and not on which event was delivered when. */
export interface Facts {
  readonly patient: WithId<Patient>;
  readonly appointment?: WithId<Appointment>;
  /** All of the appointment, and the one that the journey began with. */
  readonly encounters: readonly WithId<Encounter>[];
  /** The patient's, complete ones, since the journey began; the latest first. */
  readonly answers?: readonly WithId<QuestionnaireResponse>[];
  /** Those of them since the stage that the patient is in was entered; set by the moves. */
  readonly stageAnswers?: readonly WithId<QuestionnaireResponse>[];
  /** The type of the resource whose event started the journey, where it was not a booking. */
  readonly cause?: string;
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
  if (started.some(isDischarged)) {
    events.add('encounter-discharged');
  }
  if ((facts.answers?.length ?? 0) > 0 || facts.cause === 'QuestionnaireResponse') {
    events.add('questionnaire-answered');
  }
  if (facts.cause === 'Condition') {
    events.add('condition-confirmed');
  }
  if (facts.cause === 'Patient') {
    events.add('patient-registered');
  }
  return events;
}

/** Whether an Appointment will not take place at all. */
export const isCalledOff = (appointment: Appointment | undefined): boolean =>
  appointment?.status === 'cancelled' || appointment?.status === 'entered-in-error';

/** A stay that is over: it says where the patient went, or its class is one of a patient who was admitted. */
export const isDischarged = (encounter: Encounter): boolean =>
  encounter.status === 'finished' &&
  (encounter.hospitalization?.dischargeDisposition !== undefined || ADMITTED.includes(encounter.class.code ?? ''));

/** HL7's v3-ActCode: inpatient, acute, non-acute, emergency, observation, short stay. */
const ADMITTED: readonly string[] = ['IMP', 'ACUTE', 'NONAC', 'EMER', 'OBSENC', 'SS'];

/** Whether all conditions (FHIRPath over the patient, with `%appointment`, `%answers`, `%stageAnswers`) are true. */
export const applies = (conditions: readonly string[], facts: Facts): boolean =>
  conditions.every((condition) => holds(condition, facts.patient, facts));
