import { expect, jest, test } from '@jest/globals';
import {
  deriveIdentifierSearchParameter,
  getSearchParameter,
  getSearchParameterDetails,
  toTypedValue,
} from '@medplum/core';
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

test('the identifiers of references, whose path stands in parentheses, are found compiled', () => {
  loadDefinitions();
  const practitioner = { identifier: { system: 'https://example.com/staff', value: '7' } };
  const patient = { reference: 'Patient/1', identifier: { system: 'https://example.com/mrn', value: '1' } };
  const appointment: Resource = {
    resourceType: 'Appointment',
    status: 'booked',
    participant: [
      { actor: practitioner, status: 'accepted' },
      { actor: patient, status: 'accepted' },
      { actor: { display: 'Nobody' }, status: 'accepted' },
      { status: 'accepted' },
    ],
  };
  const found = ['actor', 'patient'].map((code) => {
    const parameter = deriveIdentifierSearchParameter(getSearchParameter('Appointment', code)!);
    const { parsedExpression } = getSearchParameterDetails('Appointment', parameter);
    const evaluator = jest.spyOn(parsedExpression, 'eval');
    const values = compilePath(parsedExpression)(appointment);
    expect(evaluator).not.toHaveBeenCalled();
    return values.map(({ value }) => value as unknown);
  });
  expect(found).toEqual([[practitioner.identifier, patient.identifier], [patient.identifier]]);
});
