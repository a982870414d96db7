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
const RUN = 7;

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
      const next = value === undefined ? undefined : extend(total, last, value, words[at - 1] ?? '');
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
