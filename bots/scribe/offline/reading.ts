/** The first half of the scribe: a transcript as statements about the patient, each with its part of the visit. */

import { patientOf } from './patient.ts';
import type { Pronouns } from './person.ts';
import { type Phase, phasesOf } from './phases.ts';
import { readUtterances, type Utterance } from './sentences.ts';
import { readStatements, type Statement } from './statements.ts';

export interface Reading {
  readonly transcript: string;
  readonly pronouns: Pronouns;
  readonly utterances: readonly Utterance[];
  readonly statements: readonly Statement[];
  /** Of each statement. */
  readonly phases: readonly Phase[];
  /** Of each utterance. */
  readonly spokenPhases: readonly Phase[];
}

export function read(transcript: string): Reading {
  const pronouns = patientOf(transcript);
  const utterances = readUtterances(transcript);
  const statements = readStatements(utterances, pronouns);
  const spokenPhases = phasesOf(utterances.map(({ tokens }) => tokens.map(({ word }) => word).join(' ')));
  const phases = statements.map(({ index }) => spokenPhases[index] ?? 'talk');
  return { transcript, pronouns, utterances, statements, phases, spokenPhases };
}
