import type { Logger } from './log.ts';

/** Work that nobody waits for, kept in sight: so that a test can wait for it, and a shutdown lets it end. */
export class Background {
  private readonly running = new Set<Promise<void>>();
  private readonly log: Logger;

  constructor(log: Logger) {
    this.log = log;
  }

  /** How much is running. */
  get size(): number {
    return this.running.size;
  }

  /** Starts work; an error in it is logged, as there is nobody to throw it at. */
  run(work: () => Promise<void>): void {
    const running = work()
      .catch((err: unknown) => this.log.error('background work failed', err))
      .finally(() => this.running.delete(running));
    this.running.add(running);
  }

  /** Resolves once nothing is running. */
  async idle(): Promise<void> {
    while (this.running.size > 0) {
      await Promise.all(this.running);
    }
  }
}
