/** Utterances as statements about the patient, in the third person; a question and its answer become one statement. */

import { answered, polarity } from './answers.ts';
import { clean } from './clean.ts';
import { writeNumbers } from './numbers.ts';
import { polish } from './polish.ts';
import { type Pronouns, toThirdPerson } from './person.ts';
import { referring } from './referring.ts';
import type { Span, Utterance } from './sentences.ts';
import type { Token } from './tokens.ts';
import type { Speaker } from './transcript.ts';

export interface Statement {
  /** The statement as it will read, lower case, without its full stop. */
  readonly words: readonly string[];
  /** What was said, cleaned, in the speaker's own person. */
  readonly said: readonly string[];
  readonly spans: readonly Span[];
  readonly speaker: Speaker;
  readonly origin: 'said' | 'answer';
  /** Where in the conversation, from 0 to 1. */
  readonly position: number;
  /** Where in the list of utterances: neighbours are near. */
  readonly index: number;
}

/** What is said to a recording device is no statement about the patient; orders given to it are read as orders. */
const COMMAND = /\b(?:dragon|show me|finalize the note|alexa)\b/;
/** Talk about the conversation itself. */
const MEANWHILE =
  /^(?:(?:we will|let's|let me|i'm going to|i will|i'll|i want to|i'd like to) (?:also )?(?:talk|look|go ahead|go over|see here|do (?:a|your|my) (?:quick |brief )?(?:physical )?exam|take a (?:quick |good )?(?:look|listen)|check (?:you )?out|pull up|discuss)|paragraph|next section|(?:here )?per (?:the|my) template)\b/;
/** Where a clinician's sentence turns into a question. */
const TURNS_TO_QUESTION = /\b(?:are|do|did|have|can|could|would|were) you\b|\bhow (?:are|is|has|have|do|about)\b/;
/** Utterances that may follow a question before its answer is given up. */
const REACH = 3;

export function readStatements(utterances: readonly Utterance[], pronouns: Pronouns): Statement[] {
  const statements: Statement[] = [];
  const length = Math.max(1, utterances.at(-1)?.end ?? 1);
  utterances.forEach((utterance, index) => {
    if (utterance.rectifies) return;
    const tokens = beforeQuestion(clean(utterance.tokens), utterance);
    const said = tokens.map(({ word }) => word);
    const correction = utterance.correction ? [utterance.correction] : [];
    const place = { said, speaker: utterance.speaker, position: utterance.start / length, index };
    if (utterance.speaker === 'clinician') {
      const reply = replyTo(utterances, index);
      const words = reply && answered(said, reply.polarity, pronouns);
      if (words) {
        const spans = [span(utterance), ...correction, span(reply.utterance)];
        statements.push({ ...place, words: polish(writeNumbers(words)), spans, origin: 'answer' });
        return;
      }
      if (utterance.question) return;
    }
    const text = said.join(' ');
    if (!tells(said) || COMMAND.test(text) || MEANWHILE.test(text)) return;
    if (utterance.speaker === 'companion' && OWN.test(text)) return;
    const told = referring(utterances, index, said, pronouns);
    if (!told) return;
    const words = polish(writeNumbers(toThirdPerson(told.words, utterance.speaker, pronouns)));
    statements.push({ ...place, words, spans: [extent(tokens), ...correction, ...told.spans], origin: 'said' });
  });
  return statements;
}

/** What a companion says of themself: "I also have a sprained ankle". */
const OWN = /^(?:i|i'm|i've|my|me|we)\b(?!.*\b(?:he|she|he's|she's|him|her|his|they|them)\b)/;

/** "in terms of your diet , are you …" says nothing after the turn; a question that is one from the start stays whole. */
function beforeQuestion(tokens: readonly Token[], { speaker, question }: Utterance): readonly Token[] {
  if (speaker !== 'clinician' || question) return tokens;
  const words = tokens.map(({ word }) => word);
  const at = words.findIndex((_, i) => i > 0 && TURNS_TO_QUESTION.test(words.slice(i, i + 2).join(' ')));
  return at < 0 ? tokens : tokens.slice(0, at);
}

/** A few words without a noun or verb of their own say nothing. */
function tells(said: readonly string[]): boolean {
  return said.filter((word) => word.length > 2).length >= 2;
}

function replyTo(
  utterances: readonly Utterance[],
  index: number,
): { utterance: Utterance; polarity: 'yes' | 'no' } | undefined {
  const asked = utterances[index];
  for (const next of utterances.slice(index + 1, index + 1 + REACH)) {
    if (next.turn === asked?.turn) {
      if (next.question || next.tokens.length > 4) return undefined;
      continue;
    }
    if (next.turn !== (asked?.turn ?? 0) + 1) return undefined;
    const found = asked?.agreed ? 'yes' : polarity(next.tokens.map(({ word }) => word));
    return found && { utterance: next, polarity: found };
  }
  return undefined;
}

/** From the first to the last of them in the transcript: what was put right stands after what it put right. */
function extent(tokens: readonly Token[]): Span {
  return {
    start: Math.min(...tokens.map(({ start }) => start)),
    end: Math.max(...tokens.map(({ end }) => end)),
  };
}

function span({ start, end }: Utterance): Span {
  return { start, end };
}
