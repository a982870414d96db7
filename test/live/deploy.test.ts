import { beforeAll, describe, expect, test } from '@jest/globals';
import type { MedplumClient } from '@medplum/core';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { loadLayer } from '../../scripts/deploy/layer.ts';
import type { Layer } from '../../scripts/deploy/layer.ts';
import { ourBots } from '../../scripts/deploy/our-bots.ts';
import { undeploy } from '../../scripts/deploy/undeploy.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';

describe('on the server that MEDPLUM_BASE_URL names', () => {
  let medplum: MedplumClient;
  let layer: Layer;
  beforeAll(async () => {
    medplum = await signIn(readCredentials(process.env));
    layer = await loadLayer();
    await deploy(medplum, { layer });
  });

  test('a version without a bot removes it, and the next one brings it back', async () => {
    const woken = new Set(layer.rules.flatMap(({ bots }) => bots));
    const dropped = layer.bots.find(({ definition }) => definition.schedule && !woken.has(definition.name))!;
    const smaller = { ...layer, bots: layer.bots.filter((bot) => bot !== dropped) };
    const { report } = await deploy(medplum, { layer: smaller });
    expect(report.lines.filter(({ fate }) => fate === 'removed').map(({ what }) => what)).toEqual(
      expect.arrayContaining([`Bot ${dropped.name}`, `AccessPolicy policy/${dropped.definition.name}`]),
    );
    expect((await ourBots(medplum)).map(({ name }) => name)).not.toContain(dropped.definition.name);
    await deploy(medplum, { layer });
    expect((await deploy(medplum, { layer })).report.changed).toBe(false);
    expect((await ourBots(medplum)).map(({ name }) => name)).toContain(dropped.definition.name);
  });

  test('undeploy takes the layer out and leaves the patients, and deploy puts it in again', async () => {
    const patient = await medplum.createResource({ resourceType: 'Patient', active: true });
    const planned = await undeploy(medplum, { dryRun: true });
    const done = await undeploy(medplum);
    expect(done.lines).toEqual(planned.lines);
    expect(done.count('removed')).toBeGreaterThan(layer.bots.length * 2);
    expect(await ourBots(medplum)).toEqual([]);
    expect((await undeploy(medplum)).changed).toBe(false);
    expect(await medplum.readResource('Patient', patient.id, { cache: 'reload' })).toMatchObject({ active: true });
    await deploy(medplum, { layer });
    expect((await deploy(medplum, { layer })).report.changed).toBe(false);
  });
});
