import { toOutcome } from './outcome.ts';

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
      const issue = toOutcome(thrown)?.issue[0];
      if (issue?.code === 'throttled') {
        throw thrown;
      }
      failed.push(`${item.resourceType}/${item.id} ${issue?.code ?? 'error'}`);
    }
  }
  if (failed.length > 0) {
    throw new Error(`${failed.length} of ${items.length} failed: ${failed.slice(0, 20).join(', ')}`);
  }
}
