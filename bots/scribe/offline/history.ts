/** The problems that the visit mentions and does not take up: one line of the patient's history. */

import type { Sentence } from '../types.ts';
import { series } from './answers.ts';
import { isSymptom } from './problem-features.ts';
import type { FoundProblem } from './problems.ts';

export function medicalHistory(problems: readonly FoundProblem[]): Sentence[] {
  const past = problems.filter(({ role, concept }) => role === 'history' && !isSymptom(concept));
  if (!past.length) return [];
  const names = [...new Set(past.map(({ text }) => text))];
  const text = `The patient has a history of ${series(names, 'and').replaceAll(' ,', ',')}.`;
  const evidence = past.flatMap((problem) => problem.evidence.slice(0, 1)).map((one) => ({ ...one, statement: text }));
  return [{ text, confidence: Math.min(...past.map(({ confidence }) => confidence)), evidence }];
}
