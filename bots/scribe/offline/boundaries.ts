/** Where a sentence ends in speech that was transcribed without punctuation. */

import model from './model/boundaries.json' with { type: 'json' };
import { probability } from './linear.ts';

/** Below one half on purpose: a sentence cut once too often still reads, two that run together do not. */
const THRESHOLD = 0.3;

/** Features of the gap after `words[index]`. */
export function boundaryFeatures(words: readonly string[], index: number): string[] {
  const at = (offset: number): string => words[index + offset] ?? '|';
  return [
    `a=${at(-1)}`,
    `b=${at(0)}`,
    `c=${at(1)}`,
    `d=${at(2)}`,
    `e=${at(3)}`,
    `ab=${at(-1)} ${at(0)}`,
    `bc=${at(0)} ${at(1)}`,
    `cd=${at(1)} ${at(2)}`,
    `bcd=${at(0)} ${at(1)} ${at(2)}`,
    `cde=${at(1)} ${at(2)} ${at(3)}`,
  ];
}

/** Whether a sentence ends after `words[index]`. */
export function endsSentence(words: readonly string[], index: number): boolean {
  return probability(model, boundaryFeatures(words, index)) > THRESHOLD;
}
