import {
  getSearchParameterDetails,
  invalidSearchOperator,
  OperationOutcomeError,
  Operator,
  SearchParameterType,
  splitSearchOnComma,
} from '@medplum/core';
import type { Expression } from './expression.ts';
import { RANK } from './expression.ts';
import type { ParameterFilter } from './scope.ts';
import { clip } from './fold.ts';
import { isOneOf, name, sql } from './sql.ts';

/** What a compartment can be of; `_compartment` declares no targets. */
const COMPARTMENTS = ['Patient', 'Project', 'Organization', 'Practitioner', 'RelatedPerson'];

/** A filter on references and canonical urls. */
export function referenceExpression(parameterFilter: ParameterFilter): Expression {
  const { filter, ids } = parameterFilter;
  if (filter.operator !== Operator.EQUALS && filter.operator !== Operator.EXACT) {
    throw new OperationOutcomeError(invalidSearchOperator(filter.operator, filter.code));
  }
  const values = splitSearchOnComma(filter.value)
    .flatMap((value) => candidates(parameterFilter, value))
    .map(clip);
  return {
    kind: 'lookup',
    table: 'idx_reference',
    where: sql`${isOneOf(name('t.param'), ids)} AND ${isOneOf(name('t.value'), values)}`,
    rank: RANK.reference,
    single: values.length === 1 && ids.length === 1,
  };
}

/** A bare id is looked for under each type that the parameter may point to. */
function candidates({ type, parameter, filter }: ParameterFilter, value: string): string[] {
  const details = getSearchParameterDetails(type, parameter);
  if (value.includes('/') || details.type === SearchParameterType.CANONICAL) {
    return [value];
  }
  const targets =
    filter.code === '_compartment' ? COMPARTMENTS : (details.referenceTargetTypes ?? parameter.target ?? []);
  return [value, ...targets.map((target) => `${target}/${value}`)];
}
