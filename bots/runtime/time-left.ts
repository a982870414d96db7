import { performance } from 'node:perf_hooks';

/**
 * Tells whether a run has time left for one more unit of work. By the process's own time, not by the time of day, which
 * stands still under a test's clock.
 * @param ms - From now on.
 */
export function timeIsLeft(ms: number): () => boolean {
  const started = performance.now();
  return () => performance.now() - started < ms;
}
