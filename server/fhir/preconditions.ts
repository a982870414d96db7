import { badRequest, OperationOutcomeError } from '@medplum/core';
import type { Bundle } from '@medplum/fhirtypes';
import type { FhirHttpRequest } from './http.ts';

const VERSION_TAG = /^(W\/)?"[^"]+"$/;

/**
 * Refuses version tags that the router would not understand. It would drop them and write without the condition, which
 * is the one thing that a client who sends a condition does not want.
 */
export function assertPreconditions(request: FhirHttpRequest): void {
  assertTag(request.headers['if-match'], 'If-Match');
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
