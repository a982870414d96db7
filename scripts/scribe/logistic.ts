/** Trains a linear classifier (softmax, or logistic for one class) by AdaGrad, and writes it as a compact table. */

import type { LinearModel } from '../../bots/scribe/offline/linear.ts';

export interface Example {
  readonly features: readonly string[];
  /** Index of the right class; for a model of one class 1 or 0. */
  readonly label: number;
  readonly weight?: number;
}

export interface Training {
  readonly classes: readonly string[];
  readonly epochs: number;
  readonly rate: number;
  /** L2 penalty per update. */
  readonly decay: number;
  /** Features seen in fewer examples are left out. */
  readonly minimum: number;
  /** How many of the heaviest features are kept in the table. */
  readonly keep: number;
}

const SCALE = 100;

export function train(examples: readonly Example[], options: Training): LinearModel {
  const width = options.classes.length;
  const ids = frequentFeatures(examples, options.minimum);
  const weights = new Float64Array((ids.size + 1) * width);
  const squares = new Float64Array(weights.length).fill(1e-6);
  const rows = examples.map(({ features, label, weight = 1 }) => ({
    ids: [0, ...features.flatMap((name) => ids.get(name) ?? [])],
    label,
    weight,
  }));
  const random = generator(20230906);
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    shuffle(rows, random);
    for (const row of rows) step(row, weights, squares, width, options);
  }
  return table(ids, weights, width, options);
}

interface EncodedRow {
  readonly ids: readonly number[];
  readonly label: number;
  readonly weight: number;
}

function step(row: EncodedRow, weights: Float64Array, squares: Float64Array, width: number, options: Training): void {
  const sums = new Array<number>(width).fill(0);
  for (const id of row.ids) for (let k = 0; k < width; k++) sums[k] = (sums[k] ?? 0) + (weights[id * width + k] ?? 0);
  const chances = width === 1 ? [1 / (1 + Math.exp(-(sums[0] ?? 0)))] : normalise(sums);
  for (let k = 0; k < width; k++) {
    const target = width === 1 ? row.label : Number(row.label === k);
    const error = ((chances[k] ?? 0) - target) * row.weight;
    for (const id of row.ids) {
      const at = id * width + k;
      const gradient = error + (id ? options.decay * (weights[at] ?? 0) : 0);
      squares[at] = (squares[at] ?? 0) + gradient * gradient;
      weights[at] = (weights[at] ?? 0) - (options.rate * gradient) / Math.sqrt(squares[at] ?? 1);
    }
  }
}

function normalise(sums: readonly number[]): number[] {
  const top = Math.max(...sums);
  const powers = sums.map((value) => Math.exp(value - top));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}

function frequentFeatures(examples: readonly Example[], minimum: number): Map<string, number> {
  const seen = new Map<string, number>();
  for (const { features } of examples) for (const name of features) seen.set(name, (seen.get(name) ?? 0) + 1);
  const names = [...seen].filter(([, times]) => times >= minimum).map(([name]) => name);
  return new Map(names.map((name, index) => [name, index + 1]));
}

function table(ids: Map<string, number>, weights: Float64Array, width: number, options: Training): LinearModel {
  const row = (id: number): number[] =>
    [...weights.subarray(id * width, (id + 1) * width)].map((w) => Math.round(w * SCALE));
  const heaviest = [...ids]
    .map(([name, id]) => ({ name, row: row(id) }))
    .filter(({ row }) => row.some((weight) => weight !== 0))
    .sort((a, b) => Math.max(...b.row.map(Math.abs)) - Math.max(...a.row.map(Math.abs)))
    .slice(0, options.keep)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    scale: SCALE,
    classes: options.classes,
    bias: row(0),
    weights: Object.fromEntries(heaviest.map(({ name, row }) => [name, width === 1 ? (row[0] ?? 0) : row])),
  };
}

function shuffle<T>(list: T[], random: () => number): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j] as T, list[i] as T];
  }
}

/** A fixed seed, so that the same data gives the same table (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
