import type { Filter } from '@medplum/core';
import {
  badRequest,
  FhirFilterComparison,
  FhirFilterConnective,
  FhirFilterNegation,
  getSearchParameter,
  invalidSearchOperator,
  isChainedSearchFilter,
  OperationOutcomeError,
  Operator,
  parseFilterParameter,
  parseSearchRequest,
  splitSearchOnComma,
} from '@medplum/core';
import type { FhirFilterExpression } from '@medplum/core';
import type { AccessPolicyResource, SearchParameter } from '@medplum/fhirtypes';
import { chainExpression } from './chains.ts';
import { dateExpression, dateOnRow } from './date-filter.ts';
import type { Expression } from './expression.ts';
import { all, any, NEVER, RANK } from './expression.ts';
import type { IndexTable } from './index-rows.ts';
import { numberExpression } from './number-filter.ts';
import { searchedCodes } from './parameters.ts';
import { referenceExpression } from './reference-filter.ts';
import { selectMatches } from './query.ts';
import type { ParameterFilter, SearchScope } from './scope.ts';
import { isOneOf, name, sql } from './sql.ts';
import { stringExpression } from './string-filter.ts';
import { tokenExpression, uriExpression } from './token-filter.ts';

/** What a resource of a type must be to match all filters, and for the requester's policy to let it be found. */
export function searchExpression(scope: SearchScope, type: string, filters: readonly Filter[]): Expression {
  return allowed(scope, type, filtersExpression(scope, type, filters));
}

function allowed(scope: SearchScope, type: string, expression: Expression): Expression {
  const rules = scope.access.searchRules(type);
  return rules ? all([expression, any(rules.map((rule) => ruleExpression(scope.ofPolicy(), type, rule)))]) : expression;
}

function ruleExpression(scope: SearchScope, type: string, { criteria, compartment }: AccessPolicyResource): Expression {
  const parts: Expression[] = [];
  if (compartment?.reference) {
    parts.push(filterExpression(scope, type, { code: '_compartment', operator: 'eq', value: compartment.reference }));
  }
  if (criteria) {
    // The criteria of a rule for all types are on parameters that all types have.
    const query = criteria.slice(criteria.indexOf('?') + 1);
    const criteriaType = criteria.slice(0, criteria.indexOf('?'));
    if (criteriaType !== type && criteriaType !== '*') {
      return { kind: 'constant', value: false };
    }
    parts.push(filtersExpression(scope, type, parseSearchRequest(`${type}?${query}`).filters ?? []));
  }
  return all(parts);
}

/** What a resource of a type must be to match all filters. */
function filtersExpression(scope: SearchScope, type: string, filters: readonly Filter[]): Expression {
  return all(filters.map((filter) => filterExpression(scope, type, filter)));
}

/** What a resource of a type must be to match a filter. A parameter that the type does not have is refused. */
function filterExpression(scope: SearchScope, type: string, filter: Filter): Expression {
  if (typeof filter.value !== 'string' || filter.value.includes('\0')) {
    throw new OperationOutcomeError(badRequest('Search values are strings without null characters', filter.code));
  }
  if (isChainedSearchFilter(filter)) {
    return chainExpression(scope, type, filter, (target, end) =>
      selectMatches(scope, target, allowed(scope, target, filterExpression(scope, target, end))),
    );
  }
  scope.assertVisible(type, filter.code);
  return columnExpression(scope, type, filter) ?? parameterExpression(scope, type, filter);
}

function columnExpression(scope: SearchScope, type: string, filter: Filter): Expression | undefined {
  switch (filter.code) {
    case '_id':
      return idExpression(scope, type, filter);
    case '_lastUpdated':
      return dateOnRow(filter);
    case '_project':
      return negatable(filter, { kind: 'row', where: isOneOf(name('r.project'), lastParts(filter.value)) });
    case '_filter':
      return filterLanguage(scope, type, parseFilterParameter(filter.value));
    default:
      return undefined;
  }
}

function idExpression(scope: SearchScope, type: string, filter: Filter): Expression {
  const select = sql`SELECT r.rid AS rid FROM resource r
    WHERE ${isOneOf(name('r.id'), lastParts(filter.value))} AND ${scope.rowsOf(type)}`;
  return negatable(filter, { kind: 'ids', select, rank: RANK.id });
}

function lastParts(value: string): string[] {
  return splitSearchOnComma(value).map((part) => part.split('/').pop() as string);
}

