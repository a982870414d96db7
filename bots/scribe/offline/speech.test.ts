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

  const VISIT = [
    ['clinician', 'hi , how are you doing today ?'],
    ['patient', 'not so good . my back has been hurting for a week .'],
    ['clinician', 'have you had any fever or numbness in your legs ?'],
    ['patient', 'no , nothing like that .'],
    ['clinician', "okay , let me take a look . does it hurt when i press here ? i'm going to order an x-ray ."],
    ['patient', 'yes , it does . thank you , doctor .'],
  ] as const;

  test.each([
    ['right', { clinician: '[doctor] ', patient: '[patient] ' }],
    ['swapped', { clinician: '[patient] ', patient: '[doctor] ' }],
    ['numbered', { clinician: 'Speaker 1: ', patient: 'Speaker 2: ' }],
    ['numbered the other way', { clinician: 'Speaker 2: ', patient: 'Speaker 1: ' }],
    ['missing', { clinician: '', patient: '' }],
  ] as const)('who speaks is told by what is said where labels are %s', (_how, labels) => {
    const text = VISIT.map(([speaker, said]) => labels[speaker] + said).join('\n');
    expect(readTurns(text).map(({ speaker }) => speaker)).toEqual(VISIT.map(([speaker]) => speaker));
  });

  test('a recording without turns is cut where the speaker changes', () => {
    const text = VISIT.map(([, said]) => said).join(' ');
    const turns = readTurns(text);
    expect(turns.length).toBeGreaterThan(2);
    const hurting = turns.find(({ start, end }) => text.slice(start, end).includes('my back has been hurting'));
    expect(hurting?.speaker).toBe('patient');
    const ordering = turns.find(({ start, end }) => text.slice(start, end).includes('order an x-ray'));
    expect(ordering?.speaker).toBe('clinician');
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
    ['take one ten milligram tablet of it', 'take one 10 mg tablet of it'],
    ['one twenty five milligram lisinopril tablet', 'one 25 mg lisinopril tablet'],
    ['two five hundred milligram tablets', 'two 500 mg tablets'],
    ['a one twenty five milligram tablet', 'a 125 mg tablet'],
    ['one twenty five milligrams a day', '125 mg a day'],
    ['i had one fifteen years ago', 'i had one 15 years ago'],
    ['i took one twenty minutes ago', 'i took one 20 minutes ago'],
    ['one ten over seventy', '110/70'],
    ['you lost five over three weeks', 'you lost 5 over 3 weeks'],
    ['you lost sixty over thirty weeks', 'you lost 60 over 30 weeks'],
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
