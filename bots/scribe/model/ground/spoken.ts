/** Words and numbers of a text, whatever they are written with, so that two texts can be compared. */
import { isCount, writeNumbers } from '../../offline/numbers.ts';
import { isWord, tokenize } from '../../offline/tokens.ts';

/** Lower-case words, hyphened ones taken apart. */
export const wordsOf = (text: string): string[] =>
  tokenize(text)
    .filter(isWord)
    .flatMap(({ word }) => word.split('-'));

/** Numbers that are part of a name say nothing about a quantity: A1c, B12, COVID-19. */
const WRITTEN = /(?<![\p{L}\d.]|\p{L}-)\d+(?:\.\d+)?(?![\d]|\.\d)/gu;

/** Every number that a text states, in digits or in words. */
export function numbersIn(text: string): Set<string> {
  const words = tokenize(text).filter((token) => isWord(token) || token.word === '%');
  const written = writeNumbers(words.map(({ word }) => word)).join(' ');
  return new Set([...written.replace(/(?<=\d),(?=\d{3})/g, '').matchAll(WRITTEN)].map(([number]) => plain(number)));
}

/** Every number that some reading of what was said gives: "one ninety eight" is 198, and 1, 90 and 8 too. */
export function readingsIn(text: string): Set<string> {
  const found = new Set([...text.replace(/(?<=\d),(?=\d{3})/g, '').matchAll(/\d+(?:\.\d+)?/g)].map(([n]) => plain(n)));
  const words = wordsOf(text);
  for (let at = 0; at < words.length; at++) {
    // "one ten milligram tablet" is 1 and 10, and not 110.
    const longest = isCount(words, at) ? 1 : LONGEST_NUMBER;
    for (let to = at + 1; to <= Math.min(words.length, at + longest); to++) {
      const [number, ...rest] = writeNumbers(words.slice(at, to));
      if (rest.length > 0 || !number || !/^\d+(?:\.\d+)?$/.test(number)) {
        continue;
      }
      found.add(plain(number));
    }
  }
  for (const pointed of text.toLowerCase().matchAll(/(\S+) (?:point|\.) (\S+)/g)) {
    const [whole, fraction] = [pointed[1] ?? '', pointed[2] ?? ''].map((word) => writeNumbers([word, 'x'])[0] ?? '');
    if (/^\d+$/.test(whole ?? '') && /^\d+$/.test(fraction ?? '')) {
      found.add(plain(`${whole}.${fraction}`));
    }
  }
  return found;
}

/** Words of the longest number that is said in one: "one thousand two hundred and twenty five point five". */
const LONGEST_NUMBER = 9;

/** "7.0" and "7" are one number. */
export const plain = (number: string): string => String(Number(number));
