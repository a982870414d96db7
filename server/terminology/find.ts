import { badRequest, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { FhirRepository } from '@medplum/fhir-router';
import type { CodeSystem, ValueSet } from '@medplum/fhirtypes';

/**
 * The code system or value set of an address that the requester may read, with or without a version (`url|version`). The
 * project's own goes before that of the definitions, and the latest version before others.
 */
export async function findByUrl<T extends CodeSystem | ValueSet>(
  repository: FhirRepository,
  resourceType: T['resourceType'],
  canonical: string,
  wanted?: string,
): Promise<WithId<T> | undefined> {
  const [url = '', version = wanted] = canonical.split('|', 2);
  const found = await repository.searchResources<T>({
    resourceType,
    filters: [
      { code: 'url', operator: 'eq', value: url },
      ...(version ? [{ code: 'version', operator: 'eq' as const, value: version }] : []),
    ],
    sortRules: [{ code: 'version', descending: true }],
  });
  return found[0];
}

/** The same, where there must be one. */
export async function requireByUrl<T extends CodeSystem | ValueSet>(
  repository: FhirRepository,
  resourceType: T['resourceType'],
  canonical: string,
  wanted?: string,
): Promise<WithId<T>> {
  const found = await findByUrl<T>(repository, resourceType, canonical, wanted);
  if (!found) {
    throw new OperationOutcomeError(badRequest(`${resourceType} ${canonical} not found`, 'url'));
  }
  return found;
}
