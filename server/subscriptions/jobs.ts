import type { Connection } from '../store/connection.ts';
import type { Store } from '../store/store.ts';

/** One delivery that is owed. */
export interface Job {
  id: number;
  project: string;
  subscription: string;
  resourceType: string;
  resourceId: string;
  versionId: string;
  interaction: 'create' | 'update' | 'delete';
  /** When the change was made. */
  requested: string;
  /** Deliveries that were tried and failed. */
  attempts: number;
}

/** A delivery to be owed from now on. */
export type NewJob = Omit<Job, 'id' | 'attempts'> & { toBot: boolean };

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS subscription_job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    subscription TEXT NOT NULL,
    resourceType TEXT NOT NULL,
    resourceId TEXT NOT NULL,
    versionId TEXT NOT NULL,
    interaction TEXT NOT NULL,
    requested TEXT NOT NULL,
    toBot INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL,
    started INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX IF NOT EXISTS subscription_job_due ON subscription_job (started, due);
`;

const COLUMNS = 'id, project, subscription, resourceType, resourceId, versionId, interaction, requested, attempts';

/** The deliveries that are owed, as rows: a crash neither loses nor invents one. */
export class Jobs {
  private readonly store: Store;
  /** Done, but still in the table; they leave it with the next claim. */
  private readonly done: number[] = [];

  private constructor(store: Store) {
    this.store = store;
  }

  /**
   * Opens the table. What had been started when the process died is not run again where it is a bot, which may have
   * done its work; a call of a URL is made again.
   * @returns The number of bot runs that were given up.
   */
  static async open(store: Store): Promise<{ jobs: Jobs; givenUp: number }> {
    const givenUp = await store.transaction((db) => {
      db.exec(SCHEMA);
      const lost = db.all<{ id: number }>('DELETE FROM subscription_job WHERE started = 1 AND toBot = 1 RETURNING id');
      db.run('UPDATE subscription_job SET started = 0 WHERE started = 1');
      return lost.length;
    });
    return { jobs: new Jobs(store), givenUp };
  }

  /** Adds a job to the transaction that is under way. */
  add(db: Connection, job: NewJob, due: number): void {
    db.run(
      `INSERT INTO subscription_job
         (project, subscription, resourceType, resourceId, versionId, interaction, requested, toBot, due)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      job.project,
      job.subscription,
      job.resourceType,
      job.resourceId,
      job.versionId,
      job.interaction,
      job.requested,
      job.toBot ? 1 : 0,
      due,
    );
  }

  /** Takes up to `limit` jobs that are due, marked as started before any of them is run. */
  async claim(now: number, limit: number): Promise<Job[]> {
    return this.store.transaction((db) => {
      for (const id of this.done.splice(0)) {
        db.run('DELETE FROM subscription_job WHERE id = ?', id);
      }
      const claimed = db.all<Job>(
        `UPDATE subscription_job SET started = 1 WHERE id IN
           (SELECT id FROM subscription_job WHERE started = 0 AND due <= ? ORDER BY id LIMIT ?)
         RETURNING ${COLUMNS}`,
        now,
        limit,
      );
      return claimed.sort((a, b) => a.id - b.id);
    });
  }

  /** The job is over. It leaves the table with the next claim: until then it counts as started, which is as good. */
  finish(job: Job): void {
    this.done.push(job.id);
  }

  /** The job is to be tried again. */
  async retry(job: Job, due: number): Promise<void> {
    await this.store.transaction((db) =>
      db.run(
        'UPDATE subscription_job SET started = 0, attempts = ?, due = ? WHERE id = ?',
        job.attempts + 1,
        due,
        job.id,
      ),
    );
  }

  /** How many jobs wait that are due, and how many for the time of their next try. */
  async depth(now: number): Promise<{ due: number; delayed: number }> {
    const row = await this.store.read((db) =>
      db.get<{ due: number; delayed: number }>(
        `SELECT count(*) FILTER (WHERE due <= ?1) AS due, count(*) FILTER (WHERE due > ?1) AS delayed
           FROM subscription_job WHERE started = 0`,
        now,
      ),
    );
    return row ?? { due: 0, delayed: 0 };
  }

  /** When the next job that waits becomes due. */
  async nextDue(): Promise<number | undefined> {
    const row = await this.store.read((db) =>
      db.get<{ due: number | null }>('SELECT min(due) AS due FROM subscription_job WHERE started = 0'),
    );
    return row?.due ?? undefined;
  }
}
