import type { MedplumClient, WithId } from '@medplum/core';
import { OperationOutcomeError } from '@medplum/core';
import type { BundleEntry, Resource } from '@medplum/fhirtypes';

/** `done`, or the kind of refusal: `forbidden`, `not-found` … */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (thrown) {
    if (thrown instanceof OperationOutcomeError) {
      return thrown.outcome.id ?? String(thrown.outcome.issue[0]?.code);
    }
    throw thrown;
  }
}

/** Every way to write a resource there is, with what each was answered. */
export async function writeEveryWay(medplum: MedplumClient, resource: WithId<Resource>): Promise<string[]> {
  const { resourceType, id } = resource;
  const made: Resource = { ...resource, id: undefined, meta: undefined };
  const put: BundleEntry = { request: { method: 'PUT', url: `${resourceType}/${id}` }, resource };
  const upsert: BundleEntry = { ...put, request: { method: 'PUT', url: `${resourceType}?_id=${id}` } };
  const post: BundleEntry = { request: { method: 'POST', url: resourceType }, resource: made };
  const patches = Object.entries(made)
    .filter(([key, value]) => key !== 'resourceType' && value !== undefined)
    .map(([key, value]) => ({ op: 'add' as const, path: `/${key}`, value: value as unknown }));
  const batch = await medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry: [put, post, upsert] });
  return [
    await refusal(medplum.updateResource(resource)),
    await refusal(medplum.patchResource(resourceType, id, patches)),
    await refusal(medplum.upsertResource(resource, `_id=${id}`)),
    await refusal(medplum.createResource(made)),
    await refusal(medplum.createResourceIfNoneExist(made, `_id=00000000-0000-4000-8000-000000000000`)),
    ...(batch.entry ?? []).map(({ response }) => response?.outcome?.id ?? String(response?.status)),
    await refusal(medplum.executeBatch({ resourceType: 'Bundle', type: 'transaction', entry: [put] })),
    await refusal(medplum.executeBatch({ resourceType: 'Bundle', type: 'transaction', entry: [post] })),
  ];
}

/** What `writeEveryWay` gives where nothing may be written. */
export const FORBIDDEN: readonly string[] = Array<string>(10).fill('forbidden');
