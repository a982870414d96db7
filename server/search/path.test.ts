import { expect, test } from '@jest/globals';
import { getSearchParameter, getSearchParameterDetails, toTypedValue } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { loadDefinitions } from '../fhir/definitions.ts';
import { compilePath } from './path.ts';

/** A parameter of each form that is a condition, and resources that it says different things of. */
const conditions: [code: string, Resource[]][] = [
  [
    'deceased',
    [
      { resourceType: 'Patient' },
      { resourceType: 'Patient', deceasedBoolean: false },
      { resourceType: 'Patient', deceasedBoolean: true },
      { resourceType: 'Patient', deceasedDateTime: '2030-01-07' },
    ],
  ],
  [
    'priority-order',
    ([undefined, 'stat', 'asap', 'urgent', 'routine'] as const).map((priority) => ({
      resourceType: 'Task',
      status: 'requested',
      intent: 'order',
      ...(priority && { priority }),
    })),
  ],
];

test.each(conditions)('"%s" finds compiled what the evaluator finds', (code, resources) => {
  loadDefinitions();
  for (const resource of resources) {
    const parameter = getSearchParameter(resource.resourceType, code);
    const { parsedExpression } = getSearchParameterDetails(resource.resourceType, parameter!);
    const evaluated = parsedExpression.eval({ variables: {} }, [toTypedValue(resource)]);
    expect(compilePath(parsedExpression)(resource)).toEqual(evaluated);
  }
  expect.hasAssertions();
});
