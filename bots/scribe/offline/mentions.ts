/** Every problem that the conversation names, with what it says of it at that place. */

import { speaksOfAllergy } from './allergies.ts';
import { polarity } from './answers.ts';
import { assertion, type Assertion } from './assertion.ts';
import { isDiagnosis, isHeading, type Phase } from './phases.ts';
import type { Reading } from './reading.ts';
import type { Utterance } from './sentences.ts';
import { namesProblem } from './lexicon/ambiguous.ts';
import { type Concept, PROBLEMS, type Side } from './terminology.ts';
import { isWord } from './tokens.ts';
import type { Speaker } from './transcript.ts';
import { isOthers } from './whose.ts';

export interface Mention extends Assertion {
  readonly concept: Concept;
  readonly phrase: string;
  readonly start: number;
  readonly end: number;
  /** Where somebody put right what is said there. */
  readonly correction?: { readonly start: number; readonly end: number };
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
  /** The answer to a question for the patient's history. */
  readonly asked: boolean;
  /** The clinician says that it is so: "you have gout". */
  readonly stated: boolean;
  /** The clinician says so late in the visit, or what to do about it: "for your gout, continue the allopurinol". */
  readonly taken: boolean;
}

const INTRODUCES =
  /\b(?:here (?:today )?(?:for|with|to)|presents?|presenting|comes? in|in (?:today )?(?:for|with)|year[- ]old|medical history|chief complaint|follow[- ]?up|referred)\b/;

const TESTED = /^(?:tests?|testing|swabs?|titers?|cultures?|screens?|screening|panel|vaccines?|shots?)$/;
/** From here on a visit is about what is, not about what was. */
const LATE = 0.4;
const FOR = /\bfor (?:your|the|his|her|their)(?: [a-z]+)?$/;
const TREATED =
  /\b(?:start|continue|prescrib\w+|increase|decrease|order|refer\w*|check|recheck|repeat|take|use|keep|refill|add|switch|treat\w*)\b/;
/** What allergies bring about. */
const REACTION = /^(?:L27|L29|L50|R06|R21|R22|T78)/;
/** How many sentences of an answer may stand between a question and a problem. */
const LOOK_BACK = 4;
const ASKS_HISTORY =
  /\b(?:(?:medical|surgical|health) (?:history|problems?|conditions?|issues?)|(?:other|any) (?:surger(?:y|ies)|operations?|procedures|conditions|diagnoses)|surger(?:y|ies) in the past|past surger(?:y|ies)|diagnosed with|history of)\b/;

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
    const answer = utterance.agreed ? 'yes' : reply && polarity(reply.tokens.map(({ word }) => word));
    const asked = utterance.speaker !== 'clinician' && ASKS_HISTORY.test(questionBefore(utterances, index));
    return PROBLEMS.find(parts.map(({ part }) => part)).flatMap(({ value, from, to }) => {
      const first = parts[from]?.at ?? 0;
      const last = parts[to - 1]?.at ?? first;
      const start = tokens[first]?.start;
      const end = tokens[last]?.end;
      if (start === undefined || end === undefined) return [];
      // A "strep test" is no strep.
      if (/^[A-Q]/.test(value.code) && TESTED.test(words[last + 1] ?? '')) return [];
      if (REACTION.test(value.code) && speaksOfAllergy(utterances, index)) return [];
      if (!namesProblem(words.slice(first, last + 1).join(' '), words.slice(0, first), words.slice(last + 1)))
        return [];
      const judged = assertion(words, first, last + 1);
      const phase = spokenPhases[index] ?? 'talk';
      const place = utterance.start / length;
      const stated = utterance.speaker === 'clinician' && isDiagnosis(words, first, last + 1);
      return {
        ...judged,
        negated: judged.negated || (answer === 'no' && !isPresumed(words, first)),
        family: judged.family || isOthers(tokens, first, utterance.speaker),
        concept: value,
        phrase: words.slice(first, last + 1).join(' '),
        start,
        end,
        ...(utterance.correction && { correction: utterance.correction }),
        speaker: utterance.speaker,
        phase,
        question: utterance.question && answer !== 'yes',
        position: place,
        side: sideNear(words, first, last + 1),
        before: words.slice(Math.max(0, first - 4), first),
        introduced: place < 0.25 && INTRODUCES.test(words.join(' ')),
        asked,
        stated,
        taken:
          (stated && (phase === 'plan' || place >= LATE)) ||
          (utterance.speaker === 'clinician' && phase === 'plan' && isTreated(words, first, last + 1)),
      };
    });
  });
}

function isTreated(words: readonly string[], at: number, to: number): boolean {
  if (isHeading(words, at, to)) return true;
  return FOR.test(words.slice(Math.max(0, at - 4), at).join(' ')) && TREATED.test(words.join(' '));
}

const PRESUMES = /\b(?:for|because of|from|due to|helps?|helped|about) (?:the|your|this|that|these|those)(?: [a-z]+)?$/;

/** "Do you take anything for the headache?": whatever the answer, there is a headache, or nothing is said of one. */
export function isPresumed(words: readonly string[], at: number): boolean {
  return PRESUMES.test(words.slice(Math.max(0, at - 4), at).join(' '));
}

/** What the turn before asked last. */
function questionBefore(utterances: readonly Utterance[], index: number): string {
  const turn = utterances[index]?.turn ?? 0;
  const before = utterances.slice(Math.max(0, index - LOOK_BACK), index).findLast((other) => other.turn < turn);
  const isAsking = before?.speaker === 'clinician' && before.question && before.turn === turn - 1;
  return isAsking ? before.tokens.map(({ word }) => word).join(' ') : '';
}

function sideNear(words: readonly string[], from: number, to: number): Side | undefined {
  const near = [...words.slice(Math.max(0, from - 4), to).reverse(), ...words.slice(to, to + 4)];
  const word = near.find((one) => /^(?:right|left|bilateral|both|right-sided|left-sided)$/.test(one));
  if (!word) return undefined;
  return /^right/.test(word) ? 'right' : /^left/.test(word) ? 'left' : 'bilateral';
}
