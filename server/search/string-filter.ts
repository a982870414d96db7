import { invalidSearchOperator, OperationOutcomeError, Operator, splitSearchOnComma } from '@medplum/core';
import type { Expression } from './expression.ts';
import { all, any, RANK } from './expression.ts';
import type { ParameterFilter } from './scope.ts';
import { clip, fold, prefixEnd } from './fold.ts';
import type { Sql } from './sql.ts';
import { isOneOf, name, sql } from './sql.ts';

/** A filter on strings: by how they begin, without case and accents, unless a modifier says otherwise. */
export function stringExpression({ filter, ids }: ParameterFilter): Expression {
  const param = isOneOf(name('t.param'), ids);
  const lookup = (condition: Sql, rank: number = RANK.text): Expression => ({
    kind: 'lookup',
    table: 'idx_string',
    where: sql`${param} AND ${condition}`,
    rank,
    single: false,
  });
  const values = splitSearchOnComma(filter.value);
  switch (filter.operator) {
    case Operator.EXACT:
      return any(values.map((value) => lookup(isExactly(value), RANK.identifier)));
    case Operator.CONTAINS:
      return any(values.map((value) => lookup(sql`instr(t.value, ${fold(value)}) > 0`, RANK.code)));
    case Operator.EQUALS:
    case Operator.STARTS_WITH:
      return any(
        values.map((value) => {
          // A name or an address is in several rows: each word of the search begins one of them.
          const words = ids.length > 1 ? fold(value).split(' ') : [fold(value)];
          return all(words.map((word) => lookup(beginsWith(word))));
        }),
      );
    default:
      throw new OperationOutcomeError(invalidSearchOperator(filter.operator, filter.code));
  }
}

function beginsWith(folded: string): Sql {
  return sql`t.value >= ${folded} AND t.value < ${prefixEnd(folded)}`;
}

function isExactly(value: string): Sql {
  const folded = fold(value);
  const exact = clip(value);
  return sql`t.value = ${folded} AND t.exact = ${exact === folded ? '' : exact}`;
}
