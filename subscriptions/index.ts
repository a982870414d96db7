import appointment from './appointment.ts';
import carePlan from './care-plan.ts';
import communication from './communication.ts';
import condition from './condition.ts';
import definitions from './definitions.ts';
import documentReference from './document-reference.ts';
import encounter from './encounter.ts';
import patient from './patient.ts';
import questionnaireResponse from './questionnaire-response.ts';
import schedule from './schedule.ts';
import slot from './slot.ts';
import task from './task.ts';
import type { Rule } from './when.ts';

/** The whole event table, in reading order: what each change of a resource causes. */
export const rules: readonly Rule[] = [
  ...schedule,
  ...slot,
  ...appointment,
  ...encounter,
  ...patient,
  ...condition,
  ...questionnaireResponse,
  ...definitions,
  ...carePlan,
  ...task,
  ...communication,
  ...documentReference,
];
