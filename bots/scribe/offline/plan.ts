/** Assessment and plan: the statements of the last part of the visit under the problem that they are about. */

import type { Sentence } from '../types.ts';
import { HEADINGS, type Kind, kindOf } from './kinds.ts';
import { withAbbreviation } from './lexicon/clinical-names.ts';
import type { FoundProblem } from './problems.ts';
import type { Reading } from './reading.ts';
import { sentence } from './render.ts';
import type { Placed } from './sections.ts';
import { write } from './write.ts';

/** The order in which they stand under a problem. */
const ORDER: readonly Kind[] = ['testing', 'treatment', 'referral', 'education', 'follow-up'];

/** What a clinician decides: a patient who asks for a drug has not been given it. */
const DECIDED: ReadonlySet<Kind> = new Set(['testing', 'treatment', 'referral']);

interface Item {
  readonly kind: Kind;
  readonly sentence: Sentence;
}

export interface Group {
  /** The problem's line; none for what was said before any problem was named. */
  readonly problem: Sentence | undefined;
  readonly items: readonly Item[];
}

/** One group per problem, in the order in which the plan takes them up. */
export function groupPlan(reading: Reading, placed: readonly Placed[], problems: readonly FoundProblem[]): Group[] {
  const addressed = problems.filter(({ role }) => role === 'addressed');
  const groups = new Map<FoundProblem | undefined, Item[]>([[undefined, []]]);
  let current: FoundProblem | undefined = addressed.length === 1 ? addressed[0] : undefined;
  for (const { statement, confidence } of placed) {
    current = named(statement.spans[0], addressed) ?? current;
    const kind = kindOf(statement.words);
    if (DECIDED.has(kind) && statement.speaker !== 'clinician') continue;
    const items = groups.get(current) ?? [];
    groups.set(current, [...items, { kind, sentence: write(reading, statement, confidence) }]);
  }
  for (const problem of addressed) if (!groups.has(problem)) groups.set(problem, []);
  return [...groups].flatMap(([problem, items]) =>
    problem || items.length ? [{ problem: problem && headline(problem), items }] : [],
  );
}

function named(
  span: { start: number; end: number } | undefined,
  problems: readonly FoundProblem[],
): FoundProblem | undefined {
  if (!span) return undefined;
  return problems.find(({ mentions }) => mentions.some(({ start, end }) => start < span.end && end > span.start));
}

function headline({ text, confidence, evidence }: FoundProblem): Sentence {
  const line = sentence(withAbbreviation(text).split(' '));
  return { text: line, confidence, evidence: evidence.map((one) => ({ ...one, statement: line })) };
}

/** The lines of one group that belong to the given kinds, each kind under its name. */
export function linesOf({ items }: Group, kinds: readonly Kind[] = ORDER): string[] {
  return kinds.flatMap((kind) => {
    const own = items.filter((item) => item.kind === kind).map((item) => item.sentence.text);
    return own.length ? [`- ${HEADINGS[kind]}: ${own[0]}`, ...own.slice(1)] : [];
  });
}
