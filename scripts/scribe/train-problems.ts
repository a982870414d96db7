/** Learns which of the problems that a visit names its clinician coded, and whether they were addressed in it. */

import type { LinearModel } from '../../bots/scribe/offline/linear.ts';
import { findMentions } from '../../bots/scribe/offline/mentions.ts';
import { candidatesOf, problemFeatures } from '../../bots/scribe/offline/problem-features.ts';
import { read } from '../../bots/scribe/offline/reading.ts';
import type { CodedProblem } from './labels.ts';
import { type Example, type Training, train } from './logistic.ts';

export interface CodedVisit {
  readonly dialogue: string;
  readonly problems: readonly CodedProblem[];
}

export const PROBLEM_TRAINING: Training = {
  classes: ['coded'],
  epochs: 8,
  rate: 0.05,
  decay: 0.02,
  minimum: 3,
  keep: 1200,
};

/** A problem of the history neither helps nor harms, so it weighs little. */
const HISTORY_WEIGHT = 0.3;

export function problemExamples(visits: readonly CodedVisit[]): { coded: Example[]; addressed: Example[] } {
  const coded: Example[] = [];
  const addressed: Example[] = [];
  for (const { dialogue, problems } of visits) {
    const candidates = candidatesOf(findMentions(read(dialogue)));
    for (const candidate of candidates) {
      const features = problemFeatures(candidate, candidates);
      const category = candidate.concept.code.slice(0, 3);
      const match = problems.find(({ icd10, acceptable = [] }) =>
        [icd10, ...acceptable].some((code) => code.startsWith(category)),
      );
      coded.push({ features, label: Number(Boolean(match)), weight: match?.role === 'history' ? HISTORY_WEIGHT : 1 });
      if (match) addressed.push({ features, label: Number(match.role === 'addressed') });
    }
  }
  return { coded, addressed };
}

export function trainProblems(visits: readonly CodedVisit[]): { coded: LinearModel; addressed: LinearModel } {
  const { coded, addressed } = problemExamples(visits);
  return {
    coded: train(coded, PROBLEM_TRAINING),
    addressed: train(addressed, { ...PROBLEM_TRAINING, classes: ['addressed'] }),
  };
}