/** For columns that always have a value: they can be equal or not. */
function negatable(filter: Filter, expression: Expression): Expression {
  switch (filter.operator) {
    case Operator.EQUALS:
    case Operator.EXACT:
      return expression;
    case Operator.NOT:
    case Operator.NOT_EQUALS:
      return { kind: 'not', part: expression };
    default:
      throw new OperationOutcomeError(invalidSearchOperator(filter.operator, filter.code));
  }
}

function filterLanguage(scope: SearchScope, type: string, expression: FhirFilterExpression): Expression {
  if (expression instanceof FhirFilterComparison) {
    const { path, operator, value } = expression;
    return filterExpression(scope, type, { code: path, operator, value });
  }
  if (expression instanceof FhirFilterNegation) {
    return { kind: 'not', part: filterLanguage(scope, type, expression.child) };
  }
  if (expression instanceof FhirFilterConnective) {
    const parts = [expression.left, expression.right].map((side) => filterLanguage(scope, type, side));
    return expression.keyword === 'and' ? all(parts) : any(parts);
  }
  throw new OperationOutcomeError(badRequest('Unknown filter expression', '_filter'));
}

function parameterExpression(scope: SearchScope, type: string, filter: Filter): Expression {
  const parameter = getSearchParameter(type, filter.code);
  if (!parameter) {
    throw new OperationOutcomeError(badRequest(`Unknown search parameter: ${filter.code}`, filter.code));
  }
  const { codes } = searchedCodes(type, filter.code);
  const { operator } = filter;
  if (operator === Operator.MISSING || operator === Operator.PRESENT) {
    return presence(scope, type, parameter, codes, filter);
  }
  if (operator === Operator.IDENTIFIER) {
    if (parameter.type !== 'reference') {
      throw new OperationOutcomeError(invalidSearchOperator(operator, filter.code));
    }
    const ids = scope.paramIds(type, [`${filter.code}:identifier`]);
    const plain = { ...filter, operator: Operator.EQUALS };
    return ids.length === 0 ? NEVER : tokenExpression({ scope, type, parameter, filter: plain, ids });
  }
  const negated = operator === Operator.NOT || (operator === Operator.NOT_EQUALS && parameter.type !== 'number');
  const positive = negated ? { ...filter, operator: Operator.EQUALS } : filter;
  const ids = scope.paramIds(type, codes);
  // The filter is looked at even if nothing can match it: a bad one is refused either way.
  const expression = typedExpression({ scope, type, parameter, filter: positive, ids: ids.length > 0 ? ids : [-1] });
  return negated ? { kind: 'not', part: expression } : expression;
}

function typedExpression(filter: ParameterFilter): Expression {
  switch (filter.parameter.type) {
    case 'token':
      return tokenExpression(filter);
    case 'uri':
      return uriExpression(filter);
    case 'string':
      return stringExpression(filter);
    case 'reference':
      return referenceExpression(filter);
    case 'date':
      return dateExpression(filter);
    case 'number':
    case 'quantity':
      return numberExpression(filter);
    default:
      throw notSearchable(filter.parameter);
  }
}

/** Composite and special parameters: no index has their values. */
const notSearchable = ({ type, code }: SearchParameter): OperationOutcomeError =>
  new OperationOutcomeError(badRequest(`Search by ${type} is not supported: ${code}`, code));

/** `:missing` and `:present`. */
function presence(
  scope: SearchScope,
  type: string,
  parameter: SearchParameter,
  codes: string[],
  filter: Filter,
): Expression {
  if (filter.value !== 'true' && filter.value !== 'false') {
    throw new OperationOutcomeError(badRequest(`The value of :${filter.operator} is true or false`, filter.code));
  }
  const table = tableOf(parameter);
  const ids = scope.paramIds(type, codes);
  const wanted = (filter.value === 'true') === (filter.operator === Operator.PRESENT);
  if (ids.length === 0) {
    return { kind: 'constant', value: !wanted };
  }
  const where = isOneOf(name('t.param'), ids);
  const present: Expression = { kind: 'lookup', table, where, rank: RANK.never, single: false };
  return wanted ? present : { kind: 'not', part: present };
}

function tableOf(parameter: SearchParameter): IndexTable {
  switch (parameter.type) {
    case 'token':
    case 'uri':
      return 'idx_token';
    case 'reference':
      return 'idx_reference';
    case 'date':
      return 'idx_date';
    case 'string':
      return 'idx_string';
    case 'number':
    case 'quantity':
      return 'idx_number';
    default:
      throw notSearchable(parameter);
  }
}
