/** Learns where sentences end from the conversations that are punctuated, with their punctuation taken away. */

import { boundaryFeatures } from '../../bots/scribe/offline/boundaries.ts';
import type { LinearModel } from '../../bots/scribe/offline/linear.ts';
import { isWord, tokenize } from '../../bots/scribe/offline/tokens.ts';
import { readTurns } from '../../bots/scribe/offline/transcript.ts';
import { type Example, train } from './logistic.ts';

/** Fewer marks than one in thirty words: the transcriber did not punctuate, so there is nothing to learn from. */
export const isPunctuated = (text: string): boolean =>
  (text.match(/[.?!]/g)?.length ?? 0) * 30 > text.split(/\s+/).length;

export function boundaryExamples(conversations: readonly string[]): Example[] {
  return conversations.filter(isPunctuated).flatMap((text) =>
    readTurns(text).flatMap((turn) => {
      const tokens = tokenize(text, turn.start, turn.end);
      const words = tokens.filter(isWord).map(({ word }) => word);
      const ends = new Set<number>();
      let seen = 0;
      for (const token of tokens) {
        if (isWord(token)) seen++;
        else if (/[.?!]/.test(token.word)) ends.add(seen - 1);
      }
      return words.slice(0, -1).map((_, i) => ({ features: boundaryFeatures(words, i), label: Number(ends.has(i)) }));
    }),
  );
}

export function trainBoundaries(conversations: readonly string[]): LinearModel {
  return train(boundaryExamples(conversations), {
    classes: ['end'],
    epochs: 5,
    rate: 0.1,
    decay: 5e-3,
    minimum: 2,
    keep: 5000,
  });
}
