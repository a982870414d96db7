/** Decides which statements go into the note, and into which part: a trained table, with the phases as its guide. */

import { namesDrug } from './drugs.ts';
import { statementFeatures } from './features.ts';
import { type LinearModel, softmax } from './linear.ts';
import model from './model/sections.json' with { type: 'json' };
import type { Phase } from './phases.ts';
import { kindOf } from './kinds.ts';
import type { Reading } from './reading.ts';
import type { Statement } from './statements.ts';
import { isVerb } from './verbs.ts';

export type Part = 'subjective' | 'exam' | 'results' | 'plan';

export interface Placed {
  readonly statement: Statement;
  readonly part: Part;
  /** How sure the table is that the statement belongs in a note. */
  readonly confidence: number;
}

/** Chosen on the validation notes: lower keeps more drugs and numbers, higher reads tighter. */
const THRESHOLD = 0.42;
/** A drug that was named and is missing from the note costs more than a sentence too many. */
const DRUG_THRESHOLD = 0.15;
/** So does a number, if less. */
const NUMBER_THRESHOLD = 0.34;

export function place(reading: Reading, table: LinearModel = model): Placed[] {
  const { statements, phases } = reading;
  return statements.flatMap((statement, at) => {
    const chances = softmax(table, statementFeatures(statements, phases, at));
    const confidence = 1 - (chances[0] ?? 1);
    const part = settle(bestPart(chances), statement, phases[at] ?? 'talk');
    if (confidence < threshold(statement.words)) return [];
    if (!isWhole(statement.words, part)) return [];
    return [{ statement, part, confidence }];
  });
}

function threshold(words: readonly string[]): number {
  if (namesDrug(words)) return DRUG_THRESHOLD;
  return words.some((word) => /\d/.test(word)) ? NUMBER_THRESHOLD : THRESHOLD;
}

/** What the clinician says under the heading of the plan is no history, and what was said before it is no plan yet. */
function settle(part: Part, statement: Statement, phase: Phase): Part {
  const clinician = statement.speaker === 'clinician';
  if (part === 'subjective' && phase === 'plan' && clinician && statement.position > 0.4) return 'plan';
  if (part === 'plan' && phase === 'talk' && kindOf(statement.words) === 'reasoning') return 'subjective';
  return part;
}

/** Findings are written without a verb; elsewhere a run of words without one is a scrap of talk. */
function isWhole(words: readonly string[], part: Part): boolean {
  return (
    part === 'exam' || part === 'results' || words.some((word) => isVerb(word) || /\d/.test(word)) || namesDrug(words)
  );
}

function bestPart(chances: readonly number[]): Part {
  const parts = model.classes.slice(1);
  const best = parts.reduce((top, _, i) => ((chances[i + 1] ?? 0) > (chances[top + 1] ?? 0) ? i : top), 0);
  return parts[best] as Part;
}
