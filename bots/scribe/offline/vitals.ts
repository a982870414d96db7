/** Vital signs that were said with a number, as lines of the note and as coded measurements. */

import type { Code, DraftObservation, Sentence } from '../types.ts';
import { isMeasured } from './measured.ts';
import { writeNumbers } from './numbers.ts';
import type { Reading } from './reading.ts';
import type { Utterance } from './sentences.ts';
import { LOINC, MEASURES } from './terminology.ts';
import { isWord } from './tokens.ts';

interface Vital {
  readonly label: string;
  /** How it is said, with the number as the first group. */
  readonly pattern: RegExp;
  readonly unit: string;
  readonly low: number;
  readonly high: number;
}

/** Words of the terminology by which each is found there. */
const VITALS: Readonly<Record<string, Vital>> = {
  'blood pressure': {
    label: 'Blood pressure',
    pattern: /\b(?:blood pressure|bp)\b[^.]{0,60}?\b(\d{2,3}\/\d{2,3})\b/,
    unit: 'mm[Hg]',
    low: 40,
    high: 300,
  },
  'heart rate': {
    label: 'Heart rate',
    pattern: /\b(?:heart rate|pulse)\b(?! ox)(?: [a-z]+){0,6} (\d{2,3})\b/,
    unit: '/min',
    low: 25,
    high: 250,
  },
  'respiratory rate': {
    label: 'Respiratory rate',
    pattern: /\b(?:respiratory rate|respirations?)\b(?: [a-z]+){0,5} (\d{1,2})\b/,
    unit: '/min',
    low: 4,
    high: 60,
  },
  temperature: {
    label: 'Temperature',
    pattern: /\b(?:temperature|temp)\b(?: [a-z]+){0,5} (\d{2,3}(?:(?:\.| point )\d+)?)\b/,
    unit: '[degF]',
    low: 90,
    high: 110,
  },
  'oxygen saturation': {
    label: 'Oxygen saturation',
    pattern:
      /\b(?:oxygen(?: saturation| level)?|o2(?: sat)?|saturation|pulse ox(?:imetry)?|spo2)\b(?: [a-z]+){0,7} (\d{2,3})(?: ?%)?/,
    unit: '%',
    low: 50,
    high: 100,
  },
};
const SYSTOLIC = 'systolic blood pressure';
const DIASTOLIC = 'diastolic blood pressure';
const CONFIDENCE = 0.9;

interface SaidVital extends Vital {
  readonly name: string;
  readonly value: string;
  readonly utterance: Utterance;
}

export function vitalLines({ transcript, utterances }: Reading): Sentence[] {
  return saidVitals(utterances).map(({ label, value, unit, utterance: { start, end } }) => {
    const text = `${label}: ${value}${unit === '%' ? '%' : ''}.`;
    return {
      text,
      confidence: CONFIDENCE,
      evidence: [{ statement: text, text: transcript.slice(start, end), start, end }],
    };
  });
}

export function vitalSigns({ transcript, utterances }: Reading): DraftObservation[] {
  return saidVitals(utterances).flatMap(
    ({ name, label, value, unit, utterance: { start, end } }): DraftObservation[] => {
      const code = codeFor(name);
      const text = `${label}: ${value}`;
      const evidence = [{ statement: text, text: transcript.slice(start, end), start, end }];
      const base = { category: 'vital-signs' as const, text, ...(code && { code }), confidence: CONFIDENCE, evidence };
      if (!value.includes('/')) return [{ ...base, value: { value: numberOf(value), unit } }];
      const [high = 0, low = 0] = value.split('/').map(Number);
      const systolic = codeFor(SYSTOLIC);
      const diastolic = codeFor(DIASTOLIC);
      if (!systolic || !diastolic) return [];
      return [
        {
          ...base,
          components: [
            { code: systolic, value: { value: high, unit } },
            { code: diastolic, value: { value: low, unit } },
          ],
        },
      ];
    },
  );
}

/** The last value said of each: a repeated measurement corrects the first. */
function saidVitals(utterances: readonly Utterance[]): SaidVital[] {
  const found = new Map<string, SaidVital>();
  utterances.forEach((utterance, index) => {
    if (utterance.speaker !== 'clinician') return;
    const before = utterances[index - 1];
    const text = writtenText(utterance);
    const carried = before?.turn === utterance.turn ? `${writtenText(before)} ${text}` : text;
    for (const [name, vital] of Object.entries(VITALS)) {
      const own = vital.pattern.exec(text);
      const match = own ?? (/\d/.test(text) ? vital.pattern.exec(carried) : null);
      const value = match?.[1];
      if (!match || !value || !text.includes(value) || !plausible(value, vital)) continue;
      const words = (own ? text : carried).split(' ');
      const from = wordsBefore(match.input, match.index);
      if (isMeasured(utterances, index, { words, from, to: wordsBefore(match.input, match.index + match[0].length) }))
        found.set(name, { ...vital, name, value, utterance });
    }
  });
  return Object.keys(VITALS).flatMap((name) => found.get(name) ?? []);
}

/** How many words end before a place in a text. */
const wordsBefore = (text: string, at: number): number => text.slice(0, at).split(' ').filter(Boolean).length;

function plausible(value: string, { low, high }: Vital): boolean {
  return value.split('/').every((part) => numberOf(part) >= low && numberOf(part) <= high);
}

/** Beside the name of a measurement a point that was only written can only be a decimal one. */
function numberOf(value: string): number {
  return Number(value.replace(' point ', '.'));
}

function writtenText({ tokens }: Utterance): string {
  const words = tokens.filter((token) => isWord(token) || token.word === '%').map(({ word }) => word);
  return writeNumbers(words).join(' ');
}

/** Whether a value is one that a vital sign can have; of other measures anything can be. */
export function isPlausible(loinc: string, value: number): boolean {
  const vital = Object.entries(VITALS).find(([name]) => codeFor(name)?.code === loinc)?.[1];
  return !vital || (value >= vital.low && value <= vital.high);
}

export function codeFor(name: string): Code | undefined {
  const measure = MEASURES.find(name.split(' '))[0]?.value;
  return measure && { system: LOINC, code: measure.code, display: measure.display };
}
