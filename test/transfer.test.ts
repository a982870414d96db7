import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Patient, PlanDefinition, Resource, Subscription } from '@medplum/fhirtypes';
import { runVisit } from '../scripts/demo/visit.ts';
import { inRoot } from '../scripts/lib/paths.ts';
import { startClinicServer } from '../scripts/lib/clinic-server.ts';
import { seedDemoClinic } from '../scripts/lib/seed.ts';
import { readExport } from '../scripts/transfer/exported.ts';
import type { Exported } from '../scripts/transfer/exported.ts';
import { withNewIds } from '../scripts/transfer/ids.ts';
import { IMPORTED_TAG, importInto } from '../scripts/transfer/import.ts';
import { Ledger } from '../scripts/transfer/ledger.ts';
import { plan } from '../scripts/transfer/plan.ts';
import { silentLogger } from '../server/index.ts';
import { TestServer } from '../server/testing.ts';

let folder: string;
let exported: Exported;

/** A clinic with a visit behind it, two patients who refer to each other, a picture, and a plan of the clinic's own. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'careline-transfer-'));
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
    const env = { PATH: process.env.PATH, CARELINE_DATA: dataDir };
    await promisify(execFile)(process.execPath, [inRoot('scripts', 'export.ts'), join(folder, 'export')], { env });
  } finally {
    await server.close();
  }
  exported = await readExport(join(folder, 'export'));
}, 90_000);

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

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

test('an export, imported into another server, is the same clinic with other ids', async () => {
  const { server, medplum } = await startClinicServer({ port: 0, demo: false, logger: silentLogger, secrets: {} });
  try {
    const active = await medplum.searchResources('Subscription', { status: 'active', _count: '1000' });
    const ledger = new Ledger(join(folder, 'export'), server.baseUrl);
    const report = await importInto(medplum, exported, ledger);
    expect(report.refused).toEqual([]);
    expect(report.created).toBeGreaterThan(50);
    await server.drain();

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
    // Nobody was woken: there is nothing but what was imported.
    const patients = await medplum.searchResources('Patient', { _count: '1000' });
    expect(patients).toHaveLength(created.filter(({ resourceType }) => resourceType === 'Patient').length);
    const messages = await medplum.searchResources('Communication', { _count: '1000' });
    expect(messages).toHaveLength(created.filter(({ resourceType }) => resourceType === 'Communication').length);
    const activeAgain = await medplum.searchResources('Subscription', { status: 'active', _count: '1000' });
    expect(activeAgain).toHaveLength(active.length + 1);

    // Once more, as after a crash that lost the ledger: what is there is found.
    const lost = new Ledger(join(folder, 'export'), 'http://lost/');
    expect((await importInto(medplum, exported, lost)).refused).toEqual([]);
    expect(await medplum.searchResources('Patient', { _count: '1000' })).toHaveLength(patients.length);
    expect((await importInto(medplum, exported, ledger)).created).toBe(0);
  } finally {
    await server.close();
  }
}, 90_000);

test('a project without the layer is refused before anything is written', async () => {
  const t = await TestServer.start();
  try {
    const ledger = new Ledger(join(folder, 'export'), 'http://empty/');
    await expect(importInto(t.medplum, exported, ledger)).rejects.toThrow('npm run deploy');
    expect(await t.medplum.searchResources('Patient')).toHaveLength(0);
  } finally {
    await t.server.close();
  }
});

/** Without what a server says of a resource for itself, and what the import adds. */
function comparable(resource: Resource): unknown {
  const tag = resource.meta?.tag?.filter(({ system }) => system !== IMPORTED_TAG);
  const { profile, security } = resource.meta ?? {};
  const text = JSON.stringify({ ...resource, meta: { profile, security, tag: tag?.length ? tag : undefined } });
  // A read signs the addresses of content.
  return JSON.parse(text.replace(/"http:[^"]*\/storage\/([0-9a-f-]{36})\/[^"]*"/g, '"Binary/$1"'));
}
