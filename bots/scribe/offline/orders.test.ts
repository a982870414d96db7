/** What is proposed as an order, and what is only talked about. */

import { describe, expect, test } from '@jest/globals';
import { draft } from '../scribe.ts';

const PLAN = "[doctor] let's talk about my assessment and plan . ";
const ordersOf = (said: string): string[] => draft(PLAN + said).orders.map(({ text }) => text);

describe('orders', () => {
  test.each([
    ['i want to start you on lasix 20 milligrams twice a day .', ['Lasix 20 mg twice daily']],
    [
      "i'm going to prescribe amoxicillin five hundred milligrams three times a day .",
      ['amoxicillin 500 mg three times daily'],
    ],
    ['we will order a lipid panel and a chest x-ray .', ['lipid panel', 'chest x-ray']],
    ['i will get an mri of your left knee . the mri will tell us more .', ['MRI of the left knee']],
    ['let us get an x-ray of your hand and an x-ray of your hip .', ['x-ray of the hand', 'x-ray of the hip']],
    ['i am going to refer you to physical therapy .', ['referral to physical therapy']],
  ])('%s', (said, expected) => {
    expect(ordersOf(said)).toEqual(expected);
  });

  test.each([
    "i don't want to start you on any lasix .",
    'i want you to stop the lisinopril .',
    'make sure that there is nothing to adjust with your metformin .',
    'the lasix worked well .',
  ])('no order: %s', (said) => {
    expect(ordersOf(said)).toEqual([]);
  });
});

describe('whose dose it is', () => {
  test.each([
    ["we'll give you tamsulosin 0.4 milligrams daily and ketorolac .", ['tamsulosin 0.4 mg daily', 'ketorolac']],
    ['take 20 milligrams of lisinopril and 500 milligrams of metformin .', ['lisinopril 20 mg', 'metformin 500 mg']],
    ['continue lisinopril 20 milligrams metformin 500 milligrams .', ['lisinopril 20 mg', 'metformin 500 mg']],
  ])('%s', (said, expected) => {
    expect(ordersOf(said)).toEqual(expected);
  });
});

describe('how many are taken is no part of the dose', () => {
  test.each([
    ['take one ten milligram tablet of lisinopril daily .', ['lisinopril 10 mg daily']],
    ['take one twenty milligram tablet of lisinopril daily .', ['lisinopril 20 mg daily']],
    ['take two five hundred milligram tablets of metformin daily .', ['metformin 500 mg daily']],
  ])('%s', (said, expected) => {
    expect(ordersOf(said)).toEqual(expected);
  });
});

describe('what is stopped', () => {
  test.each([
    ['stop the gabapentin and start losartan 50 milligrams daily .', ['losartan 50 mg daily']],
    ['continue lisinopril 20 milligrams , and stop the hydrochlorothiazide .', ['lisinopril 20 mg']],
    ['stop lisinopril 20 milligrams and metformin 500 milligrams .', []],
    ['instead of prednisone let us use an albuterol inhaler .', ['albuterol inhaler']],
    ['i would like to start you on losartan because the lisinopril causes a cough .', ['losartan']],
    ['the metoprolol , let us stop that . your lisinopril was discontinued .', []],
    ["i won't give you amoxicillin because of the penicillin allergy .", []],
  ])('%s', (said, expected) => {
    expect(ordersOf(said)).toEqual(expected);
  });
});

describe('a point that was only written', () => {
  test('is a decimal one in a measurement', () => {
    const [vital] = draft('[doctor] on exam your temperature is one hundred . four').observations;
    expect(vital?.value?.value).toBe(100.4);
  });
});
