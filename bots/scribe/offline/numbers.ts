/** Spoken numbers as a clinician writes them: "one twenty seven over eighty" is 127/80, "three out of six" is 3/6. */

import { DOT } from './tokens.ts';

const UNITS: Readonly<Record<string, number>> = Object.fromEntries(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
    .split(' ')
    .map((word, value) => [word, value]),
);
const TENS: Readonly<Record<string, number>> = Object.fromEntries(
  'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, index) => [word, (index + 2) * 10]),
);
const MEASURES: Readonly<Record<string, string>> = {
  milligram: 'mg',
  milligrams: 'mg',
  microgram: 'mcg',
  micrograms: 'mcg',
  milliliter: 'mL',
  milliliters: 'mL',
  percent: '%',
  centimeter: 'cm',
  centimeters: 'cm',
  millimeter: 'mm',
  millimeters: 'mm',
};
/** Small numbers stay words where they count nothing: "the one", "one of". */
const PRONOUN_LIKE = new Set([
  'of',
  'that',
  'thing',
  'where',
  'is',
  'was',
  'which',
  'day',
  'another',
  'more',
  'time',
  'side',
  'or',
]);
const BEFORE_PRONOUN = new Set([
  'this',
  'that',
  'the',
  'which',
  'another',
  'any',
  'no',
  'each',
  'every',
  'other',
  'good',
  'new',
]);

interface Reading {
  readonly value: string;
  readonly length: number;
}

/** Rewrites the numbers in a list of words. */
export function writeNumbers(words: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < words.length;) {
    const number = readNumber(words, i);
    if (!number || isPronoun(words, i, number)) {
      out.push(words[i] ?? '');
      i++;
      continue;
    }
    i += number.length;
    out.push(number.value);
    if (words[i] === DOT) {
      out.push('point');
      i++;
    }
  }
  return joinMeasures(joinNames(out));
}

/** The longest number that starts at `at`, or nothing. */
export function readNumber(words: readonly string[], at: number): Reading | undefined {
  const whole = readWhole(words, at);
  if (!whole) return undefined;
  const next = words[at + whole.length];
  const digits = next === 'point' || next === '.' ? readDigits(words, at + whole.length + 1) : undefined;
  if (!digits) return whole;
  return { value: `${whole.value}.${digits.value}`, length: whole.length + 1 + digits.length };
}

function readDigits(words: readonly string[], at: number): Reading | undefined {
  const tens = TENS[words[at] ?? ''];
  const unit = UNITS[words[at + (tens ? 1 : 0)] ?? ''];
  if (tens !== undefined) {
    return unit && unit < 10 ? { value: String(tens + unit), length: 2 } : { value: String(tens), length: 1 };
  }
  if (unit !== undefined) return { value: String(unit), length: 1 };
  return /^\d+$/.test(words[at] ?? '') ? { value: words[at] ?? '', length: 1 } : undefined;
}

function readWhole(words: readonly string[], at: number): Reading | undefined {
  const hyphen = /^(\w+)-(\w+)$/.exec(words[at] ?? '');
  if (hyphen && TENS[hyphen[1] ?? ''] !== undefined && UNITS[hyphen[2] ?? ''] !== undefined) {
    return { value: String((TENS[hyphen[1] ?? ''] ?? 0) + (UNITS[hyphen[2] ?? ''] ?? 0)), length: 1 };
  }
  let total = -1;
  let last = -1;
  let i = at;
  for (; i < words.length; i++) {
    const word = words[i] ?? '';
    const value = UNITS[word] ?? TENS[word];
    if (total < 0) {
      if (word === 'a' && words[i + 1] === 'hundred') total = last = 1;
      else if (value === undefined) return undefined;
      else total = last = value;
    } else if (word === 'hundred' || word === 'thousand') {
      total = total * (word === 'hundred' ? 100 : 1000);
      last = 100;
    } else if (word === 'and' && last === 100 && (UNITS[words[i + 1] ?? ''] ?? TENS[words[i + 1] ?? '']) !== undefined)
      continue;
    else if (value === undefined) {
      const spokenZero = (word === 'oh' || word === 'o') && total < 100 && (UNITS[words[i + 1] ?? ''] ?? 10) < 10;
      if (!spokenZero) break;
      total = total * 100 + (UNITS[words[i + 1] ?? ''] ?? 0);
      i++;
      last = 0;
    } else if (last >= 20 && last < 100 && last % 10 === 0 && value > 0 && value < 10)
      [total, last] = [total + value, value];
    else if (last === 100 && value < 100) [total, last] = [total + value, value];
    else if (total < 10 && total > 0 && value >= 10) [total, last] = [total * 100 + value, value];
    else if (isYear(total, value)) [total, last] = [total * 100 + value, value];
    else break;
  }
  return total < 0 ? undefined : { value: String(total), length: i - at };
}

/** "twenty eighteen", "nineteen ninety". */
function isYear(total: number, value: number): boolean {
  return (total === 20 || total === 19) && value >= 10 && value < 100;
}

function isPronoun(words: readonly string[], at: number, number: Reading): boolean {
  if (words[at] !== 'one' || number.length > 1 || words[at + 1] === 'plus') return false;
  return PRONOUN_LIKE.has(words[at + 1] ?? 'of') || BEFORE_PRONOUN.has(words[at - 1] ?? '');
}

/** Names that speech spells out: "a1 c", "c 5 c 6", "o2 sat". */
function joinNames(words: readonly string[]): string[] {
  const out: string[] = [];
  for (const word of words) {
    const last = out.at(-1) ?? '';
    if (word === 'c' && /^(?:a1|a-1)$/.test(last)) out[out.length - 1] = 'a1c';
    else if (word === 'c' && last === '1' && out.at(-2) === 'a') out.splice(-2, 2, 'a1c');
    else out.push(word);
  }
  return out;
}

/** "20 milligrams" → "20 mg", "120 over 80" → "120/80", "3 out of 6" → "3/6", "1 plus" → "1+", "2 to 3" → "2-3". */
function joinMeasures(words: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const number = /^\d+(?:\.\d+)?$/;
    const previous = out.at(-1) ?? '';
    const after = words[i + 1] ?? '';
    if (number.test(previous) && word === 'over' && number.test(after)) {
      out[out.length - 1] = `${previous}/${after}`;
      i++;
    } else if (number.test(previous) && word === 'out' && after === 'of' && number.test(words[i + 2] ?? '')) {
      out[out.length - 1] = `${previous}/${words[i + 2]}`;
      i += 2;
    } else if (/^\d$/.test(previous) && word === 'plus') out[out.length - 1] = `${previous}+`;
    else if (/\d$/.test(previous) && MEASURES[word]) {
      if (word === 'percent') out[out.length - 1] = `${previous}%`;
      else out.push(MEASURES[word] ?? word);
    } else if (/\d$/.test(previous) && word === '%') out[out.length - 1] = `${previous}%`;
    else out.push(word);
  }
  return out;
}
