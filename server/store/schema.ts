import type { Connection } from './connection.ts';

/**
 * The steps that bring a database to its present form, in order. A step that was released is never changed: the next
 * change is a new one.
 */
const migrations: readonly string[] = [
  `
  -- The present version of every resource, deleted ones included. Small columns first: SQLite reads a row's head
  -- without its body.
  CREATE TABLE resource (
    rid INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    project TEXT NOT NULL,
    version TEXT NOT NULL,
    updated INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    content TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX resource_id ON resource (id, type);
  CREATE INDEX resource_updated ON resource (type, project, updated, rid) WHERE deleted = 0;

  -- Every version that ever was. A deletion is a version without content.
  CREATE TABLE history (
    rid INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    version TEXT NOT NULL,
    updated INTEGER NOT NULL,
    content TEXT,
    PRIMARY KEY (rid, seq)
  ) STRICT, WITHOUT ROWID;

  -- Numbers for (project, resource type, search parameter): an index row of one project is out of another's reach.
  CREATE TABLE param (
    id INTEGER PRIMARY KEY,
    project TEXT NOT NULL,
    type TEXT NOT NULL,
    code TEXT NOT NULL,
    UNIQUE (project, type, code)
  ) STRICT;
  CREATE INDEX param_type ON param (type, code);

  -- What a search looks up. The primary key finds resources by value, the second index a resource's values.
  CREATE TABLE idx_token (
    param INTEGER NOT NULL, value TEXT NOT NULL, rid INTEGER NOT NULL, system TEXT NOT NULL,
    PRIMARY KEY (param, value, rid, system)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idx_token_rid ON idx_token (rid, param);

  -- "at" is the resource's own time (an appointment's start): the slots of one schedule on one day are one range.
  CREATE TABLE idx_reference (
    param INTEGER NOT NULL, value TEXT NOT NULL, at INTEGER NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY (param, value, at, rid)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idx_reference_rid ON idx_reference (rid, param);

  -- "value" is folded (case, accents), "exact" is as it was written.
  CREATE TABLE idx_string (
    param INTEGER NOT NULL, value TEXT NOT NULL, rid INTEGER NOT NULL, exact TEXT NOT NULL,
    PRIMARY KEY (param, value, rid, exact)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idx_string_rid ON idx_string (rid, param);

  -- Half-open ranges in milliseconds.
  CREATE TABLE idx_date (
    param INTEGER NOT NULL, lo INTEGER NOT NULL, hi INTEGER NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY (param, lo, hi, rid)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idx_date_rid ON idx_date (rid, param);

  CREATE TABLE idx_number (
    param INTEGER NOT NULL, lo REAL NOT NULL, hi REAL NOT NULL, rid INTEGER NOT NULL,
    system TEXT NOT NULL, code TEXT NOT NULL, unit TEXT NOT NULL,
    PRIMARY KEY (param, lo, hi, rid, system, code, unit)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idx_number_rid ON idx_number (rid, param);
  `,
  `
  -- The history keeps what the resource table no longer has: a resource that never changes is stored once.
  DELETE FROM history WHERE version = (SELECT version FROM resource WHERE resource.rid = history.rid);
  CREATE VIEW every_version AS
    SELECT rid, seq, version, updated, content FROM history
    UNION ALL
    SELECT rid, 9007199254740991, version, updated, CASE deleted WHEN 1 THEN NULL ELSE content END FROM resource;
  `,
];

/** Brings a database to its present form; refuses one that a newer version of the server has written. */
export function migrate(db: Connection): void {
  const version = db.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  if (version > migrations.length) {
    throw new Error(
      `The database was written by a newer version (format ${version}, this one knows ${migrations.length}).`,
    );
  }
  for (const [index, step] of migrations.entries()) {
    if (index >= version) {
      db.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT`);
    }
  }
}
