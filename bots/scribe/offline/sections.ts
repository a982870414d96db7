/** Decides which statements go into the note, and into which part: a trained table, with the phases as its guide. */

import { namesDrug } from './drugs.ts';
import { statementFeatures } from './features.ts';
import { type LinearModel, softmax } from './linear.ts';
import model from './model/sections.json' with { type: 'json' };
import type { Reading } from './reading.ts';
import type { Statement } from './statements.ts';

export type Part = 'subjective' | 'exam' | 'results' | 'plan';

export interface Placed {
  readonly statement: Statement;
  readonly part: Part;
  /** How sure the table is that the statement belongs in a note. */
  readonly confidence: number;
}

/** Chosen on the validation notes: lower keeps more drugs and numbers, higher reads tighter. */
const THRESHOLD = 0.38;
/** A drug that was named and is missing from the note costs more than a sentence too many. */
const DRUG_THRESHOLD = 0.2;

export function place(reading: Reading, table: LinearModel = model): Placed[] {
  const { statements, phases } = reading;
  return statements.flatMap((statement, at) => {
    const chances = softmax(table, statementFeatures(statements, phases, at));
    const confidence = 1 - (chances[0] ?? 1);
    if (confidence < (namesDrug(statement.words) ? DRUG_THRESHOLD : THRESHOLD)) return [];
    return [{ statement, part: bestPart(chances), confidence }];
  });
}

function bestPart(chances: readonly number[]): Part {
  const parts = model.classes.slice(1);
  const best = parts.reduce((top, _, i) => ((chances[i + 1] ?? 0) > (chances[top + 1] ?? 0) ? i : top), 0);
  return parts[best] as Part;
}
