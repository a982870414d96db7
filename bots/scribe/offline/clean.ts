/** Takes out of an utterance what speech has and writing has not: fillers, stutters, false starts, politeness. */

import { isOpinion } from './assertion.ts';
import { isNumberWord } from './numbers.ts';
import { PROBLEMS, isSymptom } from './terminology.ts';
import { isWord, type Token } from './tokens.ts';

const FILLERS: readonly (readonly string[])[] = [
  'um',
  'uh',
  'umm',
  'uhh',
  'er',
  'ah',
  'oh',
  'hmm',
  'mm-hmm',
  'mhm',
  'mm',
  'huh',
  'uh-huh',
  'gosh',
  'gee',
  'you know what',
  'you know',
  'i mean',
  'kind of',
  'sort of',
  'i guess',
  'basically',
  'actually',
  'obviously',
  'honestly',
  'definitely',
  'really',
  'just',
  'go ahead and',
  'or anything like that',
  'anything like that',
  'or something like that',
  'and things like that',
  'things like that',
  'that kind of thing',
  'that type of thing',
  'and all that',
  'and stuff like that',
  'and everything',
  'if you will',
  'as well',
  'at all',
  'like i said',
  'as i said',
  'to be honest',
  'for you',
  'a little bit about',
  'a little bit of',
  'a little bit',
].map((phrase) => phrase.split(' '));

/** Sounds, not words: they may stand within a number. */
const HESITATIONS = new Set(['um', 'umm', 'uh', 'uhh', 'er', 'ah', 'oh', 'hmm', 'mm']);

/** Phrases whose meaning would change without them are put back in short. */
const KEPT = new Map<string, readonly string[]>(
  Object.entries({
    'a little bit': ['slightly'],
    'a little bit about': ['about'],
    'a little bit of': ['some'],
  }),
);

const LEADING = new Set(
  'okay and so but well now then yes yeah right great good perfect alright sure also because or , ; . hey hi hello oh wow nice anyway awesome excellent wonderful gotcha like'.split(
    ' ',
  ),
);
const LEADING_PHRASES: readonly (readonly string[])[] = [
  'all right',
  'i see',
  'got it',
  'sounds good',
  'that said',
  'of course',
  'i understand',
  'no problem',
  'let me see',
  "let's see",
  'first of all',
  'it sounds like',
  'it looks like',
  'it seems like',
  'i think that',
  'i think',
  'i know that',
  'i know',
  'i would say',
  'i believe that',
  'you said that',
  'you said',
  'you mentioned that',
  'you mentioned',
  'i saw that',
  'i saw here that',
  'i see here that',
  'i see that',
  'so far',
].map((phrase) => phrase.split(' '));
const TRAILING = new Set(
  'okay right so and but or , yes no alright though then the a to because you i if like with that sure my your his her their is was are in on for of when at about from an some any this'.split(
    ' ',
  ),
);
const TRAILING_PHRASES: readonly (readonly string[])[] = [
  'all right',
  'you know',
  'is that okay',
  'does that sound okay',
  'sounds good',
  'if that makes sense',
  'and so on',
  'or anything',
  'or something',
  'and stuff',
  'and everything',
  'i think',
  'i guess',
  'i would say',
  'you said',
  'for sure',
].map((phrase) => phrase.split(' '));

/** The tokens that carry meaning. */
export function clean(tokens: readonly Token[]): Token[] {
  let kept = tokens.filter((token) => isWord(token) || /^[,%]$/.test(token.word));
  kept = kept.filter(({ word }) => !/^[a-z]{1,5}-$/.test(word));
  kept = dropFillers(kept);
  kept = dropRepeats(kept);
  kept = trim(kept);
  return dropLooseCommas(kept);
}

function dropFillers(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (let i = 0; i < tokens.length;) {
    const phrase = FILLERS.find((words) => startsWith(tokens, i, words));
    const token = tokens[i];
    if (!token) break;
    if (!phrase) {
      kept.push(token);
      i++;
      continue;
    }
    // "it was , uh , a weekend": the commas were the filler's.
    if (kept.at(-1)?.word === ',' && tokens[i + phrase.length]?.word === ',') kept.pop();
    const last = tokens[i + phrase.length - 1] ?? token;
    for (const word of KEPT.get(phrase.join(' ')) ?? []) kept.push({ ...token, word, end: last.end });
    i += phrase.length;
    if (partsNumbers(kept.at(-1), phrase, tokens[i])) kept.push({ ...token, word: ',' });
    if (tokens[i]?.word === ',' && kept.at(-1)?.word !== ',' && !KEPT.has(phrase.join(' '))) i++;
  }
  return kept;
}

