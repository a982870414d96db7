/** Vital signs and results are the patient's, as they were measured, in the unit that was said. */

import { describe, expect, test } from '@jest/globals';
import { draft, noteText } from '../scribe.ts';

const measured = (said: string): string[] => draft(said).observations.map(({ text }) => text);

describe('a number beside the name of a measure', () => {
  test.each([
    ['[doctor] your blood pressure was 150 over 90 today .', ['Blood pressure: 150/90']],
    ['[doctor] your blood pressure is a little above our goal at 150 over 90 .', ['Blood pressure: 150/90']],
    ['[doctor] your mom told me you were tired . your blood pressure is 150 over 90 .', ['Blood pressure: 150/90']],
    ['[doctor] her blood pressure is 150 over 90 .', ['Blood pressure: 150/90']],
    ['[doctor] if you look here , your blood pressure is 150 over 90 .', ['Blood pressure: 150/90']],
    ['[doctor] your heart rate came down to 72 .', ['Heart rate: 72']],
    ['[doctor] your a1c is 7.2 .', ['a1c: 7.2%']],
  ])('is its value: %s', (said, expected) => {
    expect(measured(said).map((text) => text.toLowerCase())).toEqual(expected.map((text) => text.toLowerCase()));
  });

  test.each([
    "[doctor] your mother's blood pressure was 180 over 100 .",
    '[doctor] your wife said that she was worried and her blood pressure was 180 over 100 .',
    '[doctor] your wife said her blood pressure was 180 over 100 .',
    '[doctor] my blood pressure was 180 over 100 .',
    '[doctor] if your temperature goes above 101 call me .',
    '[doctor] call me if your heart rate is 120 .',
    '[doctor] your goal blood pressure is 130 over 80 .',
    '[doctor] your blood pressure should be 130 over 80 .',
    '[doctor] i want your blood pressure to be 130 over 80 .',
    '[doctor] we want to keep your blood pressure below 130 over 80 .',
    '[doctor] was your blood pressure 180 over 100 ?',
    "[doctor] your brother's a1c is 9 .",
    '[doctor] your goal a1c is 7 .',
    '[doctor] your ldl should be at 70 .',
    '[doctor] if your blood sugar is 60 drink some juice .',
  ])('is none of the patient: %s', (said) => {
    expect(measured(said)).toEqual([]);
    expect(noteText(draft(said))).not.toContain('VITALS');
  });
});

describe('the unit of a result', () => {
  test.each([
    ['[doctor] your blood sugar was 110 milligrams per deciliter .', 110, 'mg/dL'],
    ['[doctor] your blood sugar was 110 mg/dL .', 110, 'mg/dL'],
    ['[doctor] your blood sugar was 110 today .', 110, 'mg/dL'],
    ['[doctor] your potassium is 4.1 millimoles per liter .', 4.1, 'meq/L'],
    ['[doctor] your a1c is seven percent .', 7, '%'],
    ['[doctor] your crp is 12 milligrams per liter .', 12, 'mg/L'],
  ])('is the one that was said, or was not said: %s', (said, value, unit) => {
    expect(draft(said).observations.map((one) => one.value)).toEqual([{ value, unit }]);
  });

  test.each([
    'your blood sugar was 6.1 millimoles per liter .',
    'your blood sugar was 6.1 mmol/L .',
    'your creatinine is 88 micromoles per liter .',
    'your a1c is 48 millimoles per mole .',
    'your crp is 1.2 milligrams per deciliter .',
    'your hemoglobin is 130 grams per liter .',
  ])('is not put in the place of another: %s', (said) => {
    expect(measured(`[doctor] ${said}`)).toEqual([]);
  });
});
