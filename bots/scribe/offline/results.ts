/** Laboratory values that were said with a number. */

import type { DraftObservation } from '../types.ts';
import { writeNumbers } from './numbers.ts';
import type { Reading } from './reading.ts';
import { LOINC, MEASURES } from './terminology.ts';
import { isWord } from './tokens.ts';

/** Words that may stand between the name of a test and its value. */
const BETWEEN =
  /^(?:level|levels|value|is|was|of|at|about|around|were|are|came|come|back|to|up|down|currently|right|now|today|today's|a|count|result|shows|showed|has|been|running|it|it's|which|your|last|time|the|little|bit|high|low|elevated)$/;
const REACH = 8;
const VITAL = new Set([
  '85354-9',
  '8480-6',
  '8462-4',
  '8867-4',
  '9279-1',
  '8310-5',
  '8302-2',
  '29463-7',
  '2708-6',
  '39156-5',
]);
const CONFIDENCE = 0.75;

export function labResults({ transcript, utterances }: Reading): DraftObservation[] {
  const found = new Map<string, DraftObservation>();
  for (const utterance of utterances) {
    if (utterance.speaker !== 'clinician' || utterance.question) continue;
    const words = writeNumbers(utterance.tokens.filter(isWord).map(({ word }) => word));
    for (const { value: measure, from, to } of MEASURES.find(words)) {
      const value = VITAL.has(measure.code) || !measure.unit ? undefined : valueAfter(words, to);
      if (value === undefined || found.has(measure.code)) continue;
      const { start, end } = utterance;
      const text = `${words.slice(from, to).join(' ')}: ${value}`;
      found.set(measure.code, {
        category: 'laboratory',
        text,
        code: { system: LOINC, code: measure.code, display: measure.display },
        value: { value, unit: measure.unit ?? '' },
        confidence: CONFIDENCE,
        evidence: [{ statement: text, text: transcript.slice(start, end), start, end }],
      });
    }
  }
  return [...found.values()];
}

function valueAfter(words: readonly string[], at: number): number | undefined {
  for (let i = at; i < Math.min(words.length, at + REACH); i++) {
    const number = /^(\d+(?:\.\d+)?)%?$/.exec(words[i] ?? '')?.[1];
    const fraction = words[i + 1] === 'point' ? /^\d+$/.exec(words[i + 2] ?? '')?.[0] : undefined;
    if (number) return Number(fraction ? `${number}.${fraction}` : number);
    if (!BETWEEN.test(words[i] ?? '')) return undefined;
  }
  return undefined;
}