/** "nine for you seventy" is not 970: what is dropped between two numbers still parts them, unless it was a hesitation. */
function partsNumbers(before: Token | undefined, phrase: readonly string[], after: Token | undefined): boolean {
  const isNumber = (token: Token | undefined): boolean =>
    token !== undefined && (isNumberWord(token.word) || /\d/.test(token.word));
  return isNumber(before) && isNumber(after) && !phrase.every((word) => HESITATIONS.has(word));
}

/** "i , i think", "on your on your neck": the first try goes, up to four words long. */
function dropRepeats(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (const token of tokens) {
    kept.push(token);
    for (let size = 4; size >= 1; size--) {
      const tail = kept.slice(-size);
      const gap = kept[kept.length - size - 1]?.word === ',' ? 1 : 0;
      const before = kept.slice(-2 * size - gap, kept.length - size - gap);
      const same =
        before.length === size && before.every((other, i) => other.word === tail[i]?.word && other.word !== ',');
      if (
        !same ||
        tail.some(({ word }) => /\d|^(?:very|had|that)$/.test(word)) ||
        (size === 1 && isNumberWord(tail[0]?.word ?? ''))
      )
        continue;
      kept.splice(kept.length - size, size);
      if (gap) kept.pop();
      break;
    }
  }
  return kept;
}

function trim(tokens: readonly Token[]): Token[] {
  let from = 0;
  let to = tokens.length;
  for (let moved = true; moved && from < to;) {
    const leading = LEADING_PHRASES.find((words) => startsWith(tokens, from, words));
    const phrase = leading && isDoubt(leading, tokens.slice(from)) ? undefined : leading;
    const word = tokens[from]?.word ?? '';
    const step = phrase?.length ?? Number(word === 'no' ? answersNo(tokens, from) : LEADING.has(word));
    moved = step > 0;
    from += step;
  }
  for (let moved = true; moved && from < to;) {
    const trailing = TRAILING_PHRASES.find((words) => startsWith(tokens, to - words.length, words));
    const phrase = trailing && isDoubt(trailing, tokens.slice(from, to)) ? undefined : trailing;
    const step = phrase?.length ?? Number(TRAILING.has(tokens[to - 1]?.word ?? ''));
    moved = step > 0;
    to -= step;
  }
  return tokens.slice(from, Math.max(from, to));
}

const DOUBT = /^(?:it (?:sounds|looks|seems) like|i (?:think|believe|guess|would say)(?: that)?)$/;

/** "I think you have gout" is no "you have gout": a doubt about a disease is kept, one about anything else is a habit. */
function isDoubt(phrase: readonly string[], tokens: readonly Token[]): boolean {
  if (!DOUBT.test(phrase.join(' '))) return false;
  const words = tokens.map(({ word }) => word);
  return PROBLEMS.find(words).some(({ value, from, to }) => !isSymptom(value) && isOpinion(words, from, to));
}

/** "no , i am not" answers; "no fever" is a finding, and keeps its "no". */
function answersNo(tokens: readonly Token[], at: number): boolean {
  return /^(?:,|no|yes|not|i|i'm|i've|you|you're|it|it's|he|she|they|we|the|that's|there's|but|so|and|okay|just|nothing)?$/.test(
    tokens[at + 1]?.word ?? '',
  );
}

function startsWith(tokens: readonly Token[], at: number, words: readonly string[]): boolean {
  return at >= 0 && words.every((word, i) => tokens[at + i]?.word === word);
}

/** Commas that stood beside a filler: doubled, first or last. */
function dropLooseCommas(tokens: readonly Token[]): Token[] {
  return tokens.filter(
    ({ word }, i) => word !== ',' || (i > 0 && i < tokens.length - 1 && tokens[i + 1]?.word !== ','),
  );
}
