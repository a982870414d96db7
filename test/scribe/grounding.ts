/** What of a note is true to its transcript: the drugs that it names and the numbers that it gives. */

import { COUNTED_DRUGS } from './drug-names.ts';
import { wordsOf } from './rouge.ts';

export function drugsIn(text: string): Set<string> {
  const present = new Set(wordsOf(text));
  return new Set(COUNTED_DRUGS.filter((drug) => present.has(drug)));
}

/** Numbers written in digits, without those that only number a list. */
export function writtenNumbers(text: string): Set<string> {
  const bare = text.replace(/^\s*\d+[.)]\s/gm, ' ').replace(/(\d),(?=\d{3})/g, '$1');
  return new Set(bare.match(/\d+(?:\.\d+)?/g) ?? []);
}

const VALUES = new Map<string, number>([
  ...'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
    .split(' ')
    .map((word, value) => [word, value] as const),
  ...'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, i) => [word, 10 * (i + 2)] as const),
]);

const valueOf = (word: string | undefined): number | undefined =>
  word === undefined ? undefined : (VALUES.get(word) ?? (/^\d+$/.test(word) ? Number(word) : undefined));

/** Longest run of number words that is read as one number. */
const RUN = 12;

const STRENGTH = /^(?:milligrams?|mg|micrograms?|mcg|grams?|units?)$/;
const TIME = /^(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)$/;

/**
 * Where nobody would hear one number: "one ten milligram tablet" is one tablet, "one fifteen years ago" is 15 years. From
 * the second number on, what follows decides.
 */
function countsWhatFollows(words: readonly string[], start: number, at: number): boolean {
  const [tens = 0, units = 0] = words.slice(at, at + 2).map(valueOf);
  const end = at + (tens >= 20 && units > 0 && units < 10 ? 2 : 1);
  const [unit = '', form = ''] = words.slice(end, end + 2);
  if (TIME.test(unit)) return true;
  const counted = words[start] === 'one' ? /^(?:tablet|pill|capsule)$/ : /^(?:tablets|pills|capsules)$/;
  return STRENGTH.test(unit) && counted.test(form) && !/^(?:a|the|your|this|that)$/.test(words[start - 1] ?? '');
}

/** Every number that some reading of the text gives: "one ninety eight" is 1, 190 and 198, "seven point five" 7 and 7.5. */
export function spokenNumbers(text: string): Set<string> {
  const words =
    text
      .toLowerCase()
      .replaceAll('-', ' ')
      .match(/[a-z]+|\d+(?:\.\d+)?/g) ?? [];
  const found = new Set<string>();
  words.forEach((_, start) => readFrom(words, start, found));
  return found;
}

function readFrom(words: readonly string[], start: number, found: Set<string>): void {
  let total = 0;
  let last: number | undefined;
  for (let at = start; at < Math.min(words.length, start + RUN); at++) {
    const word = words[at] ?? '';
    const value = valueOf(word);
    if (last === undefined) {
      if (word === 'a' && words[at + 1] === 'hundred') {
        total = last = 1;
        continue;
      }
      if (value === undefined) return;
      total = value;
    } else if (word === 'hundred' || word === 'thousand') {
      total = (total || 1) * (word === 'hundred' ? 100 : 1000);
    } else if (word === 'point') {
      const fraction = VALUES.get(words[at + 1] ?? '') ?? words[at + 1];
      if (/^\d+$/.test(String(fraction))) found.add(`${total}.${fraction}`);
      return;
    } else if (word === 'and') continue;
    else {
      const apart = total < 10 && at === start + 1 && countsWhatFollows(words, start, at);
      const next = value === undefined || apart ? undefined : extend(total, last, value, words[at - 1] ?? '');
      if (next === undefined) return;
      total = next;
    }
    last = value ?? last;
    found.add(String(total));
  }
}

function extend(total: number, last: number, value: number, before: string): number | undefined {
  if (last >= 20 && last % 10 === 0 && value < 10) return total + value;
  if (total % 100 === 0 && total > 0 && value < 100) return total + value;
  if (total < 10 && value >= 10 && value < 100) return total * 100 + value;
  return total < 100 && value < 10 && (before === 'oh' || before === 'o') ? total * 100 + value : undefined;
}
