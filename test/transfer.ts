import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Patient, PlanDefinition, Resource, ResourceType, Subscription } from '@medplum/fhirtypes';
import { runVisit } from '../scripts/demo/visit.ts';
import { startClinicServer } from '../scripts/lib/clinic-server.ts';
import { inRoot } from '../scripts/lib/paths.ts';
import { seedDemoClinic } from '../scripts/lib/seed.ts';
import { readExport } from '../scripts/transfer/exported.ts';
import type { Exported } from '../scripts/transfer/exported.ts';
import { withNewIds } from '../scripts/transfer/ids.ts';
import { IMPORTED_TAG } from '../scripts/transfer/import.ts';
import type { Ledger } from '../scripts/transfer/ledger.ts';
import { plan } from '../scripts/transfer/plan.ts';
import { silentLogger } from '../server/index.ts';

/**
 * The export of a clinic with a visit behind it, two patients who refer to each other, a picture, a Subscription of the
 * clinic's own, and a journey that it edited.
 * @param folder - An empty one; the export is in `export` of it.
 */
export async function exportClinic(folder: string): Promise<Exported> {
  const dataDir = join(folder, 'data');
  const { server, medplum } = await startClinicServer({
    port: 0,
    dataDir,
    demo: true,
    logger: silentLogger,
    secrets: {},
  });
  try {
    await runVisit(medplum, await seedDemoClinic(medplum), () => undefined);
    await server.drain();
    await addOddities(medplum);
    await server.drain();
    await runScript('export', [join(folder, 'export')], { CARELINE_DATA: dataDir });
  } finally {
    await server.close();
  }
  return readExport(join(folder, 'export'));
}

/** Runs a command as people do, in an environment of its own. */
export async function runScript(name: string, args: string[], env: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [inRoot('scripts', `${name}.ts`), ...args], {
    env: { PATH: process.env.PATH, ...env },
  });
  return stdout;
}

async function addOddities(medplum: MedplumClient): Promise<void> {
  const one = await medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'One' }] });
  const link = (other: Patient & { id: string }): Patient['link'] => [
    { type: 'seealso', other: { reference: `Patient/${other.id}` } },
  ];
  const two = await medplum.createResource<Patient>({ resourceType: 'Patient', link: link(one) });
  const picture = await medplum.createBinary({ data: new Uint8Array([1, 2, 3]), contentType: 'image/png' });
  await medplum.updateResource<Patient>({
    ...one,
    link: link(two),
    photo: [{ contentType: 'image/png', url: `Binary/${picture.id}` }],
  });
  await medplum.createResource<Subscription>({
    resourceType: 'Subscription',
    status: 'active',
    reason: 'the clinic’s own',
    criteria: `Observation?subject=Patient/${one.id}`,
    channel: { type: 'rest-hook', endpoint: 'http://127.0.0.1:9/' },
  });
  const [journey] = await medplum.searchResources('PlanDefinition', { _count: '1' });
  await medplum.updateResource({ ...(journey as WithId<PlanDefinition>), title: 'Edited by the clinic' });
}

/**
 * Looks at each resource of an export on the server that it was imported into.
 * @returns How many were compared.
 */
export async function expectImported(medplum: MedplumClient, exported: Exported, ledger: Ledger): Promise<number> {
  const { created, edited } = plan(exported);
  expect(edited).toHaveLength(1);
  for (const resource of [...created, ...edited]) {
    const wanted = withNewIds(resource, ledger.ids);
    expect(wanted.id).not.toBe(resource.id);
    if (resource.resourceType === 'Binary') {
      const content = await medplum.download(`fhir/R4/Binary/${wanted.id}`);
      expect(Buffer.from(await content.arrayBuffer()).toString('base64')).toBe(resource.data);
    } else {
      const found = await medplum.readResource(wanted.resourceType, wanted.id, { cache: 'reload' });
      expect(comparable(found)).toEqual(comparable(wanted));
    }
  }
  return created.length + edited.length;
}

/** The patients of an export, as they are known on the server that it was imported into. */
export const patientsOf = (exported: Exported, { ids }: Ledger): string[] =>
  [...exported.values()].flatMap(({ resourceType, id }) =>
    resourceType === 'Patient' ? [`Patient/${ids.get(id)}`] : [],
  );

/** Nobody was woken by an import: of what comes to a patient there is what was imported, and nothing else. */
export async function expectNobodyWoken(medplum: MedplumClient, exported: Exported, ledger: Ledger): Promise<void> {
  const subject = patientsOf(exported, ledger).join();
  const count = async (type: ResourceType, query: Record<string, string>): Promise<number> =>
    (await medplum.searchResources(type, { ...query, _count: '1000' })).length;
  const wanted = (type: ResourceType): number =>
    [...exported.values()].filter(
      (resource) => resource.resourceType === type && JSON.stringify(resource).includes('Patient/'),
    ).length;
  expect({
    Communication: await count('Communication', { recipient: subject }),
    CarePlan: await count('CarePlan', { subject }),
    Task: await count('Task', { patient: subject }),
  }).toEqual({ Communication: wanted('Communication'), CarePlan: wanted('CarePlan'), Task: wanted('Task') });
}

/** Without what a server says of a resource for itself, and what the import adds. */
function comparable(resource: Resource): unknown {
  const tag = resource.meta?.tag?.filter(({ system }) => system !== IMPORTED_TAG);
  const { profile, security } = resource.meta ?? {};
  const text = JSON.stringify({ ...resource, meta: { profile, security, tag: tag?.length ? tag : undefined } });
  // A read signs the addresses of content.
  return JSON.parse(text.replace(/"http:[^"]*\/storage\/([0-9a-f-]{36})\/[^"]*"/g, '"Binary/$1"'));
}
