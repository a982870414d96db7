/** Slips of the tongue that are put right, within a sentence and by the next one. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { draft, noteText } from '../scribe.ts';
import { corrected } from './corrections.ts';
import { tokenize } from './tokens.ts';

const put = (text: string): string =>
  corrected(tokenize(text))
    .map(({ word }) => word)
    .join(' ');

describe('within a sentence', () => {
  test.each([
    ['my right knee hurts a lot , no , the left one', 'my left knee hurts a lot'],
    ['my right knee , no sorry my left knee hurts', 'my left knee hurts'],
    ['take twenty milligrams no wait forty milligrams daily', 'take forty milligrams daily'],
    ['it was one forty over ninety , sorry , one thirty over eighty', 'it was one thirty over eighty'],
    ['for two weeks , i mean three weeks', 'for three weeks'],
    ['both knees , actually the right one', 'right knees'],
  ])('%s', (said, right) => {
    expect(put(said).replaceAll(/ ,|my (?=left knee hurts$)/g, '')).toBe(
      right.replaceAll(/my (?=left knee hurts$)/g, ''),
    );
  });

  test.each([
    'no fever for 3 days',
    'no more than two tablets , no less than one',
    'the right knee hurts and the left knee does not',
    'i have no pain in my left arm',
    'it was actually 120 over 80',
    'no , 3 days ago it was better',
    'right now it is fine',
  ])('nothing is put right in "%s"', (said) => {
    expect(put(said)).toBe(
      tokenize(said)
        .map(({ word }) => word)
        .join(' '),
    );
  });

  test('whatever is said, only words that were said are left, and no more of them', () => {
    const word = fc.constantFrom(
      ...'no wait sorry i mean left right both twenty 40 5 over mg knee my the one , actually'.split(' '),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        const before = tokenize(words.join(' '));
        const after = corrected(before);
        expect(after.length).toBeLessThanOrEqual(before.length);
        for (const token of after) expect(before).toContain(token);
      }),
      { numRuns: 500 },
    );
  });
});

describe('by a later sentence', () => {
  const noteOf = (...turns: string[]): string => noteText(draft(turns.join('\n')));

  test('the side that was wrong is right in the note, in the problem and in its code', () => {
    const made = draft(
      [
        '[doctor] where does it hurt ?',
        '[patient] i have pain in my right shoulder .',
        '[doctor] the right shoulder ?',
        '[patient] no , sorry , the left one .',
        '[doctor] okay . so for your shoulder pain i want to order an x-ray .',
      ].join('\n'),
    );
    expect(noteText(made)).toContain('left shoulder');
    expect(noteText(made)).not.toContain('right shoulder');
    expect(made.problems.map(({ icd10 }) => icd10)).toContain('M25.512');
    const evidence = made.problems.flatMap((problem) => problem.evidence);
    expect(evidence.map(({ text }) => text)).toContain('no , sorry , the left one');
  });

  test('the dose that was wrong is right in the note and in the order', () => {
    const text = '[doctor] we will increase your lisinopril to twenty milligrams . actually , forty milligrams .';
    expect(noteOf(text)).toContain('lisinopril to 40 mg');
    expect(noteOf(text)).not.toContain('20 mg');
    expect(draft(text).orders[0]?.dose).toEqual({ value: 40, unit: 'mg' });
  });

  test('another side that is asked about is no correction', () => {
    const note = noteOf(
      '[patient] my right knee hurts .',
      '[doctor] does the left one hurt too ?',
      '[patient] no .',
      '[doctor] so for your right knee pain we will order an x-ray .',
    );
    expect(note).toContain('right knee');
  });
});
