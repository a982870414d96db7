/** Whether a number that was said of a measure is what was measured on the patient. */

import { FAMILY, RELATIVE } from './assertion.ts';
import type { Utterance } from './sentences.ts';

/** What is hoped for, warned of or compared with, and no value: "if it goes above 101", "your goal is 130 over 80". */
const NO_VALUE =
  /\b(?:goals?|targets?|aim|aiming|ideal|ideally|should|ought|above|below|under|over|(?:less|more|greater|higher|lower) than|to be|at least|at most|isn't|wasn't|(?:is|was) not)\b/;
/** "above our goal at 150 over 90" says what it is. */
const AROUND_GOAL = /\b(?:above|over|below|under|at|near) (?:the |our |your |that )?(?:goal|target)\b/g;
/** "If your temperature is 101, call": a warning. "If you look here" is none. */
const CONDITION = /\b(?:if|unless|whether|in case|should (?:your|it))\b(?! (?:you|we|i) (?:look|see|remember|recall))/;
/** Words before the name of a measure that say what kind of number follows. */
const REACH = 5;
/** Sentences back in which somebody else may have been spoken of. */
const LOOK_BACK = 2;

/** A measure that an utterance names, among the words of the sentence. */
export interface Named {
  readonly words: readonly string[];
  /** Where the name begins, and the word after its value. */
  readonly from: number;
  readonly to: number;
}

/** Whether it is the patient's own, said as it is: no question, goal or warning, and nobody else's. */
export function isMeasured(utterances: readonly Utterance[], index: number, { words, from, to }: Named): boolean {
  if (utterances[index]?.question) return false;
  const said = words.slice(Math.max(0, from - REACH), to).join(' ');
  if (CONDITION.test(said) || NO_VALUE.test(said.replace(AROUND_GOAL, ''))) return false;
  return !isOthers(utterances, index, words, from);
}

/** "Your mother's blood pressure", "your wife said that hers …", and what the clinician says of themself. */
function isOthers(utterances: readonly Utterance[], index: number, words: readonly string[], from: number): boolean {
  const before = words.slice(0, from);
  const owner = before.findLast((word) => OWNERS.has(word));
  if (before.at(-1) === 'my') return true;
  const relative = before.findLastIndex(isRelative);
  const own = before.findLastIndex((word) => YOURS.has(word));
  // "your mother's": the patient is named as whose mother she is.
  if (relative >= 0) return own <= relative;
  if (owner !== 'his' && owner !== 'her') return false;
  const turn = utterances[index]?.turn;
  const earlier = utterances.slice(Math.max(0, index - LOOK_BACK), index).filter((other) => other.turn === turn);
  return earlier.some(({ tokens }) => tokens.some(({ word }) => isRelative(word)));
}

const YOURS = new Set(['your', 'yours', 'you', "you're", "you've"]);
const OWNERS = new Set(['his', 'her', 'your', 'the', 'their']);
const isRelative = (word: string): boolean => {
  const bare = word.replace(/'s$/, '');
  return FAMILY.has(bare) || RELATIVE.has(bare);
};
