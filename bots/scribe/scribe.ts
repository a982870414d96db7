/**
 * The offline scribe: a visit's transcript becomes a draft note, its problems, orders and measurements.
 *
 * No network, no model service, no clock: rules and small trained tables. It extracts and rephrases; a word that nobody
 * said does not get into a statement, and every statement names the words that it rests on.
 */

import { composeNote } from './offline/compose.ts';
import { findOrders } from './offline/orders.ts';
import { isProposed, weighProblems } from './offline/problems.ts';
import { read } from './offline/reading.ts';
import { labResults } from './offline/results.ts';
import { place } from './offline/sections.ts';
import { vitalSigns } from './offline/vitals.ts';
import type { Draft } from './types.ts';

export type {
  Code,
  Draft,
  DraftObservation,
  DraftOrder,
  DraftProblem,
  Evidence,
  NoteSection,
  Quantity,
  SectionCode,
  Sentence,
} from './types.ts';

/** Version of rules and tables together; it stands in the Provenance of what they drafted. */
export const SCRIBE_VERSION = '0.2.0';

export function draft(transcript: string): Draft {
  const reading = read(transcript);
  const problems = weighProblems(reading);
  return {
    sections: composeNote(reading, place(reading), problems),
    problems: problems
      .filter(isProposed)
      .map(({ mentions: _mentions, concept: _concept, settled: _settled, ...problem }) => problem),
    orders: findOrders(reading),
    observations: [...vitalSigns(reading), ...labResults(reading)],
  };
}

/** The whole note as plain text. */
export function noteText({ sections }: Draft): string {
  return sections
    .map(({ text }) => text)
    .filter(Boolean)
    .join('\n\n');
}
