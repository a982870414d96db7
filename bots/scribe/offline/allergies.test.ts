/** Allergies are told apart from side effects, from other people's, and from those that there are not. */

import { expect, test } from '@jest/globals';
import { draft } from '../scribe.ts';

function allergyLines(said: string): string[] {
  const subjective = draft(said).sections[0]?.text ?? '';
  const block = subjective.split('\n\n').find((one) => one.startsWith('ALLERGIES\n'));
  return block?.split('\n').slice(1) ?? [];
}

test.each([
  ['Doctor: Any allergies?\nPatient: Yes, penicillin and sulfa.', ['Penicillin.', 'Sulfa.']],
  ["Patient: I'm allergic to penicillin, I get hives. And codeine makes me nauseous.", ['Penicillin: hives.']],
  ["Doctor: You're allergic to Augmentin, is that right?\nPatient: Yes, that's correct.", ['Augmentin.']],
  ['Doctor: Are you allergic to anything?\nPatient: No, not that I know of.', ['No known allergies.']],
  ["Patient: I don't have any drug allergies. My mother is allergic to latex.", ['No known drug allergies.']],
  ["Patient: I'm not allergic to sulfa, that was my mother. My son is allergic to peanuts.", []],
  ['Doctor: Do you have any allergies to medications?\nPatient: Yes. Penicillin.', ['Penicillin.']],
  ['Doctor: Any known allergies?\nPatient: Oh yes, I cannot take sulfa drugs.', ['Sulfa.']],
  ['Doctor: Like any medications?\nPatient: No, I am not allergic to anything.', ['No known allergies.']],
  ['Doctor: Any other allergies?\nPatient: No.', []],
  ['Doctor: I see an allergy to codeine here, and you have seasonal allergies.\nPatient: Right.', ['Codeine.']],
  ['Patient: I have congestion from the pollen and allergies.', []],
])('%s', (said, expected) => {
  expect(allergyLines(said)).toEqual(expected);
});

test('what an allergy brings about is no complaint, and no problem', () => {
  const made = draft("Doctor: Any allergies?\nPatient: I'm allergic to penicillin, I get hives.");
  expect(made.problems).toEqual([]);
  expect(made.sections[0]?.text).not.toMatch(/CHIEF COMPLAINT|Reports hives/);
});

test('every line has the words that it rests on', () => {
  const said = "Doctor: Any allergies?\nPatient: I'm allergic to penicillin. It gives me a rash.";
  const sentence = draft(said).sections[0]?.sentences.find(({ text }) => text === 'Penicillin: rash.');
  expect(sentence?.evidence.map(({ start, end }) => said.slice(start, end))).toEqual(["I'm allergic to penicillin"]);
});
