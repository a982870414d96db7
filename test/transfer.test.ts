import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startClinicServer } from '../scripts/lib/clinic-server.ts';
import type { Exported } from '../scripts/transfer/exported.ts';
import { importInto } from '../scripts/transfer/import.ts';
import { Ledger } from '../scripts/transfer/ledger.ts';
import { silentLogger } from '../server/index.ts';
import { TestServer } from '../server/testing.ts';
import { expectImported, expectNobodyWoken, exportClinic, patientsOf } from './transfer.ts';

let folder: string;
let exported: Exported;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'careline-transfer-'));
  exported = await exportClinic(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

test('an export, imported into another server, is the same clinic with other ids', async () => {
  const { server, medplum } = await startClinicServer({ port: 0, demo: false, logger: silentLogger, secrets: {} });
  try {
    const active = await medplum.searchResources('Subscription', { status: 'active', _count: '1000' });
    const ledger = new Ledger(join(folder, 'export'), server.baseUrl);
    const report = await importInto(medplum, exported, ledger);
    expect(report.refused).toEqual([]);
    expect(report.created).toBeGreaterThan(50);
    await server.drain();

    expect(await expectImported(medplum, exported, ledger)).toBeGreaterThan(report.created);
    await expectNobodyWoken(medplum, exported, ledger);
    const patients = await medplum.searchResources('Patient', { _count: '1000' });
    expect(patients).toHaveLength(patientsOf(exported, ledger).length);
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
});

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
