import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Condition, MedicationRequest } from '@medplum/fhirtypes';
import { lineOf, mergedWords, reworded, wordsOf } from '../../web/src/staff/scribe/note.ts';

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';

const order: WithId<MedicationRequest> = {
  resourceType: 'MedicationRequest',
  id: 'order-1',
  status: 'draft',
  intent: 'proposal',
  subject: { reference: 'Patient/1' },
  medicationCodeableConcept: { coding: [{ system: RXNORM, code: '29046' }], text: 'lisinopril' },
  dosageInstruction: [
    {
      text: '20 mg daily',
      timing: { code: { text: 'daily' } },
      doseAndRate: [{ doseQuantity: { value: 20, unit: 'mg' } }],
    },
  ],
};
const problem: WithId<Condition> = {
  resourceType: 'Condition',
  id: 'problem-1',
  subject: { reference: 'Patient/1' },
  code: { coding: [{ code: 'I10' }], text: 'hypertension' },
};

describe('a proposal in other words', () => {
  test('another dosage takes the dose and the times of the old one away, and the drug keeps its code', () => {
    const changed = reworded(order, { ...wordsOf(order), dosage: '40 mg daily' });
    expect(changed.dosageInstruction).toEqual([{ text: '40 mg daily' }]);
    expect(changed.medicationCodeableConcept).toEqual(order.medicationCodeableConcept);
    expect(lineOf(changed)).toBe('lisinopril, 40 mg daily');
  });

  test('another drug takes the code away, and the dosage stays', () => {
    const changed = reworded(order, { ...wordsOf(order), name: 'losartan' });
    expect(changed.medicationCodeableConcept).toEqual({ text: 'losartan' });
    expect(changed.dosageInstruction).toEqual(order.dosageInstruction);
  });

  test('no dosage is none, not an empty list', () => {
    expect(reworded(order, { name: 'lisinopril', dosage: '' }).dosageInstruction).toBeUndefined();
  });

  test('the same words change nothing', () => {
    expect(reworded(order, wordsOf(order))).toBe(order);
    expect(reworded(problem, wordsOf(problem))).toBe(problem);
  });

  test('another problem goes without the code of the old one', () => {
    expect(reworded(problem, { name: 'high blood pressure' }).code).toEqual({ text: 'high blood pressure' });
  });

  test('what somebody else changed and I did not stays theirs', () => {
    const theirs = reworded(order, { name: 'losartan', dosage: '20 mg daily' });
    const mine = mergedWords({ name: 'lisinopril', dosage: '40 mg daily' }, order, theirs);
    expect(mine).toEqual({ name: 'losartan', dosage: '40 mg daily' });
  });
});
