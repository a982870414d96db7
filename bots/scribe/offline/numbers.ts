/** Spoken numbers as a clinician writes them: "one twenty seven over eighty" is 127/80, "three out of six" is 3/6. */

import { DOT } from './tokens.ts';

const SMALL = new Map<string, number>([
  ...'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
    .split(' ')
    .map((word, value) => [word, value] as const),
  ...'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, i) => [word, 10 * (i + 2)] as const),
]);
const SCALES = new Map([
  ['hundred', 100],
  ['thousand', 1000],
]);
const MEASURES = new Map([
  ['milligram', 'mg'],
  ['milligrams', 'mg'],
  ['microgram', 'mcg'],
  ['micrograms', 'mcg'],
  ['milliliter', 'mL'],
  ['milliliters', 'mL'],
  ['centimeter', 'cm'],
  ['centimeters', 'cm'],
  ['millimeter', 'mm'],
  ['millimeters', 'mm'],
]);
/** "One" stays a word where it counts nothing: "the one", "one of". */
const AFTER_PRONOUN = new Set('of that thing where is was which day another more time side or'.split(' '));
const BEFORE_PRONOUN = new Set('this that the which another any no each every other good new'.split(' '));

const TIME = /^(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)$/;
const STRENGTH = /^(?:milligrams?|mg|micrograms?|mcg|grams?|g|milliliters?|ml|units?|iu)$/;
const ONE_FORM = /^(?:tablet|tab|pill|capsule|cap|softgel|patch)$/;
const FORMS = /^(?:tablets|tabs|pills|capsules|caps|softgels|patches)$/;
/** Words from the strength to what has it: "ten milligram lisinopril tablet". */
const FORM_REACH = 3;
/** After these a number is one: "a one twenty five milligram tablet". */
const SPECIFIES = new Set('a the your this that'.split(' '));

interface Reading {
  readonly value: string;
  readonly length: number;
}

const valueOf = (word: string | undefined): number | undefined => SMALL.get(word ?? '');

/** Whether a word is part of a spoken number: "one one nine" is no stutter. */
export function isNumberWord(word: string): boolean {
  return SMALL.has(word) || SCALES.has(word);
}

/** Rewrites the numbers in a list of words. */
export function writeNumbers(words: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < words.length;) {
    const number = readNumber(words, i);
    // A count stays a word: "two 500 mg tablets" is not to be read as 2500 mg.
    if (!number || isCount(words, i) || isPronoun(words, i, number)) {
      out.push(words[i] ?? '');
      i++;
      continue;
    }
    i += number.length;
    out.push(number.value);
    const digits = words[i] === DOT ? readDigits(words, i + 1) : undefined;
    if (digits) {
      out.push('point', digits.value);
      i += 1 + digits.length;
    }
  }
  return joinMeasures(joinNames(out));
}

/** The longest number that starts at `at`, or nothing. */
function readNumber(words: readonly string[], at: number): Reading | undefined {
  const whole = readHyphened(words[at]) ?? readWhole(words, at);
  if (!whole) return undefined;
  const after = at + whole.length;
  const digits = words[after] === 'point' ? readDigits(words, after + 1) : undefined;
  return digits ? { value: `${whole.value}.${digits.value}`, length: whole.length + 1 + digits.length } : whole;
}

/** "twenty-five". */
function readHyphened(word: string | undefined): Reading | undefined {
  const [tens, units] = (word ?? '').split('-').map(valueOf);
  return tens !== undefined && units !== undefined && tens >= 20 && units < 10
    ? { value: String(tens + units), length: 1 }
    : undefined;
}

/** What follows "point". */
function readDigits(words: readonly string[], at: number): Reading | undefined {
  const first = valueOf(words[at]);
  if (first === undefined) return /^\d+$/.test(words[at] ?? '') ? { value: words[at] ?? '', length: 1 } : undefined;
  const second = first >= 20 ? valueOf(words[at + 1]) : undefined;
  return second && second < 10 ? { value: String(first + second), length: 2 } : { value: String(first), length: 1 };
}

/** A whole number as it grows word by word: its total so far and the last word's value. */
interface Growing {
  readonly total: number;
  readonly last: number;
}

function readWhole(words: readonly string[], at: number): Reading | undefined {
  const first = words[at] === 'a' && words[at + 1] === 'hundred' ? 1 : valueOf(words[at]);
  if (first === undefined) return undefined;
  let grown: Growing = { total: first, last: first };
  let i = at + 1;
  for (; i < words.length; i++) {
    const joins = joinsNumber(words, i, grown);
    const next = joins ? grown : grow(grown, words[i] ?? '', words[i - 1] ?? '');
    if (!next) break;
    grown = next;
  }
  return { value: String(grown.total), length: i - at };
}

