import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { AllergyIntolerance, Composition } from '@medplum/fhirtypes';
import type { DraftContext } from './fhir/context.ts';
import { conflicts } from './fhir/drug-class.ts';
import { draftedResources, inOrder } from './fhir/drafted-resources.ts';
import { narrative } from './fhir/narrative.ts';
import { isUnusual } from './fhir/usual-doses.ts';
import type { Draft, DraftOrder } from './types.ts';
import { validateNote } from './validation.ts';
import type { ValidationState } from './validation.ts';

const TRANSCRIPT = 'your blood pressure is high so start lisinopril 10 milligrams';
const cite = (text: string) => {
  const start = TRANSCRIPT.indexOf(text);
  return [{ statement: text, text, start, end: start + text.length }];
};
const LISINOPRIL: DraftOrder = {
  kind: 'medication',
  text: 'lisinopril 10 mg',
  dose: { value: 10, unit: 'mg' },
  confidence: 0.9,
  evidence: cite('start lisinopril 10 milligrams'),
};
const DRAFT: Draft = {
  sections: [
    { code: '61150-9', title: 'Subjective', sentences: [], text: 'Feels well.' },
    { code: '61149-1', title: 'Objective', sentences: [], text: 'Heart regular.' },
    { code: '51848-0', title: 'Assessment', sentences: [], text: 'Hypertension.' },
    { code: '18776-5', title: 'Plan', sentences: [], text: 'Start lisinopril 10 mg.' },
  ],
  problems: [{ text: 'hypertension', role: 'addressed', confidence: 0.9, evidence: cite('blood pressure is high') }],
  orders: [LISINOPRIL],
  observations: [],
};
const CONTEXT: DraftContext = {
  subject: { reference: 'Patient/p' },
  author: { reference: 'Device/d' },
  now: new Date('2026-03-02T12:00:00Z'),
};

function stateOf(draft: Draft, over: Partial<ValidationState> = {}): ValidationState {
  const [composition, ...resources] = inOrder(draftedResources(draft, CONTEXT)).map(({ name, resource }) => ({
    ...resource,
    id: name,
  }));
  return { composition: composition as Composition, resources, allergies: [], transcript: TRANSCRIPT, ...over };
}
const found = (state: ValidationState): string[] =>
  validateNote(state).map(({ severity, details }) => `${severity}: ${details?.text}`);
const allergyTo = (text: string, clinicalStatus = 'active'): WithId<AllergyIntolerance> => ({
  resourceType: 'AllergyIntolerance',
  id: 'a',
  patient: { reference: 'Patient/p' },
  code: { text },
  clinicalStatus: { coding: [{ code: clinicalStatus }] },
});
const withText = (code: string, text: string): Draft => ({
  ...DRAFT,
  sections: DRAFT.sections.map((section) => (section.code === code ? { ...section, text } : section)),
});

