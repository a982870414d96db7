import type { Operation, WithId } from '@medplum/core';
import {
  applyPatch,
  badRequest,
  fhirpathPatchTypedValue,
  normalizeErrorString,
  OperationOutcomeError,
  parseFhirPathPatchParameters,
  toTypedValue,
} from '@medplum/core';
import type { Parameters, Resource } from '@medplum/fhirtypes';

/** Applies a JSON Patch or a FHIRPath Patch to a copy of a resource. */
export function patched<T extends Resource>(resource: WithId<T>, patch: Operation[] | Parameters): WithId<T> {
  const copy = structuredClone(resource);
  let errors: (Error | null)[] = [];
  try {
    if (Array.isArray(patch)) {
      assertOperations(patch);
      errors = applyPatch(copy, patch);
    } else {
      fhirpathPatchTypedValue(toTypedValue(copy), parseFhirPathPatchParameters(patch));
    }
  } catch (error) {
    throw error instanceof OperationOutcomeError
      ? error
      : new OperationOutcomeError(badRequest(normalizeErrorString(error)));
  }
  const [failed] = errors.filter((error) => error !== null);
  if (failed) {
    throw new OperationOutcomeError(badRequest(failed.message));
  }
  return copy;
}

/** Refuses what is no list of operations, and paths that lead out of the resource. */
function assertOperations(patch: unknown[]): asserts patch is Operation[] {
  for (const [index, operation] of patch.entries()) {
    const { op, path, from } = (operation ?? {}) as { op?: unknown; path?: unknown; from?: unknown };
    if (typeof op !== 'string' || typeof path !== 'string') {
      throw new OperationOutcomeError(badRequest('A patch operation needs "op" and "path"', `[${index}]`));
    }
    if (
      [path, from].some(
        (pointer) => typeof pointer === 'string' && /(^|\/)(__proto__|constructor|prototype)(\/|$)/.test(pointer),
      )
    ) {
      throw new OperationOutcomeError(badRequest('Invalid path', `[${index}].path`));
    }
  }
}
