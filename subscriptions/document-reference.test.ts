import { describe, expect, test } from '@jest/globals';
import { evalFhirPathTyped, toTypedValue } from '@medplum/core';
import type { DocumentReference } from '@medplum/fhirtypes';
import rules from './document-reference.ts';

const FILED: DocumentReference = {
  resourceType: 'DocumentReference',
  status: 'current',
  subject: { reference: 'Patient/p' },
  content: [{ attachment: { data: 'YQ==' } }],
  context: { encounter: [{ reference: 'Encounter/e' }] },
};

describe('an update of a transcript wakes the scribe', () => {
  const [condition] = rules.filter(({ interaction }) => interaction === 'update').map((rule) => rule.condition ?? '');
  const wakes = (before: DocumentReference, after: DocumentReference): boolean =>
    evalFhirPathTyped(condition ?? '', [toTypedValue(after)], {
      '%previous': toTypedValue(before),
      '%current': toTypedValue(after),
    })[0]?.value === true;

  test.each<[string, Partial<DocumentReference>]>([
    ['words', { content: [{ attachment: { data: 'Yg==' } }] }],
    ['status', { status: 'entered-in-error' }],
    ['patient', { subject: { reference: 'Patient/q' } }],
    ['encounter', { context: { encounter: [{ reference: 'Encounter/f' }] } }],
    ['encounter, which is gone', { context: {} }],
    ['type', { type: { coding: [{ code: 'transcript' }] } }],
  ])('that changes its %s', (_what, change) => {
    expect(wakes(FILED, { ...FILED, ...change })).toBe(true);
    expect(wakes({ ...FILED, ...change }, FILED)).toBe(true);
  });

  test('but not the link to the draft, which the scribe itself sets', () => {
    const linked = { ...FILED, context: { ...FILED.context, related: [{ reference: 'Composition/c' }] } };
    expect(wakes(FILED, linked)).toBe(false);
    expect(wakes(linked, FILED)).toBe(false);
    expect(wakes(FILED, { ...FILED, docStatus: 'final' })).toBe(false);
  });
});
