import type { Filter } from '@medplum/core';
import {
  badRequest,
  getSearchParameterDetails,
  invalidSearchOperator,
  OperationOutcomeError,
  Operator,
  splitSearchOnComma,
} from '@medplum/core';
import type { TimeRange } from './dates.ts';
import { parseDateRange } from './dates.ts';
import type { Expression } from './expression.ts';
import { any, RANK } from './expression.ts';
import type { ParameterFilter } from './scope.ts';
import { principalTime } from './parameters.ts';
import type { Sql } from './sql.ts';
import { isOneOf, name, sql } from './sql.ts';

/** A year: the longest that a date without a period can stand for. */
const LONGEST_DATE = 366 * 86_400_000;

/** A filter on dates. They are equal if they overlap, as Medplum has it for Subscriptions and policies too. */
export function dateExpression({ type, parameter, filter, ids }: ParameterFilter): Expression {
  const { array, elementDefinitions } = getSearchParameterDetails(type, parameter);
  const types = new Set((elementDefinitions ?? []).flatMap((element) => element.type.map(({ code }) => code)));
  const isInstant = types.size === 1 && types.has('instant');
  const isDate = types.size > 0 && [...types].every((code) => ['instant', 'date', 'dateTime'].includes(code));
  const width = isInstant ? 1 : isDate ? LONGEST_DATE : undefined;
  const param = isOneOf(name('t.param'), ids);
  return any(
    splitSearchOnComma(filter.value).map((value) => {
      const range = parseValue(value, filter);
      return {
        kind: 'lookup',
        table: 'idx_date',
        where: sql`${param} AND ${compare(filter, range, width)}`,
        rank: filter.operator === Operator.EQUALS ? RANK.range : RANK.openRange,
        single: !array && ids.length === 1,
        ...(array || !elementDefinitions?.length ? {} : { mergeKey: filter.code }),
        ...(principalTime(type) === filter.code
          ? { onTime: sql`t.at <> 0 AND ${compareInstant(filter, range, name('t.at'))}` }
          : {}),
      };
    }),
  );
}

/** A filter on `_lastUpdated`, which is in the resource's row. */
export function dateOnRow(filter: Filter): Expression {
  const negated = filter.operator === Operator.NOT_EQUALS || filter.operator === Operator.NOT;
  const positive = negated ? { ...filter, operator: Operator.EQUALS } : filter;
  const expression = any(
    splitSearchOnComma(filter.value).map((value) => ({
      kind: 'row',
      where: compareInstant(positive, parseValue(value, filter), name('r.updated')),
    })),
  );
  return negated ? { kind: 'not', part: expression } : expression;
}

function parseValue(value: string, filter: Filter): TimeRange {
  const range = parseDateRange(value);
  if (!range) {
    throw new OperationOutcomeError(badRequest(`Invalid date value: ${value}`, filter.code));
  }
  return range;
}

function compare(filter: Filter, { lo, hi }: TimeRange, width: number | undefined): Sql {
  // Index rows are in the order of their beginning: one that can still reach to `from` begins not long before.
  const reaching = (from: number): Sql => (width === undefined ? name('1') : sql`t.lo > ${from - width}`);
  switch (filter.operator) {
    case Operator.EQUALS:
    case Operator.APPROXIMATELY:
      return sql`t.lo < ${hi} AND ${reaching(lo)} AND t.hi > ${lo}`;
    case Operator.LESS_THAN:
      return sql`t.lo < ${lo}`;
    case Operator.LESS_THAN_OR_EQUALS:
      return sql`t.lo < ${hi}`;
    case Operator.GREATER_THAN:
      return sql`${reaching(hi)} AND t.hi > ${hi}`;
    case Operator.GREATER_THAN_OR_EQUALS:
      return sql`${reaching(lo)} AND t.hi > ${lo}`;
    case Operator.STARTS_AFTER:
      return sql`t.lo >= ${hi}`;
    case Operator.ENDS_BEFORE:
      return sql`t.lo < ${lo} AND t.hi <= ${lo}`;
    default:
      throw new OperationOutcomeError(invalidSearchOperator(filter.operator, filter.code));
  }
}

/** The same for a column that has an instant. */
function compareInstant(filter: Filter, { lo, hi }: TimeRange, column: Sql): Sql {
  switch (filter.operator) {
    case Operator.EQUALS:
    case Operator.APPROXIMATELY:
      return sql`${column} >= ${lo} AND ${column} < ${hi}`;
    case Operator.LESS_THAN:
    case Operator.ENDS_BEFORE:
      return sql`${column} < ${lo}`;
    case Operator.LESS_THAN_OR_EQUALS:
      return sql`${column} < ${hi}`;
    case Operator.GREATER_THAN:
    case Operator.STARTS_AFTER:
      return sql`${column} >= ${hi}`;
    case Operator.GREATER_THAN_OR_EQUALS:
      return sql`${column} >= ${lo}`;
    default:
      throw new OperationOutcomeError(invalidSearchOperator(filter.operator, filter.code));
  }
}
