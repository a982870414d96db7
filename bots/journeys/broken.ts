import type { PlanDefinition } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { raise } from '../runtime/raise.ts';
import type { JourneyDefinition } from './definition.ts';
import { tryEvaluate } from './expressions.ts';
import type { Facts } from './facts.ts';

/** The paths of the conditions of a definition that cannot be evaluated over these facts. */
export function brokenConditions({ stages }: JourneyDefinition, facts: Facts): string[] {
  const isBroken = (expression: string): boolean => tryEvaluate(expression, facts.patient, facts) === undefined;
  return stages.flatMap(({ conditions, whens, steps }, index) => {
    const path = `action[${index}]`;
    const ofSteps = steps.flatMap((step, at) => (step.conditions.some(isBroken) ? [`${path}.action[${at}]`] : []));
    return [...([...conditions, ...whens].some(isBroken) ? [path] : []), ...ofSteps];
  });
}

/** A condition that cannot be evaluated for somebody counts as not true, and is a ticket: one of each version of a definition. */
export async function reportBroken(run: Run, definition: JourneyDefinition, facts: Facts): Promise<void> {
  const paths = brokenConditions(definition, facts);
  if (paths.length === 0) {
    return;
  }
  const { id, meta }: PlanDefinition = definition.source;
  await raise(run, {
    key: `journey-condition/${id}/${meta?.versionId}`,
    text: `Conditions of this journey cannot be evaluated for every patient, for whom they count as not true: ${paths.join(', ')}. Write them so that they take none, one or several values.`,
    focus: { reference: `PlanDefinition/${id}` },
  });
}
