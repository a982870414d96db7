import type { ActivityDefinition, PlanDefinition, Questionnaire } from '@medplum/fhirtypes';
import type { WithId } from '@medplum/core';
import { subscriber } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { searchAll } from '../runtime/load.ts';
import { readDefinition } from './definition.ts';
import { REPORT_ACCESS, reportDefinition, WORKFLOW } from './report.ts';

export default subscriber({
  name: 'journeys/check-definition',
  description: 'Looks at a journey when it, or what it is made of, is saved: what is wrong with it becomes a ticket.',
  on: ['PlanDefinition', 'ActivityDefinition', 'Questionnaire'],
  access: REPORT_ACCESS,
  handle: async (run, resource) => {
    await each(await definitionsWith(run, resource), ({ id }) => reportDefinition(run, id));
  },
});

/** The definitions that a change of one of these resources may make wrong, or right. */
async function definitionsWith(
  run: Run,
  resource: WithId<PlanDefinition | ActivityDefinition | Questionnaire>,
): Promise<WithId<PlanDefinition>[]> {
  if (resource.resourceType === 'PlanDefinition') {
    return [resource];
  }
  const journeys = await searchAll(run.fhir, 'PlanDefinition', { type: WORKFLOW, status: 'active' });
  return journeys.filter((source) =>
    readDefinition(source).definition.stages.some(({ steps }) =>
      steps.some(({ canonical }) => canonical === resource.url),
    ),
  );
}
