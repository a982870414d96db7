import { describe, expect, test } from '@jest/globals';
import {
  badRequest,
  conflict,
  notFound,
  OperationOutcomeError,
  preconditionFailed,
  tooManyRequests,
} from '@medplum/core';
import { classify, Refusal, refuse, toOutcome } from './outcome.ts';

describe('classify', () => {
  test.each([
    ['a version that has moved on', preconditionFailed, 'race'],
    ['a serialization failure', conflict('could not serialize access', '40001'), 'race'],
    ['a deadlock', badRequest('deadlock detected'), 'race'],
    ['a used-up quota', tooManyRequests, 'throttled'],
    ['a missing resource', notFound, 'other'],
    ['an invalid resource', badRequest('Missing required property'), 'other'],
    ['no outcome', undefined, 'other'],
  ])('%s', (_what, outcome, expected) => {
    expect(classify(outcome)).toBe(expected);
  });
});

describe('toOutcome', () => {
  test('makes refusals and FHIR errors plain, and leaves programming errors alone', () => {
    const refusal = (): unknown => {
      try {
        return refuse('conflict', 'slot', 'The place is taken.');
      } catch (thrown) {
        return thrown;
      }
    };
    expect(refusal()).toBeInstanceOf(Refusal);
    expect(toOutcome(refusal())).toEqual({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', code: 'conflict', details: { text: 'The place is taken.' }, expression: ['slot'] }],
    });
    expect(toOutcome(new OperationOutcomeError(notFound))).toEqual(notFound);
    expect(toOutcome(notFound)).toEqual(notFound);
    expect(toOutcome(new TypeError('x'))).toBeUndefined();
  });
});
