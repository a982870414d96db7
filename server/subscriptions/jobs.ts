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
  /** Whether a bot is woken; else an address is called. 0 or 1. */
  toBot: number;
}

/** A delivery to be owed from now on. */
export type NewJob = Omit<Job, 'id' | 'attempts' | 'toBot'> & { toBot: boolean };

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

const COLUMNS =
  'id, project, subscription, resourceType, resourceId, versionId, interaction, requested, attempts, toBot';
const UNCLAIMED = 'id NOT IN (SELECT value FROM json_each(?))';

/** The deliveries that are owed, as rows: a crash neither loses nor invents one. */
export class Jobs {
  private readonly store: Store;
  /** Claimed, and still in the table: under way, or done. */
  private readonly claimed = new Set<number>();
  /** Done, but still in the table; they leave it when the next bot begins. */
  private readonly done: number[] = [];

  private constructor(store: Store) {
    this.store = store;
  }

  /**
   * Opens the table. A bot that had begun when the process died is not run again: it may have done its work. Everything
   * else is: a call of a URL, and a bot that had not begun.
   * @returns The number of bot runs that were given up.
   */
  static async open(store: Store): Promise<{ jobs: Jobs; givenUp: number }> {
    const givenUp = await store.transaction((db) => {
      db.exec(SCHEMA);
      return db.all<{ id: number }>('DELETE FROM subscription_job WHERE started = 1 RETURNING id').length;
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

  /** Takes up to `limit` jobs that are due, which nobody else gets from then on. */
  async claim(now: number, limit: number): Promise<Job[]> {
    const jobs = await this.store.read((db) =>
      db.all<Job>(
        `SELECT ${COLUMNS} FROM subscription_job WHERE started = 0 AND due <= ? AND ${UNCLAIMED} ORDER BY id LIMIT ? + 0`,
        now,
        this.claims(),
        limit,
      ),
    );
    jobs.forEach(({ id }) => this.claimed.add(id));
    return jobs;
  }

  /** Writes down that a bot begins: whatever happens from here on, it is not run again. */
  async begin({ id }: Job): Promise<void> {
    await this.store.transaction((db) => {
      this.removeDone(db);
      db.run('UPDATE subscription_job SET started = 1 WHERE id = ?', id);
    });
  }

  /** The job is over. One of a bot leaves the table when the next one begins: until then it counts as begun. */
  async finish({ id, toBot }: Job): Promise<void> {
    this.done.push(id);
    if (!toBot) {
      await this.flush();
    }
  }

  /** Takes out of the table what is done. */
  async flush(): Promise<void> {
    await this.store.transaction((db) => this.removeDone(db));
  }

  private removeDone(db: Connection): void {
    const ids = this.done.splice(0);
    ids.forEach((id) => db.run('DELETE FROM subscription_job WHERE id = ?', id));
    this.store.afterCommit(() => ids.forEach((id) => this.claimed.delete(id)));
  }

  private claims(): string {
    return JSON.stringify([...this.claimed]);
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
    this.claimed.delete(job.id);
  }

  /** How many jobs wait that are due, and how many for the time of their next try. */
  async depth(now: number): Promise<{ due: number; delayed: number }> {
    const row = await this.store.read((db) =>
      db.get<{ due: number; delayed: number }>(
        `SELECT count(*) FILTER (WHERE due <= ?1) AS due, count(*) FILTER (WHERE due > ?1) AS delayed
           FROM subscription_job WHERE started = 0 AND id NOT IN (SELECT value FROM json_each(?2))`,
        now,
        this.claims(),
      ),
    );
    return row ?? { due: 0, delayed: 0 };
  }

  /** When the next job that waits becomes due. */
  async nextDue(): Promise<number | undefined> {
    const row = await this.store.read((db) =>
      db.get<{ due: number | null }>(
        `SELECT min(due) AS due FROM subscription_job WHERE started = 0 AND ${UNCLAIMED}`,
        this.claims(),
      ),
    );
    return row?.due ?? undefined;
  }
}
