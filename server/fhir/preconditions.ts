import { badRequest, OperationOutcomeError, preconditionFailed } from '@medplum/core';
import type { Bundle } from '@medplum/fhirtypes';
import type { FhirHttpRequest } from './http.ts';

const VERSION_TAG = /^(W\/)?"[^"]+"$/;
/** A type alone, whatever slashes stand around it, or with an empty query. */
const WITHOUT_CRITERIA = /^\/*\w+\/*(\?[&=]*)?$/;

/**
 * Refuses version tags that the router would not understand. It would drop them and write without the condition, which
 * is the one thing that a client who sends a condition does not want.
 */
export function assertPreconditions(request: FhirHttpRequest): void {
  assertTag(request.headers['if-match'], 'If-Match');
  assertSearch(request.headers['if-none-exist'], 'If-None-Exist');
  assertCriteria(request.method, request.url);
  if (!isBundle(request.body)) {
    return;
  }
  if (request.body.entry !== undefined && !Array.isArray(request.body.entry)) {
    throw new OperationOutcomeError(badRequest('Expected an array', 'Bundle.entry'));
  }
  for (const [index, entry] of (request.body.entry ?? []).entries()) {
    const path = `Bundle.entry[${index}]`;
    if (!isObject(entry) || (entry.request !== undefined && !isObject(entry.request))) {
      throw new OperationOutcomeError(badRequest('Expected an object', path));
    }
    if (entry.resource !== undefined && !isObject(entry.resource)) {
      throw new OperationOutcomeError(badRequest('Expected an object', `${path}.resource`));
    }
    for (const field of ['method', 'url', 'ifMatch', 'ifNoneExist', 'ifNoneMatch'] as const) {
      const value: unknown = entry.request?.[field];
      if (value !== undefined && typeof value !== 'string') {
        throw new OperationOutcomeError(badRequest('Expected a string', `${path}.request.${field}`));
      }
    }
    assertTag(entry.request?.ifMatch, `${path}.request.ifMatch`);
    assertSearch(entry.request?.ifNoneExist, `${path}.request.ifNoneExist`);
    assertCriteria(entry.request?.method, entry.request?.url);
  }
}

/**
 * Refuses a conditional change without a condition: `DELETE Patient` would delete the only Patient that there is, and is
 * what a client sends that has lost an id. Medplum does it; FHIR lets a server answer 412 where criteria select too much.
 */
function assertCriteria(method: string | undefined, url: string | undefined): void {
  if (['PUT', 'PATCH', 'DELETE'].includes(method ?? '') && WITHOUT_CRITERIA.test(url ?? '')) {
    const outcome = badRequest('Name the resource by its id, or give search criteria');
    throw new OperationOutcomeError({ ...outcome, id: preconditionFailed.id });
  }
}

/** Refuses criteria that the router would take for none, and so for the first resource that there is. */
function assertSearch(criteria: string | string[] | undefined, expression: string): void {
  if (criteria !== undefined && !/^[^?]+=/.test(String(criteria))) {
    throw new OperationOutcomeError(
      badRequest('Expected search criteria, such as identifier=system|value', expression),
    );
  }
}

function assertTag(tag: string | undefined, expression: string): void {
  if (tag !== undefined && !VERSION_TAG.test(tag)) {
    throw new OperationOutcomeError(badRequest('Expected a quoted version, such as W/"1"', expression));
  }
}

export function isBundle(body: unknown): body is Bundle {
  return isObject(body) && (body as { resourceType?: unknown }).resourceType === 'Bundle';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
