import { clearTimeout, setTimeout } from 'node:timers';
import type { Failure } from './ask.ts';

/** A request of a provider's client that did not succeed, by its kind. What the provider said stays out of our logs. */
export class ProviderFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`The provider's service failed: ${failure}.`);
    this.failure = failure;
  }
}

/**
 * Does what may take several requests within one time limit.
 * @throws ProviderFailure of any error of a provider's client.
 */
export async function within<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  try {
    return await work(controller.signal);
  } catch (thrown) {
    throw new ProviderFailure(controller.signal.aborted ? 'timeout' : kindOf(thrown));
  } finally {
    clearTimeout(timer);
  }
}

/** Both clients throw errors with the HTTP status, or without one where there was no answer. */
function kindOf(thrown: unknown): Failure {
  const status = (thrown as { status?: unknown } | null)?.status;
  if (typeof status !== 'number' || status === 408 || status === 409 || status === 429 || status >= 500) {
    return 'unavailable';
  }
  return 'rejected';
}
