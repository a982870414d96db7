/** A trained linear classifier as data: integer weights by feature name, one row per class. */

export interface LinearModel {
  /** Weights are integers; `scale` brings them back. */
  readonly scale: number;
  readonly classes: readonly string[];
  readonly bias: readonly number[];
  /** Per feature one weight, or one per class. */
  readonly weights: Readonly<Record<string, number | readonly number[]>>;
}

/** The raw score of every class. */
export function scores(model: LinearModel, features: readonly string[]): number[] {
  const sums = [...model.bias];
  for (const feature of features) {
    if (!Object.hasOwn(model.weights, feature)) continue;
    const weight = model.weights[feature];
    if (typeof weight === 'number') sums[0] = (sums[0] ?? 0) + weight;
    else weight?.forEach((value, index) => (sums[index] = (sums[index] ?? 0) + value));
  }
  return sums.map((sum) => sum / model.scale);
}

/** The probability of a two-class model's positive class. */
export function probability(model: LinearModel, features: readonly string[]): number {
  return 1 / (1 + Math.exp(-(scores(model, features)[0] ?? 0)));
}

/** Probabilities of a model with several classes. */
export function softmax(model: LinearModel, features: readonly string[]): number[] {
  const raw = scores(model, features);
  const top = Math.max(...raw);
  const powers = raw.map((value) => Math.exp(value - top));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}
