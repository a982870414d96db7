import type { Filter } from '@medplum/core';
import {
  badRequest,
  getSearchParameter,
  getSearchParameterDetails,
  isChainedSearchFilter,
  OperationOutcomeError,
  Operator,
  parseParameter,
  SearchParameterType,
} from '@medplum/core';
import type { SearchParameter } from '@medplum/fhirtypes';
import type { Expression } from './expression.ts';
import { any, NEVER, RANK } from './expression.ts';
import type { SearchScope } from './scope.ts';
import type { Sql } from './sql.ts';
import { isOneOf, name, sql } from './sql.ts';

/** Lists the resources of a type that match a filter and that the requester may find. */
export type SelectMatches = (type: string, filter: Filter) => Sql;

/** As many links as Medplum follows. */
const MAX_LINKS = 3;

/**
 * A filter on what a resource refers to (`schedule.actor`, `schedule.actor:PractitionerRole.location`), or on what
 * refers to it (`_has:Observation:patient:code`). The far end is looked up first, under the same rules as a search of
 * its own.
 */
export function chainExpression(scope: SearchScope, type: string, filter: Filter, select: SelectMatches): Expression {
  if (linksOf(filter.code) > MAX_LINKS) {
    throw new OperationOutcomeError(badRequest('Search chains longer than three links are not supported', filter.code));
  }
  if (filter.code.startsWith('_has:')) {
    return reverse(scope, type, filter, select);
  }
  const dot = filter.code.indexOf('.');
  const [code = '', targetType] = filter.code.slice(0, dot).split(':');
  const rest = { ...filter, code: filter.code.slice(dot + 1) };
  const parameter = referenceParameter(scope, type, code, filter);
  const isCanonical = getSearchParameterDetails(type, parameter).type === SearchParameterType.CANONICAL;
  const ids = scope.paramIds(type, [code]);
  const targets = targetTypes(type, parameter, targetType, rest);
  if (targets.length === 0) {
    throw new OperationOutcomeError(
      badRequest(`Unknown search parameter at end of chain: ${filter.code}`, filter.code),
    );
  }
  return any(
    targets.map((target) => {
      scope.assertSearchable(target);
      const matches = select(target, endOfLink(target, rest));
      const values = isCanonical ? urlsOf(scope, target, matches) : referencesTo(target, matches);
      const listed = sql`SELECT t.rid AS rid FROM idx_reference t
        WHERE ${isOneOf(name('t.param'), ids)} AND t.value IN (${values})`;
      return ids.length === 0 ? NEVER : { kind: 'ids', select: listed, rank: RANK.chain };
    }),
  );
}

function reverse(scope: SearchScope, type: string, filter: Filter, select: SelectMatches): Expression {
  const [, source = '', code = '', ...others] = filter.code.split(':');
  const rest = { ...filter, code: others.join(':') };
  if (!rest.code) {
    throw new OperationOutcomeError(badRequest('Invalid _has: expected _has:Type:reference:parameter', filter.code));
  }
  scope.assertSearchable(source);
  const parameter = referenceParameter(scope, source, code, filter);
  if (parameter.target && !parameter.target.includes(type as (typeof parameter.target)[number])) {
    throw new OperationOutcomeError(badRequest(`${source}?${code} does not refer to ${type}`, filter.code));
  }
  const ids = scope.paramIds(source, [code]);
  if (ids.length === 0) {
    return NEVER;
  }
  const matches = select(source, endOfLink(source, rest));
  const prefix = `${type}/`;
  const listed = sql`SELECT r.rid AS rid FROM (${matches}) m
    CROSS JOIN idx_reference t ON t.rid = m.rid AND ${isOneOf(name('t.param'), ids)}
    CROSS JOIN resource r ON r.id = substr(t.value, ${prefix.length + 1}) AND ${scope.rowsOf(type)}
    WHERE substr(t.value, 1, ${prefix.length}) = ${prefix}`;
  return { kind: 'ids', select: listed, rank: RANK.chain };
}

/** What is asked of the far end: another link, or a parameter with its modifier and prefix. */
function endOfLink(type: string, filter: Filter): Filter {
  if (isChainedSearchFilter(filter)) {
    return filter;
  }
  const [code = '', modifier = ''] = filter.code.split(':');
  const parameter = getSearchParameter(type, code);
  if (parameter) {
    return parseParameter(parameter, Operator.EQUALS, modifier, filter.value);
  }
  if (code === '_filter') {
    return filter;
  }
  throw new OperationOutcomeError(badRequest(`Unknown search parameter at end of chain: ${type}?${code}`, code));
}

function linksOf(code: string): number {
  return code.split('.').length - 1 + code.split('_has:').length - 1;
}

function referenceParameter(scope: SearchScope, type: string, code: string, filter: Filter): SearchParameter {
  scope.assertVisible(type, code);
  const parameter = getSearchParameter(type, code);
  if (parameter?.type !== 'reference') {
    throw new OperationOutcomeError(badRequest(`Invalid search parameter in chain: ${type}?${code}`, filter.code));
  }
  return parameter;
}

/** The types that a link may lead to: the one that is named, or all that have the next parameter. */
function targetTypes(type: string, parameter: SearchParameter, named: string | undefined, rest: Filter): string[] {
  const possible: string[] = getSearchParameterDetails(type, parameter).referenceTargetTypes ?? parameter.target ?? [];
  if (named) {
    return possible.includes(named) ? [named] : [];
  }
  const [next = ''] = rest.code.split(/[.:]/);
  return next === '_has' ? possible : possible.filter((target) => getSearchParameter(target, next));
}

function referencesTo(type: string, matches: Sql): Sql {
  return sql`SELECT ${`${type}/`} || r.id FROM (${matches}) m CROSS JOIN resource r ON r.rid = m.rid`;
}

function urlsOf(scope: SearchScope, type: string, matches: Sql): Sql {
  return sql`SELECT u.value FROM (${matches}) m
    CROSS JOIN idx_token u ON u.rid = m.rid AND u.param IN ${scope.paramIds(type, ['url'])}`;
}
