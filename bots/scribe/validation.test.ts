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
  return {
    composition: composition as Composition,
    resources,
    allergies: [],
    transcript: TRANSCRIPT,
    isOutdated: false,
    ...over,
  };
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
      'warning: “hypertension” rests on nothing that was said.',
    ]);
    const invented = [{ statement: 's', text: 'stage 2 hypertension', start: 0, end: 20 }];
    expect(found(stateOf({ ...DRAFT, problems: [{ ...problem, evidence: invented }] }))).toEqual([
      'error: “hypertension” cites words that are not in the transcript.',
    ]);
    expect(
      found(stateOf({ ...DRAFT, problems: [{ ...problem, evidence: invented }] }, { transcript: undefined })),
    ).toEqual([]);
  });

  test('finds what the note does not speak of', () => {
    expect(found(stateOf(withText('18776-5', 'Diet.')))).toEqual([
      'warning: “lisinopril 10 mg” is not spoken of in the section Plan. Amend the note, or do not accept it.',
    ]);
    expect(found(stateOf(withText('51848-0', 'Gout.')))).toEqual([
      'warning: “hypertension” is not spoken of in the section Assessment. Amend the note, or do not accept it.',
    ]);
  });

  test('is not misled by words that stand before any problem', () => {
    const problem = { role: 'addressed' as const, confidence: 0.9, evidence: cite('blood pressure is high') };
    const gout = { ...withText('51848-0', 'Possible pneumonia.'), problems: [{ ...problem, text: 'possible gout' }] };
    expect(found(stateOf(gout))).toHaveLength(1);
    const here = { ...withText('51848-0', 'Possible gout.'), problems: [{ ...problem, text: 'possible gout' }] };
    expect(found(stateOf(here))).toEqual([]);
  });

  test('finds a drug that a current allergy forbids', () => {
    const conflict = (allergy: string): string[] => [
      `error: “lisinopril 10 mg” conflicts with the recorded allergy to “${allergy}”.`,
    ];
    expect(found(stateOf(DRAFT, { allergies: [allergyTo('Lisinopril')] }))).toEqual(conflict('Lisinopril'));
    expect(found(stateOf(DRAFT, { allergies: [allergyTo('ACE inhibitors')] }))).toEqual(conflict('ACE inhibitors'));
    expect(found(stateOf(DRAFT, { allergies: [allergyTo('lisinopril', 'resolved')] }))).toEqual([]);
    expect(found(stateOf(DRAFT, { allergies: [allergyTo('penicillin')] }))).toEqual([]);
    const system = 'http://www.nlm.nih.gov/research/umls/rxnorm';
    const coded = stateOf({ ...DRAFT, orders: [{ ...LISINOPRIL, code: { system, code: '29046', display: 'x' } }] });
    const allergies = [{ ...allergyTo('?'), code: { coding: [{ system, code: '29046' }] } }];
    expect(found({ ...coded, allergies })).toEqual(conflict('AllergyIntolerance/a'));
  });

  test('finds a drug that an allergy forbids which was told in this visit', () => {
    const conflict = 'error: “lisinopril 10 mg” conflicts with an allergy that the note names.';
    const heard = (text: string): string[] => found(stateOf(withText('61150-9', text)));
    expect(heard('Feels well.\n\nALLERGIES\nLatex: rash.\nLisinopril: cough.\n\nREVIEW OF SYSTEMS\nNo fever.')).toEqual(
      [conflict],
    );
    expect(heard('Allergies: ACE inhibitors')).toEqual([conflict]);
    for (const told of [
      'HISTORY\nThe patient is allergic to lisinopril.',
      'Has an allergy to latex and ACE inhibitors, which cause a cough.',
      'Allergic to penicillin, lisinopril; takes nothing.',
    ]) {
      expect(heard(told)).toEqual([conflict]);
    }
    for (const told of ['Is not allergic to lisinopril.', 'Allergic to penicillin. Takes lisinopril.']) {
      expect(heard(told)).toEqual([]);
    }
    expect(heard('ALLERGIES\nPenicillin: hives.\n\nMEDICATIONS\nLisinopril.')).toEqual([]);
    expect(heard('ALLERGIES\nNo known drug allergies, takes lisinopril.')).toEqual([]);
    expect(heard('ALLERGIES\nSulfa: swelling after lisinopril.')).toEqual([]);
  });

  test('finds a note that denies recorded allergies', () => {
    for (const said of ['No known drug allergies.', 'NKDA', 'The patient denies any allergies.']) {
      expect(found(stateOf(withText('61150-9', said), { allergies: [allergyTo('penicillin')] }))).toEqual([
        'error: The note says that there are no allergies; recorded are “penicillin”.',
      ]);
      expect(found(stateOf(withText('61150-9', said)))).toEqual([]);
    }
  });

  test('finds a dose that was probably heard wrongly', () => {
    const order = { ...LISINOPRIL, dose: { value: 10, unit: 'g' } };
    expect(found(stateOf({ ...DRAFT, orders: [order] }))).toEqual([
      'warning: “lisinopril 10 mg” has a dose outside the usual range.',
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

describe('contradictions between a note and what was drafted with it', () => {
  const KNEE: Draft = {
    ...withText('51848-0', 'Left knee pain.'),
    problems: [
      {
        ...DRAFT.problems[0]!,
        text: 'right knee pain',
        icd10: 'M25.561',
        display: 'Pain in right knee',
      },
    ],
  };

  test('another side', () => {
    const right = { ...KNEE, sections: withText('51848-0', 'Right knee pain.').sections };
    expect(found(stateOf(KNEE))).toContain(
      'error: “right knee pain” is of the right side, and the note speaks of the left.',
    );
    expect(found(stateOf(right))).toEqual([]);
  });

  test('a problem that the note says the patient has not', () => {
    const denied = { ...DRAFT, sections: withText('61150-9', 'Denies chest pain or hypertension.').sections };
    expect(found(stateOf(denied))).toEqual([
      'warning: “hypertension” is a problem that the note says the patient has not.',
    ]);
    const other = { ...DRAFT, sections: withText('61150-9', 'Has hypertension. Denies chest pain.').sections };
    expect(found(stateOf(other))).toEqual([]);
  });

  test('another dose', () => {
    const more = { ...DRAFT, sections: withText('18776-5', 'Start lisinopril 20 mg.').sections };
    expect(found(stateOf(more))).toEqual(['error: “lisinopril 10 mg” has a dose of 10 mg, and the note has 20 mg.']);
    const unsaid = { ...DRAFT, sections: withText('18776-5', 'Start lisinopril.').sections };
    expect(found(stateOf(unsaid))).toEqual([]);
  });

  test('another value', () => {
    const measured = (text: string): Draft => ({
      ...withText('61149-1', text),
      observations: [
        {
          category: 'vital-signs',
          text: 'Heart rate: 72',
          value: { value: 72, unit: '/min' },
          confidence: 0.9,
          evidence: cite('blood pressure is high'),
        },
      ],
    });
    expect(found(stateOf(measured('Heart rate: 92.')))).toEqual([
      'error: “Heart rate: 72” has the value 72, and the note gives 92.',
    ]);
    expect(found(stateOf(measured('Heart rate: 72.')))).toEqual([]);
    expect(found(stateOf(measured('Heart regular.')))).toEqual([]);
  });
});
