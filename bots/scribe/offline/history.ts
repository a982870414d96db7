/** The problems that the visit mentions and does not take up: one line of the patient's history. */

import type { Sentence } from '../types.ts';
import { series } from './answers.ts';
import { MEASURED, withAbbreviation } from './lexicon/clinical-names.ts';
import type { Mention } from './mentions.ts';
import type { FoundProblem } from './problems.ts';
import { isSymptom } from './terminology.ts';

/** Today's injuries and scars, encounters, screening, vaccines, counselling and stress: not what a patient has a history of. */
const TODAY = /^(?:[ST]|L90|Z0|Z1|Z2|Z30|Z7[13])/;
/** Accidents; allergies have lines of their own. */
const EVENT = /^(?:[VWXY]|Z88|Z91\.0)/;
/** A runny nose, an ear that hurts: symptoms outside of the chapter of symptoms. */
const SYMPTOM = /^(?:J02\.9|J34\.89|H92\.0|H57\.1|N64\.4|N23)/;
const PREFIX = /^(?:(?:a |prior |previous )?history of )+/;

export function medicalHistory(problems: readonly FoundProblem[]): Sentence[] {
  const past = problems.filter(isPast);
  if (!past.length) return [];
  const names = [...new Set(past.map(nameOf))];
  const text = `The patient has a history of ${series(names, 'and').replaceAll(' ,', ',')}.`;
  const evidence = past.flatMap((problem) => problem.evidence.slice(0, 1)).map((one) => ({ ...one, statement: text }));
  return [{ text, confidence: Math.min(...past.map(({ confidence }) => confidence)), evidence }];
}

function nameOf({ text, mentions }: FoundProblem): string {
  return `${withAbbreviation(text.replace(PREFIX, ''))}${mentions.some(({ resolved }) => resolved) ? ' (resolved)' : ''}`;
}

function isPast({ role, concept, mentions }: FoundProblem): boolean {
  if (role !== 'history' || isSymptom(concept) || EVENT.test(concept.code) || SYMPTOM.test(concept.code)) return false;
  if (TODAY.test(concept.code) && !mentions.some(isAboutThen)) return false;
  const named = mentions.filter(({ phrase }) => !MEASURED.has(phrase));
  // What the clinician says is so, or speaks of only while examining, looking at results or planning, was found today.
  return named.some((mention) => {
    const { uncertain, phase, speaker, stated } = mention;
    return !uncertain && ((phase === 'talk' && !stated) || speaker === 'patient' || isAboutThen(mention));
  });
}

const isAboutThen = ({ asked, past, resolved }: Mention): boolean => asked || past || resolved;
