/** What is proposed as an order, and what is only talked about. */

import { describe, expect, test } from '@jest/globals';
import { draft } from '../scribe.ts';

const PLAN = "[doctor] let's talk about my assessment and plan . ";
const ordersOf = (said: string): string[] => draft(PLAN + said).orders.map(({ text }) => text);

describe('orders', () => {
  test.each([
    ['i want to start you on lasix 20 milligrams twice a day .', ['lasix 20 mg twice daily']],
    [
      "i'm going to prescribe amoxicillin five hundred milligrams three times a day .",
      ['amoxicillin 500 mg three times daily'],
    ],
    ['we will order a lipid panel and a chest x-ray .', ['lipid panel', 'x-ray']],
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

describe('a point that was only written', () => {
  test('is a decimal one in a measurement', () => {
    const [vital] = draft('[doctor] on exam your temperature is one hundred . four').observations;
    expect(vital?.value?.value).toBe(100.4);
  });
});
