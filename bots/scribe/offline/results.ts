/** Laboratory values that were said with a number. */

import type { DraftObservation } from '../types.ts';
import { isMeasured } from './measured.ts';
import { writeNumbers } from './numbers.ts';
import type { Reading } from './reading.ts';
import { phrase } from './render.ts';
import { LOINC, MEASURES } from './terminology.ts';
import { isWord } from './tokens.ts';
import { saysOtherUnit } from './units.ts';

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
  utterances.forEach((utterance, index) => {
    if (utterance.speaker !== 'clinician') return;
    const words = writeNumbers(utterance.tokens.filter(isWord).map(({ word }) => word));
    for (const { value: measure, from, to } of MEASURES.find(words)) {
      const said = VITAL.has(measure.code) || !measure.unit ? undefined : valueAfter(words, to);
      if (!said || found.has(measure.code) || !isMeasured(utterances, index, { words, from, to: said.to })) continue;
      // A code is of one kind of unit: what was said in another would be another number.
      if (saysOtherUnit(words, said.to, measure.unit ?? '')) continue;
      const { value } = said;
      const { start, end } = utterance;
      const text = `${phrase(words.slice(from, to))}: ${value}${measure.unit === '%' ? '%' : ''}`;
      found.set(measure.code, {
        category: 'laboratory',
        text,
        code: { system: LOINC, code: measure.code, display: measure.display },
        value: { value, unit: measure.unit ?? '' },
        confidence: CONFIDENCE,
        evidence: [{ statement: text, text: transcript.slice(start, end), start, end }],
      });
    }
  });
  return [...found.values()];
}

interface Value {
  readonly value: number;
  /** The word after it. */
  readonly to: number;
}

function valueAfter(words: readonly string[], at: number): Value | undefined {
  for (let i = at; i < Math.min(words.length, at + REACH); i++) {
    const number = /^(\d+(?:\.\d+)?)%?$/.exec(words[i] ?? '')?.[1];
    const fraction = words[i + 1] === 'point' ? /^\d+$/.exec(words[i + 2] ?? '')?.[0] : undefined;
    if (number) return { value: Number(fraction ? `${number}.${fraction}` : number), to: i + (fraction ? 3 : 1) };
    if (!BETWEEN.test(words[i] ?? '')) return undefined;
  }
  return undefined;
}
