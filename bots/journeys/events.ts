/**
 * Events that journeys know: the codes of `BASE/CodeSystem/journey-event`. Whether one has happened is told from the
 * state of the resources that it leaves behind, and not from a delivery.
 */
export const EVENTS = [
  'appointment-booked',
  'appointment-arrived',
  'appointment-fulfilled',
  'appointment-noshow',
  'appointment-cancelled',
  'encounter-started',
  'encounter-finished',
  'encounter-discharged',
  'condition-confirmed',
  'patient-registered',
  'questionnaire-answered',
  'stage-done',
  'manual',
] as const;

/** The event that stands for "by hand". */
export const MANUAL = 'manual';
/** The stage before is done: it has no open step any more, and its messages have left. */
export const STAGE_DONE = 'stage-done';
/** Why a stage was entered that nobody's event entered: its time came, or its condition became true. */
export const TIME = 'time';
export const CONDITION = 'condition';

/** Events by which a journey can start beside a booking, and the type of the resource that shows them. */
export const START_EVENTS = {
  'appointment-noshow': 'Appointment',
  'encounter-started': 'Encounter',
  'encounter-finished': 'Encounter',
  'encounter-discharged': 'Encounter',
  'condition-confirmed': 'Condition',
  'patient-registered': 'Patient',
  'questionnaire-answered': 'QuestionnaireResponse',
} as const;
export type StartEvent = keyof typeof START_EVENTS;

export const isStartEvent = (name: string): name is StartEvent => name in START_EVENTS;
