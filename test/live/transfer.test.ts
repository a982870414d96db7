import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { MedplumClient, WithId } from '@medplum/core';
import type { PlanDefinition, Subscription } from '@medplum/fhirtypes';
import { searchAll } from '../../bots/runtime/load.ts';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import type { Exported } from '../../scripts/transfer/exported.ts';
import { Ledger } from '../../scripts/transfer/ledger.ts';
import { plan } from '../../scripts/transfer/plan.ts';
import { expectImported, expectNobodyWoken, exportClinic, runScript } from '../transfer.ts';

const credentials = readCredentials(process.env);

let medplum: MedplumClient;
let folder: string;
let exported: Exported;
let journeys: WithId<PlanDefinition>[] = [];

beforeAll(async () => {
  medplum = await signIn(credentials);
  await deploy(medplum);
  journeys = await searchAll(medplum, 'PlanDefinition', {});
  folder = await mkdtemp(join(tmpdir(), 'careline-transfer-'));
  exported = await exportClinic(folder);
});

/** The project is for other tests too: the journeys are as deploy left them, and what was imported is gone. */
afterAll(async () => {
  for (const journey of journeys) {
    await medplum.updateResource(journey);
  }
  const { ids } = ledgerOf();
  for (const { resourceType, id } of plan(exported).created.toReversed()) {
    const moved = ids.get(id);
    if (moved) {
      await medplum.deleteResource(resourceType, moved);
    }
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** What the import has written down so far. */
const ledgerOf = (): Ledger => new Ledger(join(folder, 'export'), credentials.baseUrl);

test('an export of the embedded server, imported into a Medplum server, is the same clinic with other ids', async () => {
  const activeBefore = await searchAll<'Subscription'>(medplum, 'Subscription', { status: 'active' });
  const { baseUrl, clientId, clientSecret } = credentials;
  const env = { MEDPLUM_CLIENT_ID: clientId, MEDPLUM_CLIENT_SECRET: clientSecret };
  const run = (): Promise<string> => runScript('import', [join(folder, 'export'), '--base-url', baseUrl], env);
  expect(await run()).toMatch(/^Created \d\d+, updated \d+/m);

  const ledger = ledgerOf();
  await expectNobodyWoken(medplum, exported, ledger);
  expect(await expectImported(medplum, exported, ledger)).toBeGreaterThan(50);
  const active: WithId<Subscription>[] = await searchAll(medplum, 'Subscription', { status: 'active' });
  expect(active).toHaveLength(activeBefore.length + 1);

  expect(await run()).toMatch(/^Created 0,/m);
});
