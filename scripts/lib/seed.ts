import { readFile } from 'node:fs/promises';
import type { MedplumClient } from '@medplum/core';
import type { Bundle, Identifier, Resource } from '@medplum/fhirtypes';
import { sid } from '../../bots/runtime/contract.ts';
import { inRoot } from './paths.ts';

const DEMO_SID = sid('demo');
const DAY_MS = 86_400_000;

/** The demo clinic's resources: references by key (`service`, `provider-1` …), each key an identifier of `sid/demo`. */
export type DemoClinic = ReadonlyMap<string, Resource & { readonly id: string }>;

/**
 * Puts the demo clinic into a store that is nobody's yet, or finishes what an earlier start began.
 * @returns Its resources, or undefined where a clinic of somebody's own is.
 */
export async function seedEmptyStore(medplum: MedplumClient): Promise<DemoClinic | undefined> {
  const begun = await medplum.searchOne('Organization', { identifier: `${DEMO_SID}|organization` });
  if (!begun && ((await medplum.searchOne('Patient')) ?? (await medplum.searchOne('Practitioner')))) {
    return undefined;
  }
  return seedDemoClinic(medplum);
}

/**
 * Puts the demo clinic into a project, as far as it is not there yet. What is there stays as it is.
 * @returns Its resources, by their keys.
 */
export async function seedDemoClinic(medplum: MedplumClient): Promise<DemoClinic> {
  const bundle = JSON.parse(await readFile(inRoot('resources', 'demo', 'clinic.json'), 'utf8')) as Bundle;
  const clinic = new Map<string, Resource & { readonly id: string }>();
  for (const { fullUrl, resource } of bundle.entry ?? []) {
    const key = (resource as { identifier?: Identifier[] }).identifier?.[0]?.value;
    if (!resource || !fullUrl || !key) {
      throw new Error('An entry of the demo clinic has no resource, fullUrl or identifier.');
    }
    clinic.set(
      key,
      await medplum.createResourceIfNoneExist(resolved(resource, clinic), `identifier=${DEMO_SID}|${key}`),
    );
  }
  return clinic;
}

/** Fills those of the demo clinic's Schedules that are empty for two weeks; from then on the nightly bot keeps them filled. */
export async function generateDemoSlots(medplum: MedplumClient, clinic: DemoClinic): Promise<void> {
  const now = Date.now();
  const window = { start: new Date(now).toISOString(), end: new Date(now + 14 * DAY_MS).toISOString() };
  for (const { resourceType, id } of clinic.values()) {
    if (resourceType === 'Schedule' && !(await medplum.searchOne('Slot', { schedule: `Schedule/${id}` }))) {
      await medplum.post(medplum.fhirUrl('Schedule', '$generate-slots'), { schedule: `Schedule/${id}`, ...window });
    }
  }
}

/** The same resource, with references to earlier entries by their ids. */
function resolved<T extends Resource>(resource: T, clinic: DemoClinic): T {
  const text = JSON.stringify(resource).replace(/"urn:uuid:([a-z0-9-]+)"/g, (_all, key: string) => {
    const target = clinic.get(key);
    if (!target) {
      throw new Error(`The demo clinic refers to ${key}, which does not stand before it.`);
    }
    return `"${target.resourceType}/${target.id}"`;
  });
  return JSON.parse(text) as T;
}
