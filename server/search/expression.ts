import type { IndexTable } from './index-rows.ts';
import type { Sql } from './sql.ts';
import { join, name, sql } from './sql.ts';

/**
 * What a resource must be to be found. An index lookup is usable in two ways: as the one that drives the query, which
 * lists what it finds, and as a test of a resource that another one found.
 */
export type Expression =
  | Lookup
  | { kind: 'ids'; select: Sql; rank: number }
  | { kind: 'row'; where: Sql }
  | { kind: 'all' | 'any'; parts: Expression[] }
  | { kind: 'not'; part: Expression }
  | { kind: 'constant'; value: boolean };

/** A range of an index table. */
export interface Lookup {
  kind: 'lookup';
  table: IndexTable;
  /** A condition on the index row, called `t`. */
  where: Sql;
  /** How much there is to be found: the smallest drives. */
  rank: number;
  /** True if no resource is found twice. */
  single: boolean;
  /** Lookups with the same key are ranges of the same single value, so that they can be made one. */
  mergeKey?: string;
  /** The same condition on the time that stands in the reference index, for the type's principal time. */
  onTime?: Sql;
}

/** How many resources a condition usually leaves: a guess, but of the right order. */
export const RANK = {
  id: 0,
  identifier: 1,
  reference: 2,
  chain: 3,
  uri: 3,
  text: 4,
  range: 5,
  code: 6,
  openRange: 7,
  never: 100,
} as const;

export const NEVER: Expression = { kind: 'constant', value: false };

/** All of these must hold. Ranges of one single-valued parameter become one range. */
export function all(parts: Expression[]): Expression {
  const flat = parts.flatMap((part) => (part.kind === 'all' ? part.parts : [part]));
  const merged: Expression[] = [];
  for (const part of flat) {
    const same =
      part.kind === 'lookup' && part.mergeKey
        ? merged.findIndex((other) => other.kind === 'lookup' && other.mergeKey === part.mergeKey)
        : -1;
    if (same >= 0) {
      merged[same] = mergeRanges(merged[same] as Lookup, part as Lookup);
    } else {
      merged.push(part);
    }
  }
  return merged.length === 1 ? (merged[0] as Expression) : { kind: 'all', parts: merged };
}

function mergeRanges(left: Lookup, right: Lookup): Lookup {
  const both = (a: Sql, b: Sql): Sql => sql`${a} AND ${b}`;
  return {
    ...left,
    where: both(left.where, right.where),
    rank: RANK.range,
    onTime: left.onTime && right.onTime && both(left.onTime, right.onTime),
  };
}

/** One of these must hold. */
export function any(parts: Expression[]): Expression {
  return parts.length === 1 ? (parts[0] as Expression) : { kind: 'any', parts };
}

/** The expression as a test of the resource whose number is `rid`; row tests look at the resource row `r`. */
export function test(expression: Expression, rid: Sql): Sql {
  switch (expression.kind) {
    case 'lookup':
      return sql`EXISTS (SELECT 1 FROM ${name(expression.table)} t WHERE ${expression.where} AND t.rid = ${rid})`;
    case 'ids':
      return sql`${rid} IN (${expression.select})`;
    case 'row':
      return sql`(${expression.where})`;
    case 'not':
      return sql`NOT ${test(expression.part, rid)}`;
    case 'constant':
      return name(expression.value ? '1' : '0');
    default: {
      const tests = expression.parts.map((part) => test(part, rid));
      if (tests.length === 0) {
        return name(expression.kind === 'all' ? '1' : '0');
      }
      return sql`(${join(tests, expression.kind === 'all' ? ' AND ' : ' OR ')})`;
    }
  }
}

/** True if a test needs the resource's own row. */
export function needsRow(expression: Expression): boolean {
  switch (expression.kind) {
    case 'row':
      return true;
    case 'not':
      return needsRow(expression.part);
    case 'all':
    case 'any':
      return expression.parts.some(needsRow);
    default:
      return false;
  }
}

/** What an expression finds, as a SELECT of `rid`; undefined if it can only test. */
export function listing(expression: Expression): { select: Sql; rank: number; single: boolean } | undefined {
  switch (expression.kind) {
    case 'lookup':
      return {
        select: sql`SELECT t.rid AS rid FROM ${name(expression.table)} t WHERE ${expression.where}`,
        rank: expression.rank,
        single: expression.single,
      };
    case 'ids':
      return { select: expression.select, rank: expression.rank, single: false };
    case 'any': {
      const parts = expression.parts.map(listing);
      const known = parts.filter((part) => part !== undefined);
      if (known.length < parts.length || known.length === 0) {
        return undefined;
      }
      const select = join(
        known.map((part) => part.select),
        ' UNION ',
      );
      return { select, rank: Math.max(...known.map((part) => part.rank)), single: true };
    }
    default:
      return undefined;
  }
}
