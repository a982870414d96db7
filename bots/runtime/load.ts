import type { MedplumClient, WithId } from '@medplum/core';
import { isGone, isNotFound, isOperationOutcome, OperationOutcomeError } from '@medplum/core';
import type { Bundle, ExtractResource, Resource, ResourceType } from '@medplum/fhirtypes';
import { send } from './batch.ts';
import { refuse, toOutcome } from './outcome.ts';
import type { Ref } from './parameters.ts';

/**
 * Reads what a parameter refers to.
 * @throws Refusal `not-found` that names the parameter.
 */
export async function read<T extends ResourceType>(
  fhir: MedplumClient,
  reference: Ref<T>,
  parameter: string,
): Promise<WithId<ExtractResource<T>>> {
  const [type, id] = reference.split('/') as [T, string];
  try {
    return await fhir.readResource(type, id);
  } catch (thrown) {
    const outcome = toOutcome(thrown);
    if (outcome && (isNotFound(outcome) || isGone(outcome))) {
      return refuse('not-found', parameter, `There is no ${reference}.`);
    }
    throw thrown;
  }
}

/** A resource as it was before it was deleted; undefined where there never was one. */
export async function lastVersion<T extends ResourceType>(
  fhir: MedplumClient,
  type: T,
  id: string,
): Promise<WithId<ExtractResource<T>> | undefined> {
  try {
    const history = await fhir.readHistory<T>(type, id);
    return history.entry?.find(({ resource }) => resource)?.resource;
  } catch (thrown) {
    const outcome = toOutcome(thrown);
    // Whatever else is in the way does not say that there was none.
    if (outcome && (isNotFound(outcome) || isGone(outcome))) {
      return undefined;
    }
    throw thrown;
  }
}

/** Everything that a search finds, page after page (a server gives 1,000 at most in one). */
export async function searchAll<T extends ResourceType>(
  fhir: MedplumClient,
  type: T,
  query: Record<string, string> | [string, string][],
): Promise<WithId<ExtractResource<T>>[]> {
  const found: WithId<ExtractResource<T>>[] = [];
  const search = new URLSearchParams(query);
  search.set('_count', '1000');
  for await (const page of fhir.searchResourcePages(type, search)) {
    found.push(...page);
  }
  return found;
}

/**
 * Several reads and searches in one request.
 * @param urls - Relative, such as `Slot/1` or `Appointment?slot=Slot/1`.
 * @returns What each found, in order: the resource of a read, the matches and includes of a search, nothing for a
 * read of what is not there.
 */
export async function readTogether(fhir: MedplumClient, urls: readonly string[]): Promise<WithId<Resource>[][]> {
  if (urls.length === 0) {
    // A server refuses a batch with nothing in it.
    return [];
  }
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: urls.map((url) => ({ request: { method: 'GET', url } })),
  };
  const answers = await send(fhir, bundle);
  return urls.map((_url, index) => {
    const { resource, response } = answers[index] ?? {};
    if (response?.status?.startsWith('2')) {
      return resource?.resourceType === 'Bundle' && !urls[index]?.startsWith('Bundle/')
        ? (resource.entry ?? []).map((entry) => entry.resource as WithId<Resource>)
        : [resource as WithId<Resource>];
    }
    const outcome = isOperationOutcome(response?.outcome) ? response.outcome : undefined;
    if (outcome && (isNotFound(outcome) || isGone(outcome))) {
      return [];
    }
    throw outcome ? new OperationOutcomeError(outcome) : new Error(`A read was answered with "${response?.status}".`);
  });
}

/** The resources of one type among several. */
export const ofType = <T extends ResourceType>(
  resources: readonly WithId<Resource>[],
  type: T,
): WithId<ExtractResource<T>>[] =>
  resources.filter((resource): resource is WithId<ExtractResource<T>> => resource.resourceType === type);
