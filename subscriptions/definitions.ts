import { created, deleted, saved, updated, when } from './when.ts';
import type { Rule } from './when.ts';

const check = 'journeys/check-definition';
const template = 'messages/check-template';
const journeys = 'type=http://terminology.hl7.org/CodeSystem/plan-definition-type|workflow-definition';

export default [
  when('PlanDefinition', created(journeys)).run(check),
  when('PlanDefinition', updated()).run(check),
  when('PlanDefinition', deleted()).run(check),
  when('ActivityDefinition', saved()).run(check, template),
  when('ActivityDefinition', deleted()).run(check, template),
  when('Questionnaire', saved()).run(check),
  when('Questionnaire', deleted()).run(check),
] satisfies Rule[];
