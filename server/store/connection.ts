import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';

/** How many different statements stay prepared; searches make new texts, the rest is a few dozen. */
const MAX_STATEMENTS = 500;

/** One SQLite connection that keeps its statements prepared, which is worth 10 to 20 % on small ones. */
export class Connection {
  readonly database: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();

  constructor(location: string, options: { readOnly?: boolean } = {}) {
    this.database = new DatabaseSync(location, { readOnly: options.readOnly, timeout: 5000 });
  }

  /** Prepares a statement, or hands out the one that was prepared before. */
  prepare(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.database.prepare(sql);
      if (this.statements.size >= MAX_STATEMENTS) {
        const [oldest] = this.statements.keys();
        this.statements.delete(oldest as string);
      }
      this.statements.set(sql, statement);
    }
    return statement;
  }

  /** Runs a statement that returns no rows. */
  run(sql: string, ...parameters: SQLInputValue[]): void {
    this.prepare(sql).run(...parameters);
  }

  /** The first row, or undefined. The caller vouches for the row's shape, as it wrote the SELECT. */
  get<Row>(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.prepare(sql).get(...parameters) as Row | undefined;
  }

  /** All rows. The caller vouches for their shape, as it wrote the SELECT. */
  all<Row>(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.prepare(sql).all(...parameters) as Row[];
  }

  /** Runs a script of statements without parameters. */
  exec(sql: string): void {
    this.database.exec(sql);
  }

  close(): void {
    this.statements.clear();
    this.database.close();
  }
}
