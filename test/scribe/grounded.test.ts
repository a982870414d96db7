/** Whatever was said, the note has no number that some reading of the transcript does not give. */

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { draft, noteText } from '../../bots/scribe/scribe.ts';
import { spokenNumbers, writtenNumbers } from './grounding.ts';

const word = fc.constantFrom(
  ...`i you your the a take increase lisinopril to pain blood pressure heart rate is temperature weight about for and one
  two three five nine ten twelve fifteen seventy thirty forty eighty ninety hundred thousand over out of six plus
  milligrams milligram tablet pills percent weeks days years minutes old um okay , . ? 12 500 7.1 120/80`.split(/\s+/),
);
const turn = fc
  .tuple(fc.constantFrom('[doctor] ', '[patient] '), fc.array(word, { minLength: 3, maxLength: 25 }))
  .map(([label, words]) => label + words.join(' '));

test('every number of the note was said', () => {
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 6 }), (turns) => {
      // Fillers between the words of a number do not part it; from its unit a filler or a mark parts it, or does not.
      const heard = [turns.join('\n'), turns.join('\n').replace(/\bum\b/g, ' ')];
      const texts = heard.flatMap((text) => [' ', ' mark '].map((mark) => text.replace(/[,.?]/g, mark)));
      const readings = texts.flatMap((text) => [...spokenNumbers(text)]);
      const said = new Set([...writtenNumbers(turns.join('\n')), ...readings]);
      for (const number of writtenNumbers(noteText(draft(turns.join('\n'))))) expect(said).toContain(number);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['take one ten milligram tablet of lisinopril daily', '10'],
  ['take two fifty milligram tablets of lisinopril daily', '50'],
  ['take lisinopril , i had you on one fifteen years ago', '15'],
])('"%s" has the number %s and no longer one', (words, number) => {
  expect([...spokenNumbers(words)]).toContain(number);
  const note = noteText(draft(`[doctor] ${words} .`));
  expect(writtenNumbers(note)).toEqual(new Set([number]));
  for (const longer of ['110', '250', '115']) expect(spokenNumbers(words)).not.toContain(longer);
});

test.each(['nine for you seventy', 'seventy for you hundred', 'five really forty'])(
  '"%s" is two numbers, though what parts them is dropped',
  (words) => {
    const said = spokenNumbers(words);
    const note = noteText(draft(`[doctor] take ${words} milligrams of lisinopril .`));
    expect(note).toContain('lisinopril');
    for (const number of writtenNumbers(note)) expect(said).toContain(number);
  },
);
