/** The review of systems: what the patient says they have and have not, gathered by system. */

import type { Evidence, Sentence } from '../types.ts';
import { speaksOfAllergy } from './allergies.ts';
import { polarity, series } from './answers.ts';
import { assertion } from './assertion.ts';
import { type System, SYMPTOMS, SYSTEMS } from './lexicon/symptoms.ts';
import { isPresumed } from './mentions.ts';
import { PhraseTable } from './phrases.ts';
import type { Reading } from './reading.ts';
import type { Utterance } from './sentences.ts';
import { isWord } from './tokens.ts';
import { isOthers } from './whose.ts';

interface Symptom {
  readonly written: string;
  readonly system: System;
}

interface Finding extends Symptom {
  readonly present: boolean;
  readonly start: number;
  readonly end: number;
}

const TABLE = new PhraseTable<Symptom>(
  SYSTEMS.flatMap((system) =>
    SYMPTOMS[system].flatMap((line) => {
      const [written = '', ...said] = line.split('|');
      return [written, ...said].map((phrase) => [phrase, { written, system }] as const);
    }),
  ),
);
const ENDORSED = /\b(?:endors|report|complain|you (?:have|had|feel|said|mentioned)|you(?:'re| are) having)/;
const CONFIDENCE = 0.8;

export function reviewOfSystems(reading: Reading): Sentence[] {
  const findings = latest(collect(reading));
  return SYSTEMS.flatMap((system) => {
    const own = findings.filter((finding) => finding.system === system);
    if (!own.length) return [];
    const has = own.filter(({ present }) => present).map(({ written }) => written);
    const hasNot = own.filter(({ present }) => !present).map(({ written }) => written);
    const parts = [
      has.length ? `Reports ${series(has, 'and')}.` : '',
      hasNot.length ? `Denies ${series(hasNot, 'or')}.` : '',
    ];
    const text = `${system}: ${parts.filter(Boolean).join(' ').replaceAll(' ,', ',')}`;
    return [{ text, confidence: CONFIDENCE, evidence: own.map((finding) => quote(reading, finding)) }];
  });
}

function quote({ transcript }: Reading, { written, present, start, end }: Finding): Evidence {
  return { statement: `${present ? 'Reports' : 'Denies'} ${written}.`, text: transcript.slice(start, end), start, end };
}

/** What was said last of a symptom counts; what was said to be there stays there. */
function latest(findings: readonly Finding[]): Finding[] {
  const byName = new Map<string, Finding>();
  for (const finding of findings) {
    if (!byName.get(finding.written)?.present) byName.set(finding.written, finding);
  }
  return [...byName.values()];
}

function collect({ utterances, spokenPhases }: Reading): Finding[] {
  return utterances.flatMap((utterance, index) => {
    if (utterance.speaker === 'companion' || spokenPhases[index] === 'plan') return [];
    if (speaksOfAllergy(utterances, index)) return [];
    const tokens = utterance.tokens.filter(isWord);
    const words = tokens.map(({ word }) => word);
    const reply = utterance.speaker === 'clinician' ? replyAfter(utterances, index) : undefined;
    const answer = utterance.agreed ? 'yes' : reply && polarity(reply.tokens.map(({ word }) => word));
    const hits = TABLE.find(words);
    return hits.flatMap(({ value, from, to }) => {
      const judged = assertion(words, from, to);
      const start = tokens[from]?.start;
      const end = tokens[to - 1]?.end;
      if (judged.family || judged.hypothetical || isOthers(tokens, from, utterance.speaker)) return [];
      if ((answer === 'no' && isPresumed(words, from)) || start === undefined || end === undefined) return [];
      const present = standing(utterance, words, judged.negated, answer, hits.length);
      if (present === undefined) return [];
      // A question is nothing without its answer.
      const last = utterance.speaker === 'clinician' && answer && reply ? reply.end : end;
      return [{ ...value, present, start, end: last }];
    });
  });
}

/** Whether a symptom is there, is not, or nothing was settled. */
function standing(
  utterance: Utterance,
  words: readonly string[],
  negated: boolean,
  answer: 'yes' | 'no' | undefined,
  symptoms: number,
): boolean | undefined {
  if (utterance.speaker === 'patient') return utterance.question ? undefined : !negated;
  const asks = utterance.question || words.includes('any');
  if (asks && answer === 'no') return false;
  if (asks) return answer === 'yes' && symptoms === 1 ? true : undefined;
  return ENDORSED.test(words.join(' ')) && !negated ? true : undefined;
}

function replyAfter(utterances: readonly Utterance[], index: number): Utterance | undefined {
  const asked = utterances[index];
  const next = utterances.slice(index + 1, index + 3).find(({ turn }) => turn !== asked?.turn);
  return next && next.turn === (asked?.turn ?? 0) + 1 && next.speaker !== 'clinician' ? next : undefined;
}
