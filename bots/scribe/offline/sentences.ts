/** Turns cut into sentences and clauses, each a run of tokens with its place in the transcript. */

import { endsSentence } from './boundaries.ts';
import { corrected, rectified, rectifies, says } from './corrections.ts';
import { isWord, type Token, tokenize } from './tokens.ts';
import { readTurns, type Speaker } from './transcript.ts';

/** A place in the transcript, as UTF-16 offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Utterance extends Span {
  readonly speaker: Speaker;
  readonly tokens: readonly Token[];
  readonly question: boolean;
  /** Index of the turn that it is part of. */
  readonly turn: number;
  /** Where somebody put right what is said here. */
  readonly correction?: Span;
  /** A question that was put right by its answer, and so is answered with yes. */
  readonly agreed?: boolean;
  /** It does nothing but put another sentence right. */
  readonly rectifies?: boolean;
}

const ABBREVIATION = new Set(['dr', 'mr', 'mrs', 'ms', 'st', 'vs', 'no', 'e.g', 'i.e']);
const SUBJECT = new Set(
  "i i'm i've i'll i'd you you're you've you'll we we're we'll we've he he's she she's it it's they they're there there's that that's this my your his her let's".split(
    ' ',
  ),
);
const CONNECTOR = new Set(['and', 'but', 'so', 'because', 'then', 'although', 'though', 'while', 'which']);
const FILLER = new Set([
  'okay',
  'and',
  'so',
  'um',
  'uh',
  'well',
  'now',
  'but',
  'then',
  'all',
  'right',
  'great',
  'good',
  ',',
  'alright',
  'or',
  'also',
  'yes',
  'no',
]);
const OPENERS = new Set(
  'do does did are is was were have has had can could would will any what how when where which who why should'.split(
    ' ',
  ),
);
/** Words with which a clinician turns to the next thing, in the middle of speech that has no punctuation. */
const TURN_OF_SPEECH =
  /^(?:on (?:your|the|my) (?:[a-z]+ ){1,3}exam|on (?:physical )?exam|there(?:'s| is| are) (?:a|an|no|some|any|associated)|let's (?:talk|go|look|see|do)|(?:for|from) your (?:first|second|third|next|last|other|final)|for (?:the )?(?:first|second|third|next|last) |from (?:a|an|your) (?:[a-z]+ ){1,3}standpoint|in terms of (?:your|the)|as far as (?:your|the)|with regards? to|in regards? to|i (?:want|would like|am going) |i'm going to |i'd like |you (?:do |still |also )?have (?:a |an |some |no |this |normal |good |full )|otherwise |your (?:reflexes|strength|sensation|gait|heart|lungs?|abdomen|blood pressure|vitals?|vital signs|temperature|pulse|oxygen|neck|lower extremities|labs?|x-ray) (?:is|are|was|were|looks?|sounds?|show)|does it hurt|how about|what about)/;

/** Words that nobody ends a sentence with, whatever the table thinks. */
const LOOSE = new Set(
  "a an the my your his her their our of to in for with at from and or but because is are was were am i'm you're it's that's i you we he she they it if when very some any this these those have has had be been being going into as than so the".split(
    ' ',
  ),
);

/** Fewest words that a clause keeps when a long sentence is cut in two. */
const CLAUSE = 4;

export function readUtterances(transcript: string): Utterance[] {
  const turns = readTurns(transcript);
  const marks = transcript.match(/[.?!](?=\s|$)/g)?.length ?? 0;
  const punctuated = marks * 30 > transcript.length / 6;
  return settled(
    turns.flatMap(({ speaker, start, end }, turn) => {
      const tokens = tokenize(transcript, start, end);
      const sentences = punctuated ? splitAtMarks(tokens) : splitByModel(tokens);
      return sentences.flatMap(splitClauses).flatMap((part) => utterance(part, speaker, turn) ?? []);
    }),
  );
}

/** Sentences before one that puts something right, in which the wrong word is looked for. */
const LOOK_BACK = 5;
/** What was right before was right: then only a slip of the last sentences is meant. */
const LOOK_BACK_KNOWN = 2;

/** What a later sentence puts right ("no , the left one") is right in the sentence that it is about. */
function settled(utterances: readonly Utterance[]): Utterance[] {
  const out = [...utterances];
  utterances.forEach(({ tokens, start, end, question, speaker }, index) => {
    const right = question ? undefined : rectifies(tokens);
    if (!right) return;
    const known = out.slice(Math.max(0, index - LOOK_BACK), index).some((before) => says(before.tokens, right));
    let wrong: string | undefined;
    for (let at = index - 1; at >= Math.max(0, index - (known ? LOOK_BACK_KNOWN : LOOK_BACK)); at--) {
      const before = out[at];
      const put = before && rectified(before.tokens, right);
      // Said twice, it was wrong twice.
      if (!before || !put || (wrong !== undefined && put.wrong !== wrong)) continue;
      // Asked about the wrong one, the answer is no; asked about the right one, it would be yes.
      if (before.question && !right.only) continue;
      const agreed = before.question && before.speaker !== speaker;
      wrong = put.wrong;
      out[at] = { ...before, tokens: put.tokens, correction: { start, end }, ...(agreed && { agreed }) };
      if (right.only) out[index] = { ...(out[index] ?? before), rectifies: true };
      if (known) return;
    }
  });
  return out;
}

/** Sentences after which an answer no longer answers. */
const LONGEST_ANSWER = 20;

/** What was asked or said last before the turn that an utterance is part of, if that is the turn right before. */
export function lastOfTurnBefore(utterances: readonly Utterance[], index: number): Utterance | undefined {
  const turn = utterances[index]?.turn ?? 0;
  let at = index;
  while (utterances[at]?.turn === turn && index - at < LONGEST_ANSWER) at--;
  const before = utterances[at];
  return before?.turn === turn - 1 ? before : undefined;
}

function utterance(tokens: readonly Token[], speaker: Speaker, turn: number): Utterance | undefined {
  const first = tokens.find(isWord);
  const last = tokens.findLast(isWord);
  if (!first || !last) return undefined;
  const kept = corrected(tokens.filter(({ start, end }) => start >= first.start && end <= last.end));
  const question = (tokens.at(-1)?.word === '?' && !isTagged(kept)) || asks(kept);
  return { speaker, tokens: kept, start: first.start, end: last.end, question, turn };
}

/** "… and i'll order some labs , okay ?" tells, and makes sure that it was heard. */
const TAG =
  /^(.*\S) (?:, )?(?:okay|all right|you know|is that okay|does that sound okay|does that make sense|make sense|sound good|if that's okay)$/;
/** Fewest words of what is told before the tag. */
const TOLD = 5;

function isTagged(tokens: readonly Token[]): boolean {
  const told = TAG.exec(tokens.map(({ word }) => word).join(' '))?.[1];
  return told !== undefined && told.split(' ').length >= TOLD;
}

function asks(tokens: readonly Token[]): boolean {
  const first = tokens.find(({ word }) => !FILLER.has(word));
  if (!first || !OPENERS.has(first.word)) return false;
  const next = tokens[tokens.indexOf(first) + 1]?.word ?? '';
  // "when i press on it" and "which helps" go on; "when did it start" asks.
  return !/^(?:when|which|who|where)$/.test(first.word) || OPENERS.has(next);
}

function splitAtMarks(tokens: readonly Token[]): Token[][] {
  return splitAfter(tokens, (token, index) => {
    if (!/^[.?!]$/.test(token.word)) return false;
    return !(token.word === '.' && ABBREVIATION.has(tokens[index - 1]?.word ?? ''));
  });
}

function splitByModel(tokens: readonly Token[]): Token[][] {
  const spoken = tokens.filter(isWord);
  const words = spoken.map(({ word }) => word);
  const ends = new Set<Token>();
  spoken.forEach((token, index) => {
    if (index < words.length - 1 && !LOOSE.has(token.word) && endsSentence(words, index)) ends.add(token);
  });
  return splitAfter(tokens, (token) => ends.has(token) || token.word === '?');
}

/** "… and i feel …", "… but it is …": a new clause with its own subject is a sentence of its own in a note. */
function splitClauses(tokens: readonly Token[]): Token[][] {
  let length = 0;
  return splitAfter(tokens, (token, index) => {
    if (isWord(token)) length++;
    const [next, after, third] = [1, 2, 3].map((step) => tokens[index + step]?.word ?? '');
    const connected =
      CONNECTOR.has(next ?? '') &&
      (SUBJECT.has(after ?? '') || (CONNECTOR.has(after ?? '') && SUBJECT.has(third ?? '')));
    const turning = isWord(token) && TURN_OF_SPEECH.test(ahead(tokens, index + 1));
    const cut = (connected || turning) && length >= CLAUSE && tokens.length - index > CLAUSE;
    if (cut) length = 0;
    return cut;
  });
}

/** The next few words, as text to match phrases against. */
function ahead(tokens: readonly Token[], from: number): string {
  let text = '';
  for (let i = from; i < Math.min(tokens.length, from + 7); i++) text += `${tokens[i]?.word} `;
  return text;
}

function splitAfter(tokens: readonly Token[], ends: (token: Token, index: number) => boolean): Token[][] {
  const parts: Token[][] = [[]];
  tokens.forEach((token, index) => {
    parts.at(-1)?.push(token);
    if (ends(token, index)) parts.push([]);
  });
  return parts.filter((part) => part.length);
}
