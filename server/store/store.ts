import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { Connection } from './connection.ts';
import { GroupCommit } from './group-commit.ts';
import { lockDataFolder } from './lock.ts';
import { migrate } from './schema.ts';
import { Scope } from './scope.ts';

/** The database's name in the data folder. */
export const DATABASE_FILE = 'careline.sqlite';

export interface StoreOptions {
  /** Where the database lives. Undefined keeps everything in memory, for tests. */
  dataDir?: string;
  clock: Clock;
}

/**
 * The durable store: one SQLite database with one connection that writes, and one that reads what is committed.
 *
 * Everything that writes goes through `transaction`. Inside of one, `read` and further transactions belong to it
 * without being told: which transaction a call is in follows the asynchronous call chain.
 */
export class Store {
  readonly clock: Clock;
  /** The writing connection, for modules with tables of their own. Write to it inside of `transaction` only. */
  readonly db: Connection;
  private readonly reader: Connection | undefined;
  private readonly unlock: (() => void) | undefined;
  private readonly commits: GroupCommit;
  private readonly scopes = new AsyncLocalStorage<Scope>();
  private readonly rollbackListeners: (() => void)[] = [];
  private closed = false;

  constructor(options: StoreOptions) {
    this.clock = options.clock;
    if (options.dataDir === undefined) {
      this.db = openWriter(':memory:');
    } else {
      mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
      this.unlock = lockDataFolder(options.dataDir);
      const file = join(options.dataDir, DATABASE_FILE);
      this.db = openWriter(file);
      this.reader = new Connection(file, { readOnly: true });
      this.reader.exec('PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 2147418112; PRAGMA cache_size = -65536');
    }
    this.commits = new GroupCommit(this.db, () => this.rollbackListeners.forEach((listener) => listener()));
  }

  /**
   * Runs a function in an exclusive write transaction: all of what it writes becomes durable, or none of it. Resolves
   * when it is durable. Called inside a transaction it is a part of that one: it can fail alone, and
   * becomes durable with the whole.
   */
  transaction<T>(work: (db: Connection) => Promise<T> | T): Promise<T> {
    const outer = this.scopes.getStore();
    if (outer?.open) {
      return outer.nest(this.db, work, (scope, run) => this.scopes.run(scope, run));
    }
    this.assertOpen();
    const scope = new Scope();
    const committed = this.commits.submit(() => scope.run(() => this.scopes.run(scope, () => work(this.db))));
    return committed.then((value) => {
      scope.afterCommit.forEach((callback) => callback());
      return value;
    });
  }

  /** Reads: inside a transaction what that one sees, outside what is committed. */
  async read<T>(work: (db: Connection) => T): Promise<T> {
    if (this.inTransaction()) {
      return work(this.db);
    }
    this.assertOpen();
    if (this.reader) {
      return work(this.reader);
    }
    // In memory there is one connection only: wait until no half-done transaction is on it.
    return this.commits.submit(() => work(this.db));
  }

  /** True where a call comes from inside a transaction. */
  inTransaction(): boolean {
    return this.scopes.getStore()?.open ?? false;
  }

  /** Registers a function that forgets what was cached of writes that may be gone. */
  onRollback(listener: () => void): void {
    this.rollbackListeners.push(listener);
  }

  /**
   * Runs after the current transaction is durable; at once outside of one. Not at all if it is rolled back.
   * @param key Of callbacks with the same key one runs.
   */
  afterCommit(callback: () => void, key: object = callback): void {
    const scope = this.scopes.getStore();
    if (scope?.open) {
      scope.afterCommit.set(key, callback);
    } else {
      callback();
    }
  }

  /** Waits for what is being written, then closes the database. */
  async close(): Promise<void> {
    if (this.closed) {
      return;
    }
    this.closed = true;
    await this.commits.whenIdle();
    this.reader?.close();
    this.db.close();
    this.unlock?.();
  }

  private assertOpen(): void {
    if (this.closed) {
      throw new Error('The store is closed');
    }
  }
}

/** Opens a store, creating or migrating its database. */
export function openStore(options: StoreOptions): Store {
  return new Store(options);
}

function openWriter(location: string): Connection {
  const db = new Connection(location);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY');
  // A larger log is checkpointed less often; mmap saves a copy of each page that is read.
  db.exec('PRAGMA wal_autocheckpoint = 20000; PRAGMA mmap_size = 2147418112; PRAGMA cache_size = -65536');
  migrate(db);
  return db;
}
