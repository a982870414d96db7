/** Scores as the lines that a bench prints. */

import type { Scores } from './score.ts';

const figure = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(1));

export function report(scores: Scores): string {
  const lines = [
    `notes ${scores.notes}/${scores.visits}`,
    `R1 ${figure(scores.r1)} ±${figure(scores.r1Error)}  R2 ${figure(scores.r2)}  RLsum ${figure(scores.rLsum)}`,
    `drugs P ${figure(scores.drugPrecision)} R ${figure(scores.drugRecall)} F1 ${figure(scores.drugF1)}  not in the transcript ${figure(scores.drugsNotSaid)} %`,
    `numbers in the transcript ${figure(scores.numbersGrounded)} %  of those the clinician kept ${figure(scores.numbersKept)} %  complaints found ${figure(scores.complaintsFound)} %`,
  ];
  if (scores.icdF1 !== undefined) {
    lines.push(
      `ICD-10-CM categories P ${figure(scores.icdPrecision)} R ${figure(scores.icdRecall)} F1 ${figure(scores.icdF1)}`,
    );
  }
  return lines.join('\n');
}
