import type { MedplumClient, WithId } from '@medplum/core';
import { isGone, isNotFound, isOperationOutcome, OperationOutcomeError } from '@medplum/core';
import type { Bundle, Resource } from '@medplum/fhirtypes';

/** What one of several searches found. */
export interface Found {
  /** Matches and included resources. */
  readonly resources: readonly WithId<Resource>[];
  /** How many match, where the search asked for it (`_total=accurate`). */
  readonly total?: number;
}

/**
 * Several reads and searches in one request.
 * @param urls - Relative, such as `Task?status=requested` or `PlanDefinition/1/_history/2`.
 * @throws What the first of them that failed was refused with; what is not there is found as nothing.
 */
export async function readTogether(medplum: MedplumClient, urls: readonly string[]): Promise<Found[]> {
  if (urls.length === 0) {
    return [];
  }
  const batch: Bundle = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: urls.map((url) => ({ request: { method: 'GET', url } })),
  };
  const answers = (await medplum.executeBatch(batch)).entry ?? [];
  return urls.map((_url, index) => {
    const { resource, response } = answers[index] ?? {};
    if (response?.status?.startsWith('2') && resource) {
      return resource.resourceType === 'Bundle'
        ? {
            resources: (resource.entry ?? []).map((entry) => entry.resource as WithId<Resource>),
            ...(resource.total !== undefined && { total: resource.total }),
          }
        : { resources: [resource as WithId<Resource>] };
    }
    const outcome = isOperationOutcome(response?.outcome) ? response.outcome : undefined;
    if (outcome && (isNotFound(outcome) || isGone(outcome))) {
      return { resources: [] };
    }
    throw outcome ? new OperationOutcomeError(outcome) : new Error(`A read was answered with "${response?.status}".`);
  });
}

/** A search as it stands in an address: `Task?status=requested&code=a%7Cb`. */
export const searchUrl = (type: string, query: Record<string, string> | [string, string][]): string =>
  `${type}?${new URLSearchParams(query).toString()}`;

/** The resources of one type among those that were found. */
export function among<K extends Resource['resourceType']>(
  found: readonly WithId<Resource>[],
  type: K,
): WithId<Extract<Resource, { resourceType: K }>>[] {
  return found.filter(
    (resource): resource is WithId<Extract<Resource, { resourceType: K }>> => resource.resourceType === type,
  );
}
