import type { WithId } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import type { Connection } from '../store/connection.ts';
import type { IndexRow, IndexTable } from './index-rows.ts';
import { indexRows } from './index-rows.ts';
import type { ParamIds } from './param-ids.ts';

const COLUMNS: Record<IndexTable, string[]> = {
  idx_token: ['value', 'system'],
  idx_reference: ['value', 'at'],
  idx_string: ['value', 'exact'],
  idx_date: ['lo', 'hi'],
  idx_number: ['lo', 'hi', 'system', 'code', 'unit'],
};

const INSERT = forEachTable((table, columns) => `INSERT INTO ${table} (rid, param, ${columns.join(', ')}) VALUES `);
const ROW = forEachTable((_table, columns) => `(?, ?${', ?'.repeat(columns.length)})`);
const DELETE = forEachTable(
  (table, columns) =>
    `DELETE FROM ${table} WHERE rid = ? AND param = ? AND ${columns.map((c) => `${c} = ?`).join(' AND ')}`,
);

function forEachTable(sql: (table: IndexTable, columns: string[]) => string): Record<IndexTable, string> {
  return Object.fromEntries(
    Object.entries(COLUMNS).map(([table, columns]) => [table, sql(table as IndexTable, columns)]),
  ) as Record<IndexTable, string>;
}

/**
 * Brings the index rows of a resource from one version to the next. Only what differs is written: most updates change
 * few of the values that a resource is found by.
 * @param before The version whose rows are in the index; undefined for a new resource.
 * @param after The version to be found now; undefined for a deleted one.
 */
export function writeIndex(
  db: Connection,
  params: ParamIds,
  project: string,
  rid: number,
  before: WithId<Resource> | undefined,
  after: WithId<Resource> | undefined,
): void {
  const type = (after ?? before)?.resourceType as string;
  const old = before ? indexRows(before) : new Map<string, IndexRow>();
  const present = after ? indexRows(after) : new Map<string, IndexRow>();
  for (const [key, row] of old) {
    if (!present.has(key)) {
      db.run(DELETE[row.table], rid, params.assign(db, project, type, row.code), ...row.values);
    }
  }
  const added = new Map<IndexTable, IndexRow[]>();
  for (const [key, row] of present) {
    if (!old.has(key)) {
      const rows = added.get(row.table);
      if (rows) {
        rows.push(row);
      } else {
        added.set(row.table, [row]);
      }
    }
  }
  // One statement for many rows of a table: each has its price.
  for (const [table, rows] of added) {
    for (let from = 0; from < rows.length; from += MAX_ROWS) {
      const some = rows.slice(from, from + MAX_ROWS);
      const values = some.flatMap((row) => [rid, params.assign(db, project, type, row.code), ...row.values]);
      db.run(insertOf(table, some.length), ...values);
    }
  }
}

/** Rows in one statement; each number of rows is a statement that stays prepared. */
const MAX_ROWS = 16;

const inserts = new Map<string, string>();

function insertOf(table: IndexTable, count: number): string {
  const key = `${table} ${count}`;
  let sql = inserts.get(key);
  if (sql === undefined) {
    sql = INSERT[table] + Array<string>(count).fill(ROW[table]).join(', ');
    inserts.set(key, sql);
  }
  return sql;
}
