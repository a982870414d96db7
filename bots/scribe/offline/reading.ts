/** The first half of the scribe: a transcript as statements about the patient, each with its part of the visit. */

import { withoutInstructions } from './instructions.ts';
import { isEnglish } from './language.ts';
import { withoutMarkup } from './markup.ts';
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
  // What is said to machines is not said to anybody, and what is not English is not understood: both are passed over.
  const plain = withoutMarkup(withoutInstructions(transcript));
  const spoken = isEnglish(plain) ? plain : '';
  const pronouns = patientOf(spoken);
  const utterances = readUtterances(spoken);
  const statements = readStatements(utterances, pronouns);
  const length = Math.max(1, utterances.at(-1)?.end ?? 1);
  const spokenPhases = phasesOf(
    utterances.map(({ tokens, speaker, start }) => {
      return { text: tokens.map(({ word }) => word).join(' '), speaker, position: start / length };
    }),
  );
  const phases = statements.map(({ index }) => spokenPhases[index] ?? 'talk');
  return { transcript, pronouns, utterances, statements, phases, spokenPhases };
}
