/** Reads the hand-coded problems of the visits: one JSON object a line. */

import { readFileSync } from 'node:fs';

/** A problem as the annotator coded it, with the other codes that would have been right. */
export interface CodedProblem {
  readonly icd10: string;
  readonly acceptable?: readonly string[];
  readonly role: 'addressed' | 'history';
}

interface CodedEncounter {
  readonly encounter_id: string;
  readonly problems: readonly CodedProblem[];
}

export function readLabels(file: string): Map<string, readonly CodedProblem[]> {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim());
  const encounters = lines.map((line) => JSON.parse(line) as CodedEncounter);
  return new Map(encounters.map(({ encounter_id, problems }) => [encounter_id, problems]));
}
