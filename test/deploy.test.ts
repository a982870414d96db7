import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MedplumClient } from '@medplum/core';
import type { Subscription } from '@medplum/fhirtypes';
import { deploy } from '../scripts/deploy/deploy.ts';
import { PreflightError } from '../scripts/deploy/preflight.ts';
import { findBots } from '../scripts/build.ts';
import { loadBots } from '../scripts/lib/bots.ts';
import { MAX_BUNDLE_BYTES, bundleBots } from '../scripts/lib/bundle.ts';
import { startClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';

describe('the list of bots', () => {
  test('medplum.config.json lists every bot, each under the name of its file', async () => {
    const listed = await loadBots();
    expect(listed.map(({ name, source, dist }) => ({ name, source, dist }))).toEqual(await findBots());
    for (const { source, definition } of listed) {
      expect(`bots/${definition.name}.ts`).toBe(source);
    }
  });

  test('every bundle is under 1 MB', async () => {
    const codeOf = await bundleBots(await loadBots());
    for (const code of codeOf.values()) {
      expect(Buffer.byteLength(code)).toBeLessThan(MAX_BUNDLE_BYTES);
    }
  });
});

describe('deploy', () => {
  let clinic: Clinic;
  let medplum: MedplumClient;
  beforeAll(async () => {
    clinic = await startClinic();
    medplum = clinic.medplum;
  });
  afterAll(() => clinic.close());

  test('run again, changes nothing', async () => {
    const { report } = await deploy(medplum);
    expect(report.lines.filter(({ fate }) => fate !== 'unchanged')).toEqual([]);
    expect(report.lines.length).toBeGreaterThan(0);
  });

  test('a dry run lists what would change and changes nothing', async () => {
    const policy = await medplum.searchOne('AccessPolicy', { name: 'careline-scheduling-check-in' });
    await medplum.updateResource({ ...policy!, resource: [{ resourceType: 'Patient' }] });
    const dry = await deploy(medplum, { dryRun: true });
    expect(dry.report.lines.filter(({ fate }) => fate !== 'unchanged')).toEqual([
      { fate: 'updated', what: 'AccessPolicy policy/scheduling/check-in' },
    ]);
    expect((await medplum.readResource('AccessPolicy', policy!.id)).resource).toHaveLength(1);
    expect((await deploy(medplum)).report.count('updated')).toBe(1);
    expect((await medplum.readResource('AccessPolicy', policy!.id)).resource).toHaveLength(policy!.resource!.length);
  });

  test('code that somebody else deployed to one of our bots is replaced', async () => {
    const bot = await medplum.searchOne('Bot', { name: 'careline-scheduling-check-in' });
    await medplum.post(medplum.fhirUrl('Bot', bot!.id, '$deploy'), { code: 'exports.handler = () => 1;' });
    expect((await deploy(medplum)).report.count('updated')).toBe(1);
    expect((await deploy(medplum)).report.changed).toBe(false);
  });

  test("a journey that the clinic changed stays the clinic's", async () => {
    const journey = await medplum.searchOne('PlanDefinition', { name: 'OutpatientVisit' });
    await medplum.updateResource({ ...journey!, title: 'Our own way' });
    const { report } = await deploy(medplum);
    expect(report.count('kept')).toBe(1);
    expect((await medplum.readResource('PlanDefinition', journey!.id)).title).toBe('Our own way');
  });

  test("a role that the clinic changed stays the clinic's", async () => {
    const role = await medplum.searchOne('AccessPolicy', { name: 'Careline front desk' });
    await medplum.updateResource({ ...role!, resource: [...role!.resource!, { resourceType: 'Flag' }] });
    const { report } = await deploy(medplum);
    expect(report.lines).toContainEqual({ fate: 'kept', what: 'AccessPolicy data/AccessPolicy/Careline front desk' });
    expect((await medplum.readResource('AccessPolicy', role!.id)).resource?.at(-1)).toEqual({ resourceType: 'Flag' });
    await medplum.updateResource(role!);
  });

  test('what an earlier version installed and this one no longer has is removed', async () => {
    const ours = await medplum.searchOne('Subscription', { status: 'active' });
    const tag = ours!.meta!.tag!.map((coding) => (coding.code === 'careline' ? coding : { ...coding, code: 'old' }));
    const old = await medplum.createResource<Subscription>({
      ...ours!,
      id: undefined,
      meta: { tag },
      criteria: 'Basic',
    });
    expect((await deploy(medplum)).report.count('removed')).toBe(1);
    await expect(medplum.readResource('Subscription', old.id)).rejects.toThrow();
  });

  test("stops before it writes anything where an operation's code is somebody else's", async () => {
    const foreign = await medplum.createResource({
      resourceType: 'OperationDefinition',
      name: 'Theirs',
      status: 'active',
      kind: 'operation',
      code: 'check-in',
      system: false,
      type: true,
      instance: false,
      url: 'https://example.com/OperationDefinition/check-in',
    });
    await expect(deploy(medplum)).rejects.toThrow(PreflightError);
    await expect(deploy(medplum)).rejects.toThrow(`OperationDefinition/${foreign.id}`);
    await medplum.deleteResource('OperationDefinition', foreign.id);
  });
});
