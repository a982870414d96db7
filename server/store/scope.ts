import type { Connection } from './connection.ts';

/** One transaction, or a part of it that can fail alone, while it runs. */
export class Scope {
  /** False once its function has ended: what was left running behind it does not belong to it any more. */
  open = true;
  /** By what they belong to, so that each runs once however often it was asked for. */
  readonly afterCommit = new Map<object, () => void>();
  private tail: Promise<unknown> = Promise.resolve();

  /** Runs the scope's function, and closes the scope when it and everything nested in it has ended. */
  async run<T>(work: () => Promise<T> | T): Promise<T> {
    try {
      return await work();
    } finally {
      await this.tail;
      this.open = false;
    }
  }

  /**
   * Runs a function as a part of this scope that can fail alone. What a part wrote is undone up to where it began, so
   * parts that are started side by side take turns.
   * @param enter Runs a function so that its asynchronous calls find the new scope.
   */
  nest<T>(
    db: Connection,
    work: (db: Connection) => Promise<T> | T,
    enter: (scope: Scope, run: () => Promise<T> | T) => Promise<T> | T,
  ): Promise<T> {
    const result = this.tail.then(async () => {
      const inner = new Scope();
      const mark = db.mark();
      try {
        const value = await inner.run(() => enter(inner, () => work(db)));
        inner.afterCommit.forEach((callback, key) => this.afterCommit.set(key, callback));
        return value;
      } catch (error) {
        db.undoTo(mark);
        throw error;
      }
    });
    this.tail = result.catch(() => undefined);
    return result;
  }
}
