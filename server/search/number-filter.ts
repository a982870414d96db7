import type { Filter } from '@medplum/core';
import { badRequest, invalidSearchOperator, OperationOutcomeError, Operator, splitSearchOnComma } from '@medplum/core';
import type { Expression } from './expression.ts';
import { any, RANK } from './expression.ts';
import type { ParameterFilter } from './scope.ts';
import type { Sql } from './sql.ts';
import { isOneOf, join, name, sql } from './sql.ts';

const NUMBER = /^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/;

/** A filter on numbers and quantities: `5.4`, `gt5.4|http://unitsofmeasure.org|mg`, `5.4||mg`. */
export function numberExpression({ filter, ids }: ParameterFilter): Expression {
  const param = isOneOf(name('t.param'), ids);
  return any(
    splitSearchOnComma(filter.value).map((value) => {
      const [number = '', system, code] = value.split('|');
      if (!NUMBER.test(number)) {
        throw new OperationOutcomeError(badRequest(`Invalid number value: ${value}`, filter.code));
      }
      const conditions = [param, compare(filter, Number(number), precisionOf(number))];
      if (system) {
        conditions.push(sql`t.system = ${system}`);
      }
      if (code) {
        conditions.push(system ? sql`t.code = ${code}` : sql`(t.code = ${code} OR t.unit = ${code})`);
      }
      return { kind: 'lookup', table: 'idx_number', where: join(conditions, ' AND '), rank: RANK.range, single: false };
    }),
  );
}

/** Half of the last digit's place: `5.4` is everything from 5.35 to 5.45, as FHIR has it. */
function precisionOf(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const decimals = mantissa.split('.')[1]?.length ?? 0;
  return 0.5 * 10 ** (Number(exponent) - decimals);
}

function compare(filter: Filter, value: number, half: number): Sql {
  switch (filter.operator) {
    case Operator.EQUALS:
      return sql`t.lo < ${value + half} AND t.hi >= ${value - half}`;
    case Operator.NOT_EQUALS:
      return sql`(t.lo >= ${value + half} OR t.hi < ${value - half})`;
    case Operator.APPROXIMATELY: {
      const tenth = Math.abs(value) * 0.1;
      return sql`t.lo <= ${value + tenth} AND t.hi >= ${value - tenth}`;
    }
    case Operator.LESS_THAN:
      return sql`t.lo < ${value}`;
    case Operator.LESS_THAN_OR_EQUALS:
      return sql`t.lo <= ${value}`;
    case Operator.GREATER_THAN:
      return sql`t.hi > ${value}`;
    case Operator.GREATER_THAN_OR_EQUALS:
      return sql`t.hi >= ${value}`;
    case Operator.STARTS_AFTER:
      return sql`t.lo > ${value}`;
    case Operator.ENDS_BEFORE:
      return sql`t.hi < ${value}`;
    default:
      throw new OperationOutcomeError(invalidSearchOperator(filter.operator, filter.code));
  }
}
