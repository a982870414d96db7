import { parseSearchRequest } from '@medplum/core';
import type { AccessPolicyResource } from '@medplum/fhirtypes';
import type { Expression } from './expression.ts';
import { all, any } from './expression.ts';
import { filterExpression, filtersExpression } from './filters.ts';
import type { SearchScope } from './scope.ts';

/** What a resource of a type must be for the requester to find it; undefined if every one of the project is found. */
export function policyExpression(scope: SearchScope, type: string): Expression | undefined {
  const rules = scope.access.searchRules(type);
  return rules && any(rules.map((rule) => ruleExpression(scope, type, rule)));
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
