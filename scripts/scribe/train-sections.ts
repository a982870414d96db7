/** Learns which statements of a visit belong in its note, and in which part of it. */

import { statementFeatures } from '../../bots/scribe/offline/features.ts';
import type { LinearModel } from '../../bots/scribe/offline/linear.ts';
import { read } from '../../bots/scribe/offline/reading.ts';
import { type Example, type Training, train } from './logistic.ts';
import { LABELS, labelStatements } from './oracle.ts';

export interface Visit {
  readonly dialogue: string;
  readonly note: string;
}

export const SECTION_TRAINING: Training = {
  classes: LABELS,
  epochs: 4,
  rate: 0.02,
  decay: 0.01,
  minimum: 2,
  keep: 4500,
};

export function sectionExamples(visits: readonly Visit[]): Example[] {
  return visits.flatMap(({ dialogue, note }) => {
    const { statements, phases } = read(dialogue);
    const labels = labelStatements(statements, note);
    return labels.map((label, at) => ({
      features: statementFeatures(statements, phases, at),
      label: LABELS.indexOf(label),
    }));
  });
}

export function trainSections(visits: readonly Visit[]): LinearModel {
  return train(sectionExamples(visits), SECTION_TRAINING);
}
