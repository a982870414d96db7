/** The scribe as a whole: what it drafts, and above all what it may not. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findDrugs } from './offline/drugs.ts';
import { type Draft, draft, type Evidence, noteText } from './scribe.ts';

const VISIT = [
  '[doctor] hi martha . martha is a 50-year-old female who presents for her hypertension . any chest pain or shortness of breath ?',
  '[patient] no , nothing like that .',
  '[doctor] and do you take your lisinopril ?',
  '[patient] yes . my father had gout . i have been having headaches for about two weeks .',
  "[doctor] okay . let's do a quick physical exam . your blood pressure is one forty over ninety . your lungs are clear . on your heart exam , i do appreciate a three out of six systolic ejection murmur .",
  '[doctor] so for your first problem , your hypertension , i want to increase your lisinopril to 40 milligrams a day . i also want to order an echocardiogram . does that sound okay ?',
  '[patient] yes , that sounds good .',
].join('\n');

function allEvidence({ sections, problems, orders, observations }: Draft): Evidence[] {
  const sentences = sections.flatMap((section) => section.sentences);
  return [...sentences, ...problems, ...orders, ...observations].flatMap(({ evidence }) => evidence);
}

describe('a visit', () => {
  const made = draft(VISIT);
  const note = noteText(made);

  test('has the four sections of a note', () => {
    expect(made.sections.map(({ code }) => code)).toEqual(['61150-9', '61149-1', '51848-0', '18776-5']);
    for (const { text } of made.sections) expect(text).not.toBe('');
  });

  test('reads as a clinician writes', () => {
    expect(note).toContain('The patient denies chest pain or shortness of breath.');
    expect(note).toContain('Blood pressure: 140/90.');
    expect(note).toContain('3/6 systolic ejection murmur.');
    expect(note).toMatch(/increase her lisinopril to 40 mg a day/);
  });

  test('codes what was taken up, and not what is the family’s', () => {
    expect(made.problems.map(({ icd10 }) => icd10)).toContain('I10');
    expect(made.problems.map(({ icd10 }) => icd10)).not.toContain('M10.9');
  });

  test('proposes what was to be ordered', () => {
    const medication = made.orders.find(({ kind }) => kind === 'medication');
    expect(medication).toMatchObject({ dose: { value: 40, unit: 'mg' }, frequency: 'daily', code: { code: '29046' } });
    expect(made.orders.find(({ kind }) => kind === 'service')?.text).toBe('echocardiogram');
  });

  test('codes what was measured', () => {
    expect(made.observations[0]?.code?.code).toBe('85354-9');
    expect(made.observations[0]?.components?.map(({ value }) => value.value)).toEqual([140, 90]);
  });
});

test('nothing said, nothing written', () => {
  for (const empty of ['', '   \n ', '[doctor] \n[patient] ']) {
    const made = draft(empty);
    expect(noteText(made)).toBe('');
    expect([...made.problems, ...made.orders, ...made.observations]).toEqual([]);
  }
});

test('words that name what every object has are words', () => {
  expect(() =>
    draft('[patient] the constructor of __proto__ has a toString and a hasOwnProperty hasOwnProperty'),
  ).not.toThrow();
});

describe('whatever was said', () => {
  const word = fc.constantFrom(
    ...`i you your my the a no not any have had take started denies lisinopril metformin tylenol lasix pain fever knee
    right left diabetes hypertension blood pressure is one two five twenty forty hundred over point out of six plus
    milligrams daily week physical exam lungs clear order mri problem first for increase to okay yes um , . ? father
    dragon [ ] ( constructor <b> 120/80 7.1 ‘ é 😀`.split(/\s+/),
  );
  const turn = fc
    .tuple(
      fc.constantFrom('[doctor] ', '[patient] ', 'Doctor: ', '', '[patient_guest] '),
      fc.array(word, { maxLength: 40 }),
    )
    .map(([label, words]) => label + words.join(' '));
  const transcript = fc.array(turn, { maxLength: 12 }).map((turns) => turns.join('\n'));

  test('evidence is the transcript’s own words, exactly where it says', () => {
    fc.assert(
      fc.property(transcript, (text) => {
        const made = draft(text);
        for (const { text: quoted, start, end } of allEvidence(made)) expect(text.slice(start, end)).toBe(quoted);
        for (const { sentences } of made.sections) {
          for (const { evidence } of sentences) expect(evidence.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('no drug is in the note that nobody named', () => {
    fc.assert(
      fc.property(transcript, (text) => {
        const spoken = new Set(text.toLowerCase().match(/[a-z]+/g) ?? []);
        const written =
          noteText(draft(text))
            .toLowerCase()
            .match(/[a-z0-9]+/g) ?? [];
        for (const { from, to } of findDrugs(written)) {
          for (const word of written.slice(from, to)) expect(spoken).toContain(word);
        }
      }),
      { numRuns: 300 },
    );
  });
});
