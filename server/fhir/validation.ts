import {
  badRequest,
  isUUID,
  OperationOutcomeError,
  stringify,
  validateResource,
  validateResourceType,
} from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { hasPlainStructure } from './plain-structure.ts';

/** Deeper than any real resource; far less than what would exhaust the stack. */
const MAX_DEPTH = 64;

/**
 * Checks that a resource has the structure that R4 gives its type, as Medplum does: cardinalities, types, invariants,
 * no unknown properties. Throws an OperationOutcome that names the path.
 */
export function validateStructure(resource: Resource): void {
  if (!hasPlainStructure(resource)) {
    validateResource(resource);
  }
}

/**
 * The resource and its text without empty values (`""`, `{}`, `[]`), which FHIR does not have: they count as absent, as in
 * Medplum.
 */
export function withoutEmptyValues<T extends Resource>(resource: T): { resource: T; content: string } {
  const content = JSON.stringify(resource);
  // Whatever looks like one, be it inside of a text, is looked at.
  if (!/""|\{\}|\[\]|null/.test(content)) {
    return { resource, content };
  }
  const clean = JSON.parse(stringify(resource)) as T;
  return { resource: clean, content: JSON.stringify(clean) };
}

/** Refuses what is not a resource at all, before anything looks into it. */
export function assertResource(resource: unknown): asserts resource is Resource {
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) {
    throw new OperationOutcomeError(badRequest('A resource is expected in the body'));
  }
  const { resourceType, meta } = resource as { resourceType?: unknown; meta?: unknown };
  if (typeof resourceType !== 'string') {
    throw new OperationOutcomeError(badRequest('Missing resource type', 'resourceType'));
  }
  validateResourceType(resourceType);
  if (meta !== undefined && (typeof meta !== 'object' || meta === null || Array.isArray(meta))) {
    throw new OperationOutcomeError(badRequest('Expected an object', `${resourceType}.meta`));
  }
  assertPlain(resource, resourceType, 0);
}

/** Refuses keys that mean something to JavaScript, and nesting that no resource has. */
function assertPlain(value: object, path: string, depth: number): void {
  if (depth > MAX_DEPTH) {
    throw new OperationOutcomeError(badRequest('Nested too deeply', path));
  }
  for (const key of Object.keys(value)) {
    // No element of FHIR has such a name; where names are looked up with `in`, every object seems to have it.
    if (key in Object.prototype || key === 'prototype') {
      throw new OperationOutcomeError(badRequest(`Invalid property "${key}"`, path));
    }
    const child = (value as Record<string, unknown>)[key];
    if (typeof child === 'object' && child !== null) {
      assertPlain(child, Array.isArray(value) ? path : `${path}.${key}`, depth + 1);
    }
  }
}

/** Refuses an id in a body that no resource can have. */
export function assertId(id: unknown): asserts id is string {
  if (id === undefined) {
    throw new OperationOutcomeError(badRequest('Missing id', 'id'));
  }
  if (typeof id !== 'string' || !isUUID(id)) {
    throw new OperationOutcomeError(badRequest('Invalid id', 'id'));
  }
}
