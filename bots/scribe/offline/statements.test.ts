/** What was said, as statements about the patient. */

import { describe, expect, test } from '@jest/globals';
import { answered, polarity } from './answers.ts';
import { assertion } from './assertion.ts';
import { shorten } from './exam.ts';
import { kindOf } from './kinds.ts';
import { patientOf } from './patient.ts';
import { PRONOUNS, toThirdPerson } from './person.ts';

const words = (text: string): string[] => text.split(' ');

describe('third person', () => {
  test.each([
    ['patient', 'i have my inhaler with me', 'she has her inhaler with her'],
    ['patient', "i do n't".replace(' n', 'n') + ' sleep', 'she does not sleep'],
    ['patient', "i've been taking it", 'she has been taking it'],
    ['clinician', "you're taking your medication", 'she is taking her medication'],
    ['clinician', 'i want you to rest', 'i want her to rest'],
    ['clinician', 'we will start you on lasix', 'we will start her on lasix'],
    ['clinician', 'i think you have gout', 'i think she has gout'],
  ] as const)('%s: %s', (voice, said, expected) => {
    expect(toThirdPerson(words(said), voice, PRONOUNS.female).join(' ')).toBe(expected);
  });
});

describe('questions and answers', () => {
  const ask = (question: string, answer: 'yes' | 'no'): string | undefined =>
    answered(words(question), answer, PRONOUNS.male)?.join(' ');

  test.each([
    ['any fever or chills', 'no', 'the patient denies fever or chills'],
    [
      'do you have any chest pain , shortness of breath , or nausea',
      'no',
      'the patient denies chest pain , shortness of breath , or nausea',
    ],
    ['have you noticed any swelling', 'yes', 'the patient reports swelling'],
    ['do you smoke', 'no', 'he does not smoke'],
    ['do you smoke', 'yes', 'he smokes'],
    ['did you fall', 'yes', 'he fell'],
    ['are you taking your lisinopril', 'no', 'he is not taking his lisinopril'],
    ["you're taking your medication", 'yes', 'he is taking his medication'],
  ] as const)('%s – %s', (question, answer, expected) => {
    expect(ask(question, answer)).toBe(expected);
  });

  test('yes to several things at once settles none of them', () => {
    expect(ask('any nausea , vomiting , or diarrhea', 'yes')).toBeUndefined();
  });

  test.each([
    ['no not that i know of', 'no'],
    ['um yes i do', 'yes'],
    ["i haven't", 'no'],
    ['about two weeks ago', undefined],
    ['yes but only at night', undefined],
  ] as const)('%s', (reply, expected) => {
    expect(polarity(words(reply))).toBe(expected);
  });
});

describe('assertion', () => {
  const judge = (text: string, word: string): ReturnType<typeof assertion> => {
    const at = words(text).indexOf(word);
    return assertion(words(text), at, at + 1);
  };

  test('negation ends where a new clause begins', () => {
    expect(judge('no fever', 'fever').negated).toBe(true);
    expect(judge('she denies any fever', 'fever').negated).toBe(true);
    expect(judge("i don't have fever but cough", 'cough').negated).toBe(false);
    expect(judge('no i have cough', 'cough').negated).toBe(false);
  });

  test("family history is not the patient's", () => {
    expect(judge('my father had gout', 'gout').family).toBe(true);
    expect(judge('i have gout', 'gout').family).toBe(false);
  });

  test.each([
    ['chest pain is negative', 'pain'],
    ['the strep test was negative', 'strep'],
    ['pneumonia was ruled out', 'pneumonia'],
    ['gout is unlikely', 'gout'],
  ])('what is denied afterwards is denied: %s', (text, word) => {
    expect(judge(text, word).negated).toBe(true);
  });

  test.each([
    ['if you get fever call us', 'fever'],
    ['the risk of stroke is higher', 'stroke'],
    ['this prevents gout', 'gout'],
    ['watch for fever', 'fever'],
  ])('a warning is no finding: %s', (text, word) => {
    expect(judge(text, word).hypothetical).toBe(true);
  });

  test.each(['i have gout', 'when i walk i get fever', 'your fever is gone but gout is there'])(
    '"%s" is neither',
    (text) => {
      const { negated, hypothetical } = judge(text, text.includes('gout') ? 'gout' : 'fever');
      expect([negated, hypothetical]).toEqual([false, false]);
    },
  );

  test.each(['my sister has gout', 'my parents both had gout', 'gout runs in the family', 'my wife has gout'])(
    'a relative’s: %s',
    (text) => {
      expect(judge(text, 'gout').family).toBe(true);
    },
  );

  test('a suspicion is one', () => {
    expect(judge('this could be gout', 'gout').uncertain).toBe(true);
  });
});

test.each([
  ['on his heart exam he has a 3/6 systolic ejection murmur', 'a 3/6 systolic ejection murmur'],
  ['i do not appreciate any carotid bruits', 'no carotid bruits'],
  ['his lungs are clear', 'lungs are clear'],
  ['there is no pain to palpation', 'no pain to palpation'],
])('findings are written short: %s', (said, expected) => {
  expect(shorten(words(said)).join(' ')).toBe(expected);
});

test.each([
  ['we will order an mri of the knee', 'testing'],
  ['start lasix 20 mg a day', 'treatment'],
  ['we will refer her to physical therapy', 'referral'],
  ['she will follow up in 2 weeks', 'follow-up'],
  ['i encouraged her to avoid salt', 'education'],
  ['her blood pressure is out of control', 'reasoning'],
])('%s: %s', (said, kind) => {
  expect(kindOf(words(said))).toBe(kind);
});

test('who the patient is comes from what was said, never from a name', () => {
  expect(patientOf('[doctor] martha is a 50-year-old female with gout').subject).toBe('she');
  expect(patientOf('[doctor] hi martha').subject).toBe('the patient');
});
