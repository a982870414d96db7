import type { WithId } from '@medplum/core';
import { getIdentifier } from '@medplum/core';
import type { CarePlan, PlanDefinition } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { refuse } from '../runtime/outcome.ts';
import { readDefinition } from './definition.ts';
import type { JourneyDefinition } from './definition.ts';
import { loadJourneys } from './load.ts';
import type { Loaded } from './load.ts';
import { JOURNEY_SID } from './names.ts';

/**
 * The journey that an operation names.
 * @throws Refusal `business-rule` for a CarePlan that is no journey.
 */
export async function loadForOperation(run: Run, plan: WithId<CarePlan>): Promise<Loaded> {
  const [loaded] = getIdentifier(plan, JOURNEY_SID) ? await loadJourneys(run, `_id=${plan.id}`) : [];
  return loaded ?? refuse('business-rule', 'journey', 'This CarePlan is no journey, or its definition is gone.');
}

/**
 * A definition that can be started.
 * @throws Refusal `business-rule` for one that is not active, `value` for one with problems.
 */
export function usableDefinition(source: PlanDefinition, parameter: string): JourneyDefinition {
  const { definition, problems } = readDefinition(source);
  if (problems.length > 0) {
    return refuse('value', parameter, `This PlanDefinition is no journey that can be started. ${problems.join(' ')}`);
  }
  return definition;
}
