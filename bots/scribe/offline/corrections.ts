/** Slips of the tongue that the speaker, or the other, puts right: "my right knee , no , the left one". */

import { namesDrug } from './drugs.ts';
import { isNumberWord } from './numbers.ts';
import type { Token } from './tokens.ts';
import { isVerb } from './verbs.ts';

const MARKERS: readonly (readonly string[])[] = [
  'no wait',
  'wait no',
  'wait',
  'no no',
  'no sorry',
  'oh sorry',
  "no i'm sorry",
  "i'm sorry",
  'sorry',
  'excuse me',
  'no i mean',
  'sorry i mean',
  'sorry i meant',
  'i mean',
  'i meant',
  'no actually',
  'actually no',
  'actually',
  'scratch that',
  'correction',
  'make that',
  'or rather',
  'oh no',
  'no',
]
  .map((phrase) => phrase.split(' '))
  .sort((a, b) => b.length - a.length);
const OPENERS = new Set(MARKERS.map(([first]) => first));
/** What may stand between the marker and what is right. */
const LINKS = new Set(", um uh it it's is was that that's the my your his her their a on in at of not".split(' '));
const SIDES = new Set(['right', 'left', 'bilateral', 'both']);
/** After the right word: then it stands for the whole phrase. */
const POINTING = new Set(['one', 'side', 'ones', '.', ',', 'okay', 'actually', 'sorry']);
/** How far back the wrong word may stand, in words. */
const REACH = 12;
const LINK_REACH = 5;

type Kind = 'side' | 'number' | 'day' | 'drug';

/** Days and months that are nothing else. */
const DAYS = new Set(
  'monday tuesday wednesday thursday friday saturday sunday january february april june july august september october november december'.split(
    ' ',
  ),
);

function kindOf({ word }: Token): Kind | undefined {
  if (SIDES.has(word)) return 'side';
  if (isNumber(word)) return 'number';
  if (DAYS.has(word)) return 'day';
  return namesDrug([word]) ? 'drug' : undefined;
}

function isNumber(word: string): boolean {
  return isNumberWord(word) || /^\d+(?:[./]\d+)?$/.test(word);
}

