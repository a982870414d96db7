/** From raw speech to clean, cut, numbered words. */

import { describe, expect, test } from '@jest/globals';
import { clean } from './clean.ts';
import { writeNumbers } from './numbers.ts';
import { readUtterances } from './sentences.ts';
import { tokenize } from './tokens.ts';
import { readTurns } from './transcript.ts';

const cleaned = (text: string): string =>
  clean(tokenize(text))
    .map(({ word }) => word)
    .join(' ');
const written = (text: string): string => writeNumbers(text.split(' ')).join(' ');

describe('turns', () => {
  test.each([
    ['[doctor] how are you ?\n[patient] fine', ['clinician', 'patient']],
    ['Doctor: How are you?\nPatient: Fine.', ['clinician', 'patient']],
    ['Dr. Smith: Any pain?\nPt: No.', ['clinician', 'patient']],
    ['[doctor] hello\n[patient_guest] he fell', ['clinician', 'companion']],
    ['what brings you in today\nmy back hurts', ['clinician', 'patient']],
  ])('%j', (text, speakers) => {
    expect(readTurns(text).map(({ speaker }) => speaker)).toEqual(speakers);
  });

  test('labels that are swapped throughout are swapped back', () => {
    const text = [
      '[patient] what brings you in today',
      '[doctor] my back hurts and i have been taking tylenol',
      '[patient] any fever or chest pain ? i am going to prescribe meloxicam',
      '[doctor] i feel tired and my knee hurts',
      '[patient] on your exam your lungs are clear , let me take a look at your x-ray',
    ].join('\n');
    expect(readTurns(text)[0]?.speaker).toBe('clinician');
  });

  test('a transcript of nothing has no turns', () => {
    expect(readTurns('')).toEqual([]);
    expect(readTurns(' \n\n ')).toEqual([]);
  });
});

describe('tokens', () => {
  test('contractions are joined and keep their place', () => {
    const text = "i do n't wan na go";
    const tokens = tokenize(text);
    expect(tokens.map(({ word }) => word)).toEqual(['i', "don't", 'want', 'to', 'go']);
    expect(text.slice(tokens[1]?.start, tokens[1]?.end)).toBe("do n't");
  });
});

describe('clean', () => {
  test.each([
    ['um , i , i think , uh , i feel dizzy', 'i feel dizzy'],
    ['okay so your lungs are clear , okay ?', 'your lungs are clear'],
    ['no fever or chills', 'no fever or chills'],
    ['no , i have not had that', 'i have not had'],
    ['it sh- shows a small effusion', 'it shows a small effusion'],
  ])('%s', (said, expected) => {
    expect(cleaned(said)).toBe(expected);
  });
});

describe('numbers', () => {
  test.each([
    ['blood pressure is one twenty seven over eighty', 'blood pressure is 127/80'],
    ['three out of six murmur', '3/6 murmur'],
    ['one plus edema', '1+ edema'],
    ['five hundred milligrams twice a day', '500 mg twice a day'],
    ['twenty-five milligrams', '25 mg'],
    ['two hundred and fifty', '250'],
    ['one oh two point five', '102.5'],
    ['a hundred', '100'],
    ['seven point two percent', '7.2%'],
    ['in twenty eighteen', 'in 2018'],
    ['the one that hurts', 'the one that hurts'],
    ['one of the constructor workers', 'one of the constructor workers'],
  ])('%s', (said, expected) => {
    expect(written(said)).toBe(expected);
  });

  test('a decimal point that was not said is not made up', () => {
    expect(writeNumbers(tokenize('it was seven . one').map(({ word }) => word)).join(' ')).toBe('it was 7 point 1');
  });
});

describe('sentences', () => {
  test('speech without punctuation is cut where the clinician moves on', () => {
    const text =
      '[doctor] your lungs are clear to auscultation bilaterally on your heart exam you do have a two out of six murmur';
    const said = readUtterances(text).map(({ tokens }) => tokens.map(({ word }) => word).join(' '));
    expect(said.length).toBeGreaterThan(1);
    expect(said[0]).toBe('your lungs are clear to auscultation bilaterally');
  });
});
