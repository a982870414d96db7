import { toOutcome } from './outcome.ts';

/** Some of several units of work failed: which ones, by ids and codes. */
class PartlyFailed extends Error {}

/**
 * Does one unit of work after another, of which one that fails does not stop the others. A used-up quota stops them
 * all: what is left is for the next run.
 * @throws Error at the end, if any failed, so that the run is recorded as failed.
 */
export async function each<T extends { readonly resourceType: string; readonly id?: string }>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const failed: string[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (thrown) {
      failed.push(`${item.resourceType}/${item.id} ${reasonOf(thrown)}`);
    }
  }
  if (failed.length > 0) {
    throw new PartlyFailed(`${failed.length} of ${items.length} failed: ${failed.slice(0, 20).join(', ')}`);
  }
}

/**
 * Does the parts of a run one after another, of which one that fails does not stop the next. A used-up quota does.
 * @throws Error at the end, if any failed.
 */
export async function inTurn(...parts: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failed: string[] = [];
  for (const [index, part] of parts.entries()) {
    try {
      await part();
    } catch (thrown) {
      failed.push(`${thrown instanceof PartlyFailed ? '' : `part ${index + 1}: `}${reasonOf(thrown)}`);
    }
  }
  if (failed.length > 0) {
    throw new PartlyFailed(failed.join('; '));
  }
}

/**
 * The code of what was thrown. A text may name a patient's values, so it is not told.
 * @throws What says that the quota is used up.
 */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof PartlyFailed) {
    return thrown.message;
  }
  const issue = toOutcome(thrown)?.issue[0];
  if (issue?.code === 'throttled') {
    throw thrown;
  }
  return issue?.code ?? 'error';
}
