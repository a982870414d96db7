import type { SortRule } from '@medplum/core';
import { badRequest, getSearchParameter, OperationOutcomeError } from '@medplum/core';
import { searchedCodes } from './parameters.ts';
import type { SearchScope } from './scope.ts';
import type { Sql } from './sql.ts';
import { isOneOf, name, sql } from './sql.ts';

/**
 * The ORDER BY column of a sort rule. A resource with several values counts by its first in the order. Resources
 * without one come last, descending first, as in Medplum's database.
 */
export function sortColumns(scope: SearchScope, type: string, { code, descending }: SortRule, rid: Sql): Sql {
  scope.assertVisible(type, code);
  const direction = name(descending ? 'DESC' : 'ASC');
  const nulls = name(descending ? 'DESC NULLS FIRST' : 'ASC NULLS LAST');
  if (code === '_lastUpdated') {
    return sql`r.updated ${direction}`;
  }
  if (code === '_id') {
    return sql`r.id ${direction}`;
  }
  const source = sortSource(type, code);
  const ids = scope.paramIds(type, [sortCode(type, code)]);
  if (ids.length === 0) {
    return name('NULL');
  }
  const first = name(descending ? 'max' : 'min');
  return sql`(SELECT ${first}(s.${name(source.column)}) FROM ${name(source.table)} s
    WHERE s.rid = ${rid} AND ${isOneOf(name('s.param'), ids)}) ${nulls}`;
}

/** The index that has a type's resources in the order of a sort rule, each at its first value. */
export function sortIndex(
  scope: SearchScope,
  type: string,
  { code, descending }: SortRule,
): { table: string; rest: string; param: number } | undefined {
  if (descending || code.startsWith('_')) {
    return undefined;
  }
  scope.assertVisible(type, code);
  const { table } = sortSource(type, code);
  const [param, ...others] = scope.paramIds(type, [sortCode(type, code)]);
  const rest = { idx_string: 'exact', idx_token: 'system' }[table];
  return rest && param !== undefined && others.length === 0 ? { table, rest, param } : undefined;
}

/** A name sorts by its whole, not by its words; what is served by another parameter, by that one. */
function sortCode(type: string, code: string): string {
  return searchedCodes(type, code).codes[0] ?? code;
}

function sortSource(type: string, code: string): { table: string; column: string } {
  switch (getSearchParameter(type, code)?.type) {
    case 'string':
      return { table: 'idx_string', column: 'value' };
    case 'token':
    case 'uri':
      return { table: 'idx_token', column: 'value' };
    case 'reference':
      return { table: 'idx_reference', column: 'value' };
    case 'date':
      return { table: 'idx_date', column: 'lo' };
    case 'number':
    case 'quantity':
      return { table: 'idx_number', column: 'lo' };
    default:
      throw new OperationOutcomeError(badRequest(`Unknown search parameter: ${code}`, '_sort'));
  }
}
