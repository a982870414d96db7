import type { Connection } from '../store/connection.ts';
import type { Store } from '../store/store.ts';

/**
 * The numbers that stand for (project, resource type, parameter) in the index tables. As the project is in them, no
 * search of one project can come across the rows of another.
 */
export class ParamIds {
  private static readonly ofStores = new WeakMap<Store, ParamIds>();
  /** Undefined for one that nothing is indexed by yet. */
  private readonly ids = new Map<string, number | undefined>();

  private constructor(store: Store) {
    // A number that was given out in a transaction that is gone may be given to another parameter next.
    store.onRollback(() => this.ids.clear());
  }

  /** The numbers of a store, cached for all who use it. */
  static of(store: Store): ParamIds {
    let params = ParamIds.ofStores.get(store);
    if (!params) {
      params = new ParamIds(store);
      ParamIds.ofStores.set(store, params);
    }
    return params;
  }

  /** The number of a parameter, or undefined if nothing was ever indexed by it. */
  find(db: Connection, project: string, type: string, code: string): number | undefined {
    const key = keyOf(project, type, code);
    if (this.ids.has(key)) {
      return this.ids.get(key);
    }
    const sql = 'SELECT id FROM param WHERE project = ? AND type = ? AND code = ?';
    const id = db.get<{ id: number }>(sql, project, type, code)?.id;
    this.ids.set(key, id);
    return id;
  }

  /** The numbers of a parameter in all projects, for the server itself. */
  findAll(db: Connection, type: string, code: string): number[] {
    return db.all<{ id: number }>('SELECT id FROM param WHERE type = ? AND code = ?', type, code).map(({ id }) => id);
  }

  /** The number of a parameter, given out now if need be. Inside a transaction only. */
  assign(db: Connection, project: string, type: string, code: string): number {
    const known = this.find(db, project, type, code);
    if (known !== undefined) {
      return known;
    }
    const id = db.run('INSERT INTO param (project, type, code) VALUES (?, ?, ?)', project, type, code);
    this.ids.set(keyOf(project, type, code), id);
    return id;
  }
}

const keyOf = (project: string, type: string, code: string): string => `${project} ${type} ${code}`;
