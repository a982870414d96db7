/** Lower-case words as a written sentence. */

import { properCase } from './lexicon/names.ts';

const SMALL_MARK = / ([,.;:%)])/g;

/** A sentence with its capital and its full stop; names, brands and abbreviations as they are written. */
export function sentence(words: readonly string[]): string {
  const text = phrase(words);
  if (!text) return '';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.:]$/.test(text) ? '' : '.'}`;
}

/** Words of a list or a heading, without capital or full stop. */
export function phrase(words: readonly string[]): string {
  return words
    .map(properCase)
    .join(' ')
    .replace(SMALL_MARK, '$1')
    .replace(
      /\b(?:march|may)(?= \d)|(?<=\b(?:in|since|of|last|early|late) )(?:march|may)\b(?! (?:be|have|not)\b)/g,
      (month) => `${month.charAt(0).toUpperCase()}${month.slice(1)}`,
    )
    .replace(/(?<!\w)i(?= |,|$)/g, 'I')
    .trim();
}
