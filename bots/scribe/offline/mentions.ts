/** Every problem that the conversation names, with what it says of it at that place. */

import { polarity } from './answers.ts';
import { assertion, type Assertion } from './assertion.ts';
import type { Phase } from './phases.ts';
import type { Reading } from './reading.ts';
import { type Concept, PROBLEMS, type Side } from './terminology.ts';
import { isWord } from './tokens.ts';
import type { Speaker } from './transcript.ts';

export interface Mention extends Assertion {
  readonly concept: Concept;
  readonly phrase: string;
  readonly start: number;
  readonly end: number;
  readonly speaker: Speaker;
  readonly phase: Phase;
  readonly question: boolean;
  /** Where in the conversation, from 0 to 1. */
  readonly position: number;
  readonly side: Side | undefined;
  /** The few words before it. */
  readonly before: readonly string[];
  /** Named in the sentence with which the clinician introduces the visit. */
  readonly introduced: boolean;
}

const INTRODUCES =
  /\b(?:here (?:today )?(?:for|with|to)|presents?|presenting|comes? in|in (?:today )?(?:for|with)|year[- ]old|medical history|chief complaint|follow[- ]?up|referred)\b/;

export function findMentions({ utterances, spokenPhases }: Reading): Mention[] {
  const length = Math.max(1, utterances.at(-1)?.end ?? 1);
  return utterances.flatMap((utterance, index) => {
    const tokens = utterance.tokens.filter(isWord);
    const words = tokens.map(({ word }) => word.replace(/'s$/, ''));
    // Lay words are listed without hyphens, so that "follow-up" and "follow up" are one.
    const parts = words.flatMap((word, at) => word.split('-').map((part) => ({ part, at })));
    const reply = utterance.question
      ? utterances.slice(index + 1, index + 3).find(({ turn }) => turn !== utterance.turn)
      : undefined;
    const answer = reply && polarity(reply.tokens.map(({ word }) => word));
    return PROBLEMS.find(parts.map(({ part }) => part)).flatMap(({ value, from, to }) => {
      const first = parts[from]?.at ?? 0;
      const last = parts[to - 1]?.at ?? first;
      const start = tokens[first]?.start;
      const end = tokens[last]?.end;
      if (start === undefined || end === undefined) return [];
      const judged = assertion(words, first, last + 1);
      return {
        ...judged,
        negated: judged.negated || answer === 'no',
        concept: value,
        phrase: words.slice(first, last + 1).join(' '),
        start,
        end,
        speaker: utterance.speaker,
        phase: spokenPhases[index] ?? 'talk',
        question: utterance.question && answer !== 'yes',
        position: utterance.start / length,
        side: sideNear(words, first, last + 1),
        before: words.slice(Math.max(0, first - 4), first),
        introduced: utterance.start / length < 0.25 && INTRODUCES.test(words.join(' ')),
      };
    });
  });
}

function sideNear(words: readonly string[], from: number, to: number): Side | undefined {
  const near = [...words.slice(Math.max(0, from - 4), to).reverse(), ...words.slice(to, to + 4)];
  const word = near.find((one) => /^(?:right|left|bilateral|both|right-sided|left-sided)$/.test(one));
  if (!word) return undefined;
  return /^right/.test(word) ? 'right' : /^left/.test(word) ? 'left' : 'bilateral';
}
