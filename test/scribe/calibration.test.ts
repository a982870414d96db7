import { expect, test } from '@jest/globals';
import { calibration } from './calibration.ts';
import type { GoldVisit } from './score.ts';

const visit = (id: string, icd10: string, acceptable: string[] = []): GoldVisit => ({
  id,
  dialogue: '',
  note: '',
  complaints: [],
  problems: [{ icd10, acceptable, role: 'addressed' }],
});

test('says how often a problem of each confidence was right', () => {
  const visits = [visit('a', 'I10'), visit('b', 'J45.909', ['R06.2'])];
  const problems = new Map([
    [
      'a',
      [
        { icd10: 'I10', confidence: 0.95 },
        { icd10: 'E11.9', confidence: 1 },
        { icd10: 'I10', confidence: 0.65 },
      ],
    ],
    ['b', [{ icd10: 'R06.0', confidence: 0.6 }, { icd10: 'J45.20' }, { confidence: 0.9 }]],
    ['c', [{ icd10: 'I10', confidence: 0.9 }]],
  ]);
  expect(calibration(visits, problems)).toEqual([
    'confidence 0.6 to 0.7: 2 of 2 problems right (100 %)',
    'confidence 0.9 to 1: 1 of 2 problems right (50 %)',
  ]);
});
