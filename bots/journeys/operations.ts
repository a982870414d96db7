import type { WithId } from '@medplum/core';
import { getIdentifier } from '@medplum/core';
import type { CarePlan, PlanDefinition } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { refuse } from '../runtime/outcome.ts';
import { checkDefinition } from './check.ts';
import type { Checked } from './check.ts';
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
 * A definition that can be started, and what its steps are made of.
 * @throws Refusal `value` for one with problems.
 */
export async function usableDefinition(run: Run, source: PlanDefinition, parameter: string): Promise<Checked> {
  const checked = await checkDefinition(run, source);
  if (checked.problems.length > 0) {
    const problems = checked.problems.join(' ');
    return refuse('value', parameter, `This PlanDefinition is no journey that can be started. ${problems}`);
  }
  return checked;
}
