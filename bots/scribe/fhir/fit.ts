import type { Draft } from '../types.ts';

/**
 * What signing a whole draft may cost in writes, beside the Composition and the Provenance: together they have to fit
 * into one transaction of 40. A problem or a measurement is one write then, an order two (the proposal and what is
 * ordered on it).
 */
export const SIGNING_BUDGET = 38;

type List = 'problems' | 'orders' | 'observations';

interface Candidate {
  readonly list: List;
  readonly index: number;
  readonly cost: number;
  /** What matters most for the visit comes first; among equals, what is surest. */
  readonly rank: number;
  readonly confidence: number;
}

/**
 * The draft as far as its resources fit into one transaction: problems that were addressed before orders, orders before
 * measurements, measurements before the history. The note itself stays whole, and the order of each list too.
 */
export function fit(draft: Draft): Draft {
  const candidates: Candidate[] = [
    ...draft.problems.map(({ role, confidence }, index): Candidate => {
      return { list: 'problems', index, cost: 1, rank: role === 'addressed' ? 0 : 3, confidence };
    }),
    ...draft.orders.map(({ confidence }, index): Candidate => ({
      list: 'orders',
      index,
      cost: 2,
      rank: 1,
      confidence,
    })),
    ...draft.observations.map(({ confidence }, index): Candidate => {
      return { list: 'observations', index, cost: 1, rank: 2, confidence };
    }),
  ];
  candidates.sort((a, b) => a.rank - b.rank || b.confidence - a.confidence || a.index - b.index);
  const kept: Record<List, Set<number>> = { problems: new Set(), orders: new Set(), observations: new Set() };
  let left = SIGNING_BUDGET;
  for (const { list, index, cost } of candidates) {
    if (cost <= left) {
      kept[list].add(index);
      left -= cost;
    }
  }
  return {
    sections: draft.sections,
    problems: draft.problems.filter((_problem, index) => kept.problems.has(index)),
    orders: draft.orders.filter((_order, index) => kept.orders.has(index)),
    observations: draft.observations.filter((_observation, index) => kept.observations.has(index)),
  };
}
