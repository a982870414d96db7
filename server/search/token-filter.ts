import {
  badRequest,
  invalidSearchOperator,
  OperationOutcomeError,
  Operator,
  splitSearchOnComma,
  SearchParameterType,
  getSearchParameterDetails,
} from '@medplum/core';
import type { Expression } from './expression.ts';
import { any, RANK } from './expression.ts';
import type { ParameterFilter } from './scope.ts';
import { clip, fold, prefixEnd } from './fold.ts';
import { searchedCodes } from './parameters.ts';
import type { Sql } from './sql.ts';
import { isOneOf, join, name, sql } from './sql.ts';

interface Token {
  /** Undefined: any. Empty: none. */
  system: string | undefined;
  /** Undefined: any. */
  value: string | undefined;
}

/** A filter on codes, identifiers, contact points and flags. */
export function tokenExpression({ type, parameter, filter, ids }: ParameterFilter): Expression {
  const param = isOneOf(name('t.param'), ids);
  switch (filter.operator) {
    case Operator.TEXT:
    case Operator.CONTAINS: {
      const wanted = splitSearchOnComma(filter.value).map((text) => sql`instr(t.value, ${fold(text)}) > 0`);
      const where = sql`${param} AND (${join(wanted, ' OR ')})`;
      return { kind: 'lookup', table: 'idx_string', where, rank: RANK.text, single: false };
    }
    case Operator.EQUALS:
    case Operator.EXACT:
      break;
    default:
      throw new OperationOutcomeError(invalidSearchOperator(filter.operator, filter.code));
  }
  if (parameter.type === 'token' && getSearchParameterDetails(type, parameter).type === SearchParameterType.BOOLEAN) {
    assertBoolean(filter.value, filter.code);
  }
  const { system } = searchedCodes(type, filter.code);
  const ignoreCase = ['telecom', 'phone', 'email'].includes(filter.code);
  const tokens = splitSearchOnComma(ignoreCase ? filter.value.toLowerCase() : filter.value).map(parseToken);
  const where = sql`${param} AND ${matches(system ? tokens.map((token) => ({ ...token, system })) : tokens)}`;
  const named = tokens.length === 1 && tokens[0]?.value !== undefined && Boolean(tokens[0].system || system);
  const isIdentifier = filter.code === 'identifier' || ignoreCase;
  return {
    kind: 'lookup',
    table: 'idx_token',
    where,
    rank: isIdentifier ? RANK.identifier : RANK.code,
    single: named && ids.length === 1,
  };
}

function assertBoolean(value: string, code: string): void {
  if (!splitSearchOnComma(value).every((part) => /^([^|]*\|)?(true|false)$/.test(part))) {
    throw new OperationOutcomeError(badRequest(`Boolean search value must be 'true' or 'false'`, code));
  }
}

function parseToken(text: string): Token {
  const bar = text.indexOf('|');
  if (bar < 0) {
    return { system: undefined, value: clip(text) };
  }
  const value = text.slice(bar + 1);
  return { system: clip(text.slice(0, bar)), value: value === '' ? undefined : clip(value) };
}

function matches(tokens: Token[]): Sql {
  const values = tokens.map(({ value }) => value).filter((value) => value !== undefined);
  const each = join(tokens.map(matchesOne), ' OR ');
  if (values.length < tokens.length || tokens.length === 1) {
    return sql`(${each})`;
  }
  // The list of values is what the index can use; the systems are checked on what it finds.
  const anyOf = isOneOf(name('t.value'), values);
  return tokens.every(({ system }) => system === undefined) ? anyOf : sql`${anyOf} AND (${each})`;
}

function matchesOne({ system, value }: Token): Sql {
  if (value === undefined) {
    return sql`t.system = ${system ?? ''}`;
  }
  return system === undefined ? sql`t.value = ${value}` : sql`t.value = ${value} AND t.system = ${system}`;
}

/** A filter on URIs. */
export function uriExpression({ filter, ids }: ParameterFilter): Expression {
  const param = isOneOf(name('t.param'), ids);
  const values = splitSearchOnComma(filter.value).map(clip);
  const lookup = (condition: Sql): Expression => ({
    kind: 'lookup',
    table: 'idx_token',
    where: sql`${param} AND ${condition}`,
    rank: RANK.uri,
    single: false,
  });
  switch (filter.operator) {
    case Operator.EQUALS:
    case Operator.EXACT:
      return lookup(isOneOf(name('t.value'), values));
    case Operator.BELOW:
      return any(values.map((value) => lookup(sql`t.value >= ${value} AND t.value < ${prefixEnd(value)}`)));
    case Operator.CONTAINS:
      return any(values.map((value) => lookup(sql`instr(t.value, ${value}) > 0`)));
    default:
      throw new OperationOutcomeError(invalidSearchOperator(filter.operator, filter.code));
  }
}
