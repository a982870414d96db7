import type { Resource } from '@medplum/fhirtypes';

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** The ids of other resources that stand anywhere in a resource: references, criteria, urls of attachments, keys. */
export function idsIn(resource: Resource, known: { has(id: string): boolean }): Set<string> {
  const found = JSON.stringify({ ...resource, id: undefined, meta: { ...resource.meta, versionId: undefined } }).match(
    ID,
  );
  return new Set((found ?? []).filter((id) => known.has(id)));
}

/** The same resource with every id that has a new one replaced by it. An id is unique, wherever it stands. */
export function withNewIds<T extends Resource>(resource: T, ids: ReadonlyMap<string, string>): T {
  return JSON.parse(JSON.stringify(resource).replace(ID, (id) => ids.get(id) ?? id)) as T;
}
