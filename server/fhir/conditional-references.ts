import { badRequest, createReference, OperationOutcomeError, parseSearchRequest } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { FhirRepository } from '@medplum/fhir-router';
import type { Resource } from '@medplum/fhirtypes';

const CONDITIONAL = /^[A-Z][A-Za-z]+\?/;

/**
 * The resource with every reference that is a search (`Patient?identifier=…`) replaced by one to what the search finds,
 * as the requester may find it. A copy where there is one; FHIR allows them in transactions, Medplum everywhere.
 * @throws OperationOutcomeError that names the path, if it finds nothing or more than one.
 */
export async function withResolvedReferences<T extends Resource>(
  repository: FhirRepository,
  resource: WithId<T>,
): Promise<WithId<T>> {
  if (!isConditional(resource)) {
    return resource;
  }
  const copy = structuredClone(resource);
  await resolveIn(repository, copy, resource.resourceType);
  return copy;
}

function isConditional(value: object): boolean {
  return Object.entries(value).some(([key, child]: [string, unknown]) =>
    typeof child === 'string'
      ? key === 'reference' && CONDITIONAL.test(child)
      : typeof child === 'object' && child !== null && isConditional(child),
  );
}

async function resolveIn(repository: FhirRepository, value: object, path: string): Promise<void> {
  for (const [key, child] of Object.entries(value) as [string, unknown][]) {
    if (key === 'reference' && typeof child === 'string' && CONDITIONAL.test(child)) {
      Object.assign(value, await found(repository, child, path));
    } else if (typeof child === 'object' && child !== null) {
      await resolveIn(repository, child, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`);
    }
  }
}

async function found(repository: FhirRepository, reference: string, path: string): Promise<object> {
  const matches = await repository.searchResources({
    ...parseSearchRequest(reference),
    count: 2,
    sortRules: undefined,
  });
  const [match] = matches;
  if (!match || matches.length > 1) {
    const text = `Conditional reference ${match ? 'matches several resources' : 'matches no resource'}`;
    throw new OperationOutcomeError(badRequest(text, path));
  }
  return createReference(match);
}
