/** Who talks like this: the clinician or the patient, by the words of a turn. */

import { probability } from './linear.ts';
import model from './model/speakers.json' with { type: 'json' };
import { tokenize } from './tokens.ts';

/** Words of a turn that are looked at: who speaks at length is known by then. */
const WORDS = 60;
/** What one turn can say for either side, in log-odds: no single one decides. */
const MOST = 3;

/** Features of a turn: its words, its pairs of words, how it begins and how long it is. */
export function speakerFeatures(text: string): string[] {
  const words = tokenize(text)
    .slice(0, WORDS)
    .map(({ word }) => (/\d/.test(word) ? '#' : word));
  const found = new Set<string>([
    `first=${words[0] ?? ''}`,
    `first2=${words[0] ?? ''} ${words[1] ?? ''}`,
    `size=${Math.min(6, Math.floor(Math.log2(words.length + 1)))}`,
  ]);
  words.forEach((word, i) => {
    found.add(`w=${word}`);
    if (i > 0) found.add(`b=${words[i - 1]} ${word}`);
  });
  return [...found];
}

/** How much a turn sounds like the clinician (above zero) or like the patient (below). */
export function clinicianLean(text: string): number {
  if (!/[a-z]/i.test(text)) return 0;
  const chance = probability(model, speakerFeatures(text));
  const logOdds = Math.log(Math.max(chance, 1e-6) / Math.max(1 - chance, 1e-6));
  return Math.max(-MOST, Math.min(MOST, logOdds));
}
