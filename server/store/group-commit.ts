import { setImmediate } from 'node:timers';
import type { Connection } from './connection.ts';

/** The most jobs that share a commit: bounds what the first of them waits for. */
const MAX_GROUP = 64;

interface Job {
  run: () => Promise<void> | void;
  /** The job's work is in the open group; it counts once the group is committed. */
  applied: boolean;
  settle: () => void;
  fail: (error: unknown) => void;
}

/**
 * Runs write jobs one after the other on one connection and lets those that arrive together share one COMMIT, and so
 * one wait for the disk. A job that fails is rolled back alone; a commit that fails, fails every job in it.
 */
export class GroupCommit {
  private readonly queue: Job[] = [];
  private running = false;
  private idle: (() => void)[] = [];
  private readonly connection: Connection;
  private readonly onRollback: () => void;

  /**
   * @param connection The writing connection.
   * @param onRollback Called after anything was rolled back, so that what was cached of it can be forgotten.
   */
  constructor(connection: Connection, onRollback: () => void) {
    this.connection = connection;
    this.onRollback = onRollback;
  }

  /** Runs a job exclusively. The promise resolves once what it did is durable. */
  submit<T>(work: () => Promise<T> | T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: T;
      this.queue.push({
        run: () => {
          const outcome = work();
          if (outcome instanceof Promise) {
            return outcome.then((value) => {
              result = value;
            });
          }
          result = outcome;
          return undefined;
        },
        applied: false,
        settle: () => resolve(result),
        fail: reject,
      });
      if (!this.running) {
        this.running = true;
        void this.drain();
      }
    });
  }

  /** Resolves when nothing is queued or running. */
  whenIdle(): Promise<void> {
    return this.running ? new Promise((resolve) => this.idle.push(resolve)) : Promise.resolve();
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      // The rest of this turn's requests may still add theirs.
      await nextTurn();
      await this.runGroup();
    }
    this.running = false;
    this.idle.splice(0).forEach((resolve) => resolve());
  }

  private async runGroup(): Promise<void> {
    const group: Job[] = [];
    try {
      this.connection.begin();
    } catch (error) {
      this.queue.splice(0).forEach((job) => job.fail(error));
      return;
    }
    while (group.length < MAX_GROUP) {
      const job = this.queue.shift();
      if (!job) {
        break;
      }
      group.push(job);
      await this.runJob(job);
      if (!this.connection.inTransaction()) {
        break; // SQLite gave up the whole transaction (disk full, I/O error): nothing of the group is left.
      }
      if (this.queue.length === 0) {
        // A commit costs more than a look at who else has come.
        await nextTurn();
      }
    }
    this.commit(group.filter((job) => job.applied));
  }

  private async runJob(job: Job): Promise<void> {
    const mark = this.connection.mark();
    try {
      const running = job.run();
      if (running) {
        await running;
      }
      job.applied = true;
    } catch (error) {
      this.connection.undoTo(mark);
      this.onRollback();
      job.fail(error);
    }
  }

  private commit(applied: Job[]): void {
    try {
      this.connection.commit();
    } catch (error) {
      this.connection.rollback();
      this.onRollback();
      applied.forEach((job) => job.fail(error));
      return;
    }
    applied.forEach((job) => job.settle());
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
