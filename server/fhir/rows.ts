import type { WithId } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { limitTo, sql } from '../search/sql.ts';
import type { Sql } from '../search/sql.ts';
import type { Connection } from '../store/connection.ts';

/** A row of the resource table. */
export interface ResourceRow {
  rid: number;
  type: string;
  id: string;
  project: string;
  version: string;
  /** Milliseconds since the epoch. */
  updated: number;
  /** 1 if the resource is deleted; `content` is empty then. */
  deleted: number;
  content: string;
}

/** A version of a resource. */
export interface VersionRow {
  version: string;
  updated: number;
  /** Null where the version is a deletion. */
  content: string | null;
}

/** Finds a resource, deleted or not. */
export function findRow(db: Connection, type: string, id: string): ResourceRow | undefined {
  return db.get<ResourceRow>('SELECT * FROM resource WHERE id = ? AND type = ?', id, type);
}

/** A resource that a search found, unread. */
export type FoundRow = Pick<ResourceRow, 'type' | 'id'> & { readonly text: string };

/** The resources that a SELECT of a limited number of `rid` finds, in its order. */
export function readFound(db: Connection, page: Sql): FoundRow[] {
  // What has a LIMIT is made in its order, and a CROSS JOIN looks at its left side first.
  const { text, values } =
    sql`SELECT r.type, r.id, r.content AS text FROM (${page}) p CROSS JOIN resource r ON r.rid = p.rid`;
  return db.all<FoundRow>(text, ...values);
}

/** Writes the present version of a resource; the one before goes into the history. Returns the resource's number. */
export function writeRow(db: Connection, row: Omit<ResourceRow, 'rid'>, rid: number | undefined): number {
  if (rid === undefined) {
    return insertRow(db, row);
  }
  db.run(
    `INSERT INTO history (rid, seq, version, updated, content)
     SELECT rid, (SELECT coalesce(max(seq), 0) + 1 FROM history WHERE rid = ?1), version, updated,
            CASE deleted WHEN 1 THEN NULL ELSE content END
     FROM resource WHERE rid = ?1`,
    rid,
  );
  db.run(
    'UPDATE resource SET project = ?, version = ?, updated = ?, deleted = ?, content = ? WHERE rid = ?',
    row.project,
    row.version,
    row.updated,
    row.deleted,
    row.content,
    rid,
  );
  return rid;
}

function insertRow(db: Connection, row: Omit<ResourceRow, 'rid'>): number {
  return db.run(
    'INSERT INTO resource (type, id, project, version, updated, deleted, content) VALUES (?, ?, ?, ?, ?, ?, ?)',
    row.type,
    row.id,
    row.project,
    row.version,
    row.updated,
    row.deleted,
    row.content,
  );
}

/** Versions of a resource, the latest first. */
export function versionRows(db: Connection, rid: number, limit: number, offset: number): VersionRow[] {
  const { text, values } = sql`SELECT version, updated, content FROM every_version
    WHERE rid = ${rid} ORDER BY seq DESC ${limitTo({ limit, offset })}`;
  return db.all<VersionRow>(text, ...values);
}

export function countVersions(db: Connection, rid: number): number {
  return db.get<{ total: number }>('SELECT count(*) AS total FROM every_version WHERE rid = ?', rid)?.total ?? 0;
}

export function findVersion(db: Connection, rid: number, version: string): VersionRow | undefined {
  const text = 'SELECT version, updated, content FROM every_version WHERE rid = ? AND version = ?';
  return db.get<VersionRow>(text, rid, version);
}

/** The last version of a deleted resource that had content. */
export function lastContent(db: Connection, rid: number): string | undefined {
  const text = 'SELECT content FROM history WHERE rid = ? AND content IS NOT NULL ORDER BY seq DESC LIMIT 1';
  return db.get<{ content: string }>(text, rid)?.content;
}

/** Removes a resource and all that was ever known of it. */
export function expungeRow(db: Connection, rid: number): void {
  db.run('DELETE FROM history WHERE rid = ?', rid);
  db.run('DELETE FROM resource WHERE rid = ?', rid);
}

/** Parses a stored resource. */
export function parseContent<T extends Resource>(content: string): WithId<T> {
  return JSON.parse(content) as WithId<T>;
}