/** A correction in a run of tokens: the marker and its links from `from`, then the right words from `start` to `end`. */
interface Correction {
  readonly kind: Kind;
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

function correctionAt(tokens: readonly Token[], at: number): Correction | undefined {
  if (!OPENERS.has(tokens[at]?.word)) return undefined;
  const said = tokens.slice(at, at + 6).filter(({ word }) => word !== ',');
  const marker = MARKERS.find((words) => words.every((word, i) => said[i]?.word === word));
  const last = marker && said[marker.length - 1];
  if (!last) return undefined;
  let start = tokens.indexOf(last) + 1;
  for (let steps = 0; steps < LINK_REACH && LINKS.has(tokens[start]?.word ?? ''); steps++) start++;
  const first = tokens[start];
  const kind = first && kindOf(first);
  // "lisinopril , no aspirin" takes two drugs apart; "lisinopril , no , losartan" puts one in the other's place.
  if (kind === 'drug' && marker.length === 1 && marker[0] === 'no' && tokens[at + 1]?.word !== ',') return undefined;
  return kind && { kind, from: at, start, end: runEnd(tokens, start, kind) };
}

/** A side is one word, a number as many as it is said in: "one forty over ninety" is one, and so is "seven point five". */
function runEnd(tokens: readonly Token[], start: number, kind: Kind): number {
  let end = start + 1;
  while (kind === 'number') {
    const [word = '', next = ''] = tokens.slice(end, end + 2).map((token) => token.word);
    if (isNumber(word)) end++;
    else if ((word === 'over' || word === 'point') && isNumber(next)) end += 2;
    else break;
  }
  return end;
}

/** Where the run begins whose last word stands at `last`. */
function runStart(tokens: readonly Token[], last: number, kind: Kind): number {
  let first = last;
  for (let at = last - 1; kind === 'number' && at >= Math.max(0, last - REACH); at--) {
    const token = tokens[at];
    if (token && kindOf(token) === kind && runEnd(tokens, at, kind) > last) first = at;
  }
  return first;
}

/** Where the wrong words stand: the nearest of the same kind before the marker, and not the same. */
function wrongBefore(
  tokens: readonly Token[],
  { kind, from, start, end }: Correction,
): readonly [number, number] | undefined {
  const right = textOf(tokens.slice(start, end));
  for (let at = from - 1; at >= Math.max(0, from - REACH); at--) {
    const token = tokens[at];
    if (!token || kindOf(token) !== kind) continue;
    const first = runStart(tokens, at, kind);
    return textOf(tokens.slice(first, at + 1)) === right ? undefined : [first, at + 1];
  }
  return undefined;
}

/** The tokens of one sentence, with what was put right in it in its place. */
export function corrected(tokens: readonly Token[]): Token[] {
  let kept = [...tokens];
  for (let at = 1; at < kept.length; at++) {
    const correction = correctionAt(kept, at);
    const wrong = correction && wrongBefore(kept, correction);
    if (!correction || !wrong) continue;
    const { start, end } = correction;
    const next = kept[end]?.word;
    // "my right knee hurts , no , the left one": the word alone is put right. "20 milligrams no 40 milligrams": all after it.
    const alone = next === undefined || POINTING.has(next);
    const rest = kept.slice(alone && next && !/^[,.]$/.test(next) ? end + 1 : end);
    const between = alone ? kept.slice(wrong[1], correction.from) : [];
    kept = [...kept.slice(0, wrong[0]), ...kept.slice(start, end), ...between, ...rest];
    at = wrong[0];
  }
  return kept;
}

/** A sentence that puts another right, and whether it does nothing else. */
export interface Rectified {
  readonly kind: Kind;
  readonly words: readonly Token[];
  readonly only: boolean;
}

/** Words of the longest sentence that puts another right. */
const LONGEST = 9;

export function rectifies(tokens: readonly Token[]): Rectified | undefined {
  if (tokens.length > LONGEST) return undefined;
  const correction = correctionAt(tokens, 0);
  if (!correction) return undefined;
  const { kind, start, end } = correction;
  const after = tokens.slice(end).filter(({ word }) => !POINTING.has(word));
  // "no , my right ear hurts" stands by itself.
  const only = !after.some(({ word }) => isVerb(word));
  return after.length <= 2 ? { kind, words: tokens.slice(start, end), only } : undefined;
}

/** Whether a sentence has what is right already. */
export function says(tokens: readonly Token[], { kind, words }: Rectified): boolean {
  const right = textOf(words);
  return tokens.some((token, at) => kindOf(token) === kind && textOf(tokens.slice(at, at + words.length)) === right);
}

/** A sentence with what another one puts right in it, and what was wrong; nothing, if it has nothing of the kind or says the same. */
export function rectified(
  tokens: readonly Token[],
  { kind, words }: Omit<Rectified, 'only'>,
): { readonly tokens: Token[]; readonly wrong: string } | undefined {
  const at = tokens.findLastIndex((token) => kindOf(token) === kind);
  const first = runStart(tokens, at, kind);
  const [start, end] = [tokens[first], tokens[at]];
  const wrong = textOf(tokens.slice(first, at + 1));
  if (at < 0 || !start || !end || wrong === textOf(words)) return undefined;
  // The right words take the place of the wrong ones, so that what is made of the sentence is found where it was said.
  const moved = words.map((token) => ({ ...token, start: start.start, end: end.end }));
  return { tokens: [...tokens.slice(0, first), ...moved, ...tokens.slice(at + 1)], wrong };
}

const textOf = (tokens: readonly Token[]): string => tokens.map(({ word }) => word).join(' ');
