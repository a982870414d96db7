/** The scorer against figures that were worked out for a visit small enough to check by hand. */

import { describe, expect, test } from '@jest/globals';
import { draft, noteText } from '../../bots/scribe/scribe.ts';
import { drugsIn, spokenNumbers, writtenNumbers } from './grounding.ts';
import { report } from './report.ts';
import { rougeLsum, rougeN } from './rouge.ts';
import { type GoldVisit, score } from './score.ts';

describe('overlap', () => {
  test('words in common, clipped by how often they stand', () => {
    expect(rougeN('the cat sat', 'the the cat', 1)).toBeCloseTo(4 / 6);
    expect(rougeN('the cat sat', 'a dog', 1)).toBe(0);
    expect(rougeN('the cat sat down', 'the cat lay down', 2)).toBeCloseTo(2 / 6);
  });

  test('a line may be covered by several lines, in order', () => {
    expect(rougeLsum('a b c d', 'a b\nc d')).toBe(1);
    expect(rougeLsum('a b c d', 'd c b a')).toBeCloseTo(2 / 8);
  });
});

test('numbers can be heard in more than one way', () => {
  expect([...spokenNumbers('one ninety eight over eighty')]).toEqual(expect.arrayContaining(['1', '190', '198', '80']));
  expect([...spokenNumbers('two hundred and fifty')]).toContain('250');
  expect([...spokenNumbers('seven point five')]).toContain('7.5');
});

test('list numbers are no numbers of the note', () => {
  expect([...writtenNumbers('1. Gout.\n2. Take 1,000 mg')]).toEqual(['1000']);
});

test('drugs are found by name, in any case', () => {
  expect([...drugsIn('Start Lasix and aspirin.')].sort()).toEqual(['aspirin', 'lasix']);
});

/** Worked out by the independent scorer that the targets were set with. */
const EXPECTED = [
  'notes 2/2',
  'R1 43.3 ±18.3  R2 18.2  RLsum 43.3',
  'drugs P 50.0 R 50.0 F1 50.0  not in the transcript 50.0 %',
  'numbers in the transcript 50.0 %  of those the clinician kept 100.0 %  complaints found 75.0 %',
  'ICD-10-CM categories P 66.7 R 100.0 F1 80.0',
];

describe('a fixture', () => {
  const visits: GoldVisit[] = [
    {
      id: 'one',
      dialogue: '[doctor] take twenty milligrams of lasix for your hypertension\n[patient] okay',
      note: 'Hypertension.\nStart Lasix 20 mg daily.',
      complaints: ['hypertension'],
      problems: [
        { icd10: 'I10', role: 'addressed' },
        { icd10: 'E11.9', acceptable: ['E11.65'], role: 'history' },
      ],
    },
    {
      id: 'two',
      dialogue: '[doctor] your knee pain is better with tylenol',
      note: 'Knee pain, improved with Tylenol.',
      complaints: ['left knee pain', ''],
      problems: [{ icd10: 'M25.562', acceptable: ['M17.12'], role: 'addressed' }],
    },
  ];
  const drafts = new Map([
    [
      'one',
      {
        note: 'Hypertension.\nLasix 20 mg, aspirin 81 mg.',
        problems: [{ icd10: 'I10' }, { icd10: 'E11.9' }, { icd10: 'J45.909' }],
      },
    ],
    ['two', { note: 'Knee is better.', problems: [{ icd10: 'M17.12' }] }],
  ]);

  test('gives the figures of the reference scorer', () => {
    expect(report(score(visits, drafts)).split('\n')).toEqual(EXPECTED);
  });

  test('the scribe’s own note of it names nothing that was not said', () => {
    const own = new Map(visits.map(({ id, dialogue }) => [id, { note: noteText(draft(dialogue)) }]));
    const { drugsNotSaid = 0 } = score(visits, own);
    expect(drugsNotSaid).toBe(0);
  });
});
