import type { SearchRequest } from '@medplum/core';
import {
  badRequest,
  DEFAULT_MAX_SEARCH_COUNT,
  DEFAULT_SEARCH_COUNT,
  getDataType,
  OperationOutcomeError,
  subsetResource,
} from '@medplum/core';
import type { Resource, ResourceType } from '@medplum/fhirtypes';
import type { SearchScope } from './scope.ts';

/** SQLite counts rows in 64 bits, JavaScript does not. */
const MAX_OFFSET = 1_000_000_000;

/** How many resources a page has: 20 unless the client says otherwise, 1,000 at most. */
export function pageSize({ count }: SearchRequest): number {
  if (count === undefined) {
    return DEFAULT_SEARCH_COUNT;
  }
  assertWhole(count, '_count');
  return Math.min(count, DEFAULT_MAX_SEARCH_COUNT);
}

/** How many resources come before the page. */
export function pageOffset({ offset }: SearchRequest): number {
  if (offset === undefined) {
    return 0;
  }
  assertWhole(offset, '_offset');
  return offset;
}

function assertWhole(value: number, parameter: string): void {
  if (!Number.isInteger(value) || value < 0 || value > MAX_OFFSET) {
    throw new OperationOutcomeError(badRequest(`${parameter} must be a whole number`, parameter));
  }
}

/** True if the client wants to know how many there are on all pages. */
export function wantsTotal({ total }: SearchRequest): boolean {
  if (total !== undefined && !['none', 'estimate', 'accurate'].includes(total)) {
    throw new OperationOutcomeError(badRequest('_total is none, estimate or accurate', '_total'));
  }
  return total === 'accurate' || total === 'estimate';
}

/** The resource types that are searched. */
export function typesOf({ types, resourceType }: SearchRequest): ResourceType[] {
  return types ?? [resourceType];
}

/** Refuses what cannot be searched, or not by this requester. */
export function assertSearch(scope: SearchScope, request: SearchRequest): void {
  for (const type of typesOf(request)) {
    scope.assertSearchable(type);
  }
  for (const { resourceType, searchParam } of [...(request.include ?? []), ...(request.revInclude ?? [])]) {
    scope.assertSearchable(resourceType);
    scope.assertVisible(resourceType, searchParam);
  }
}

/** Leaves of a resource what `_elements`, `_fields` or `_summary` ask for. */
export function withoutRest<T extends Resource>(resource: T, { fields, summary }: SearchRequest): T {
  if (!fields && !summary) {
    return resource;
  }
  const { mandatoryProperties, summaryProperties } = getDataType(resource.resourceType);
  const mandatory = [...(mandatoryProperties ?? [])];
  if (fields) {
    return subsetResource(resource, [...mandatory, ...fields]) as T;
  }
  switch (summary) {
    case 'text':
      return subsetResource(resource, ['text', ...mandatory]) as T;
    case 'data':
      return subsetResource(
        resource,
        Object.keys(resource).filter((key) => key !== 'text'),
      ) as T;
    default:
      return subsetResource(resource, [...(summaryProperties ?? [])]) as T;
  }
}