describe('validating a note', () => {
  test('finds nothing in a note that is in order', () => {
    expect(found(stateOf(DRAFT))).toEqual([]);
  });

  test('finds a missing and an empty section, and a plan without an assessment; the worst comes first', () => {
    const state = stateOf({ ...DRAFT, orders: [], problems: [] });
    const section = state.composition.section
      ?.filter(({ title }) => title !== 'Subjective')
      .map((part) => (part.title === 'Assessment' ? { ...part, text: narrative('') } : part));
    expect(found({ ...state, composition: { ...state.composition, ...(section && { section }) } })).toEqual([
      'error: The section Subjective (LOINC 61150-9) is missing.',
      'error: There is a plan without an assessment.',
      'warning: The section Assessment says nothing.',
    ]);
    const empty = stateOf({ ...withText('51848-0', ''), orders: [], problems: [] });
    expect(found(empty)).toContain('error: There is a plan without an assessment.');
  });

  test('finds what rests on nothing, and what cites words that nobody said', () => {
    const problem = { text: 'hypertension', role: 'addressed' as const, confidence: 0.9 };
    expect(found(stateOf({ ...DRAFT, problems: [{ ...problem, evidence: [] }] }))).toEqual([
      'warning: Condition/condition-1 rests on nothing that was said.',
    ]);
    const invented = [{ statement: 's', text: 'stage 2 hypertension', start: 0, end: 20 }];
    expect(found(stateOf({ ...DRAFT, problems: [{ ...problem, evidence: invented }] }))).toEqual([
      'error: Condition/condition-1 cites words that are not in the transcript.',
    ]);
    expect(
      found(stateOf({ ...DRAFT, problems: [{ ...problem, evidence: invented }] }, { transcript: undefined })),
    ).toEqual([]);
  });

  test('finds what the note does not speak of', () => {
    expect(found(stateOf(withText('18776-5', 'Diet.')))).toEqual([
      'warning: MedicationRequest/order-1 is not spoken of in the section Plan. Amend the note, or do not accept it.',
    ]);
    expect(found(stateOf(withText('51848-0', 'Gout.')))).toEqual([
      'warning: Condition/condition-1 is not spoken of in the section Assessment. Amend the note, or do not accept it.',
    ]);
  });

  test('finds a drug that a current allergy forbids', () => {
    const conflict = 'error: MedicationRequest/order-1 conflicts with AllergyIntolerance/a.';
    expect(found(stateOf(DRAFT, { allergies: [allergyTo('Lisinopril')] }))).toEqual([conflict]);
    expect(found(stateOf(DRAFT, { allergies: [allergyTo('ACE inhibitors')] }))).toEqual([conflict]);
    expect(found(stateOf(DRAFT, { allergies: [allergyTo('lisinopril', 'resolved')] }))).toEqual([]);
    expect(found(stateOf(DRAFT, { allergies: [allergyTo('penicillin')] }))).toEqual([]);
    const system = 'http://www.nlm.nih.gov/research/umls/rxnorm';
    const coded = stateOf({ ...DRAFT, orders: [{ ...LISINOPRIL, code: { system, code: '29046', display: 'x' } }] });
    const allergies = [{ ...allergyTo('?'), code: { coding: [{ system, code: '29046' }] } }];
    expect(found({ ...coded, allergies })).toEqual([conflict]);
  });

  test('finds a note that denies recorded allergies', () => {
    for (const said of ['No known drug allergies.', 'NKDA', 'The patient denies any allergies.']) {
      expect(found(stateOf(withText('61150-9', said), { allergies: [allergyTo('penicillin')] }))).toEqual([
        'error: The note says that there are no allergies; recorded are AllergyIntolerance/a.',
      ]);
      expect(found(stateOf(withText('61150-9', said)))).toEqual([]);
    }
  });

  test('finds a dose that was probably heard wrongly', () => {
    const order = { ...LISINOPRIL, dose: { value: 10, unit: 'g' } };
    expect(found(stateOf({ ...DRAFT, orders: [order] }))).toEqual([
      'warning: MedicationRequest/order-1 has a dose outside the usual range.',
    ]);
  });

  test('looks at proposals only, not at what a person has decided', () => {
    const state = stateOf(DRAFT, { allergies: [allergyTo('lisinopril')] });
    const resources = state.resources.map((resource) =>
      resource.resourceType === 'MedicationRequest' ? { ...resource, status: 'completed' as const } : resource,
    );
    expect(found({ ...state, resources })).toEqual([]);
  });
});

test.each([
  ['Penicillin', 'amoxicillin 500 mg', true],
  ['sulfa drugs', 'sulfamethoxazole-trimethoprim', true],
  ['sulfa drugs', 'ferrous sulfate', false],
  ['NSAIDs', 'ibuprofen', true],
  ['aspirin', 'naproxen 500 mg', true],
  ['cephalosporins', 'cephalexin', true],
  ['penicillin', 'cephalexin', false],
  ['lisinopril tablets', 'metformin tablets', false],
  ['nystatin', 'atorvastatin', false],
  ['peanuts', 'metformin', false],
])('an allergy to %s and %s: %s', (allergy, drug, expected) => {
  expect(conflicts(allergy, drug)).toBe(expected);
});

test.each([
  ['Lisinopril', 10, 'mg', false],
  ['lisinopril', 800, 'mg', true],
  ['Levothyroxine', 50, 'ug', false],
  ['levothyroxine', 50, 'mg', true],
  ['metformin', 1, 'g', false],
  ['unheard of', 9999, 'mg', false],
  ['lisinopril', 2, undefined, false],
])('%s %d %s: unusual is %s', (drug, value, unit, expected) => {
  expect(isUnusual(drug, value, unit)).toBe(expected);
});