/** "and" in "two hundred and five", "oh" in "one oh five". */
function joinsNumber(words: readonly string[], at: number, { total, last }: Growing): boolean {
  const next = valueOf(words[at + 1]);
  if (next === undefined) return false;
  if (words[at] === 'and') return last === 100 || last === 1000;
  return (words[at] === 'oh' || words[at] === 'o') && total < 100 && next < 10;
}

function grow({ total, last }: Growing, word: string, before: string): Growing | undefined {
  const scale = SCALES.get(word);
  if (scale) return { total: total * scale, last: scale };
  const value = valueOf(word);
  if (value === undefined) return undefined;
  if (before === 'oh' || before === 'o') return { total: total * 100 + value, last: value };
  const tens = last >= 20 && last < 100 && last % 10 === 0 && value > 0 && value < 10;
  if (tens || ((last === 100 || last === 1000) && value < 100)) return { total: total + value, last: value };
  const hundreds = total > 0 && total < 10 && value >= 10;
  const year = (total === 20 && value >= 10 && value < 30) || (total === 19 && value >= 10);
  return hundreds || year ? { total: total * 100 + value, last: value } : undefined;
}

/**
 * Whether the number at `at` counts what the next one is the strength or the time of: "one ten milligram tablet" is one
 * tablet and not 110 milligrams, "I had one fifteen years ago" is not 115 years.
 */
export function isCount(words: readonly string[], at: number): boolean {
  const value = valueOf(words[at]);
  if (!value || value > 9) return false;
  const next = readNumber(words, at + 1);
  if (!next) return false;
  const [unit = '', ...after] = words.slice(at + 1 + next.length, at + 2 + next.length + FORM_REACH);
  if (TIME.test(unit)) return value === 1 || Number(next.value) >= 10;
  const form = value === 1 ? ONE_FORM : FORMS;
  return STRENGTH.test(unit) && after.some((word) => form.test(word)) && !SPECIFIES.has(words[at - 1] ?? '');
}

function isPronoun(words: readonly string[], at: number, number: Reading): boolean {
  if (words[at] !== 'one' || number.length > 1 || words[at + 1] === 'plus') return false;
  return AFTER_PRONOUN.has(words[at + 1] ?? 'of') || BEFORE_PRONOUN.has(words[at - 1] ?? '');
}

/** Names that speech spells out: "a1 c". */
function joinNames(words: readonly string[]): string[] {
  const out: string[] = [];
  for (const word of words) {
    const last = out.at(-1);
    if (word === 'c' && (last === 'a1' || last === 'a-1')) out[out.length - 1] = 'a1c';
    else if (word === 'c' && last === '1' && out.at(-2) === 'a') out.splice(-2, 2, 'a1c');
    else out.push(word);
  }
  return out;
}

const NUMBER = /^\d+(?:\.\d+)?$/;

/** Lowest pressure that is said "over" another: "you lost five over three weeks" is none. */
const LOWEST_OVER = 50;
const LOWEST_UNDER = 20;

/** Whether "140 over 90" is a pressure. */
const isPressure = (over: string, under: string, after: string): boolean =>
  Number(over) >= LOWEST_OVER && Number(under) >= LOWEST_UNDER && !TIME.test(after);

/** "20 milligrams" → "20 mg", "3 rd" → "3rd", "120 over 80" → "120/80", "3 out of 6" → "3/6", "1 plus" → "1+". */
function joinMeasures(words: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const before = out.at(-1) ?? '';
    const [next = '', second = ''] = words.slice(i + 1, i + 3);
    const number = NUMBER.test(before);
    const put = (joined: string): string => (out[out.length - 1] = joined);
    if (number && word === 'over' && NUMBER.test(next) && isPressure(before, next, second)) {
      put(`${before}/${next}`);
      i++;
    } else if (number && word === 'out' && next === 'of' && NUMBER.test(second)) {
      put(`${before}/${second}`);
      i += 2;
    } else if (/^\d$/.test(before) && word === 'plus') put(`${before}+`);
    else if (/\d$/.test(before) && (word === 'percent' || word === '%')) put(`${before}%`);
    else if (/^\d{1,2}$/.test(before) && /^(?:st|nd|rd|th)$/.test(word)) put(`${before}${word}`);
    else out.push(/\d$/.test(before) ? (MEASURES.get(word) ?? word) : word);
  }
  return out;
}
