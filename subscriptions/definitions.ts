import { created, deleted, updated, when } from './when.ts';
import type { Rule } from './when.ts';

const check = 'journeys/check-definition';
const template = 'messages/check-template';
const journeys = 'type=http://terminology.hl7.org/CodeSystem/plan-definition-type|workflow-definition';

export default [
  when('PlanDefinition', created(journeys)).run(check),
  when('PlanDefinition', updated()).run(check),
  when('PlanDefinition', deleted()).run(check),
  when('ActivityDefinition', created()).run(check, template),
  when('ActivityDefinition', updated()).run(check, template),
  when('ActivityDefinition', deleted()).run(check, template),
  when('Questionnaire', created()).run(check),
  when('Questionnaire', updated()).run(check),
  when('Questionnaire', deleted()).run(check),
] satisfies Rule[];
