import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import type { Bundle, CarePlan } from '@medplum/fhirtypes';
import { searchAll } from '../bots/runtime/load.ts';
import { deploy } from '../scripts/deploy/deploy.ts';
import { HASH_TAG, MANAGED_TAG } from '../scripts/deploy/desired.ts';
import { BOT_SID } from '../scripts/deploy/our-bots.ts';
import { loadLayer } from '../scripts/deploy/layer.ts';
import type { Layer } from '../scripts/deploy/layer.ts';
import { undeploy } from '../scripts/deploy/undeploy.ts';
import { inRoot } from '../scripts/lib/paths.ts';
import { silentLogger, startServer } from '../server/index.ts';
import type { RunningServer } from '../server/index.ts';
import { cutDeploys, everyCut, requestsOf, smallLayer, stateOf } from './soak/deploys.ts';

let server: RunningServer;
let medplum: MedplumClient;
let whole: Layer;
/** A few bots with all that a bot can have, so that a deploy is short enough to be cut everywhere. */
let small: Layer;

beforeAll(async () => {
  server = await startServer({ port: 0, logger: silentLogger });
  medplum = clientWith(fetch);
  whole = await loadLayer();
  small = smallLayer(whole);
});
afterAll(() => server.close());

function clientWith(fetchLike: typeof fetch): MedplumClient {
  const client = new MedplumClient({ baseUrl: `${server.baseUrl}/`, cacheTime: 0, fetch: fetchLike });
  client.setBasicAuth(server.credentials.clientId, server.credentials.clientSecret);
  return client;
}

/** The Binaries that any version of a Bot of ours has named. */
async function contentOfBots(): Promise<string[]> {
  const bots = await searchAll(medplum, 'Bot', { identifier: `${BOT_SID}|` });
  const histories = await Promise.all(bots.map(({ id }) => medplum.readHistory('Bot', id)));
  const urls = histories.flatMap(({ entry = [] }) => entry.map(({ resource }) => resource?.executableCode?.url ?? ''));
  return [...new Set(urls.flatMap((url) => /(?:Binary|storage)\/([0-9a-f-]{36})/.exec(url)?.[1] ?? []))];
}

const state = (): Promise<string[]> => stateOf(medplum, server.credentials.clientId);

const removedOf = ({ lines }: { lines: { fate: string; what: string }[] }): string[] =>
  lines.filter(({ fate }) => fate === 'removed').map(({ what }) => what);

describe('undeploy', () => {
  test('takes out what deploy put in, and leaves everything else as it was', async () => {
    await medplum.createResource({ resourceType: 'Patient', active: true });
    await medplum.createResource({ resourceType: 'AccessPolicy', name: "the clinic's own" });
    await medplum.post(`admin/projects/${server.credentials.projectId}/bot`, { name: "the clinic's own" });
    const before = await state();
    await deploy(medplum, { layer: whole });
    // Every deploy leaves the code of the one before.
    const [name, code] = [...whole.codeOf][0]!;
    await deploy(medplum, { layer: { ...whole, codeOf: new Map([...whole.codeOf, [name, `${code}\n// newer`]]) } });
    const installed = await state();
    expect(installed.length).toBeGreaterThan(before.length + whole.bots.length * 2);
    const content = await contentOfBots();
    expect(content.length).toBeGreaterThan(whole.bots.length);

    const planned = await undeploy(medplum, { dryRun: true });
    expect(await state()).toEqual(installed);
    const done = await undeploy(medplum);
    expect(done.lines).toEqual(planned.lines);
    expect(await state()).toEqual(before);
    for (const id of content) {
      await expect(
        medplum.readHistory('Binary', id).then(({ entry }) => entry?.[0]?.resource),
      ).resolves.toBeUndefined();
    }
    expect((await undeploy(medplum)).changed).toBe(false);
    expect(await medplum.searchResources('Patient')).toHaveLength(1);
    for (const type of new Set(whole.resources.map(({ resourceType }) => resourceType))) {
      expect(await searchAll(medplum, type, { _tag: MANAGED_TAG.code })).toHaveLength(0);
    }
  });

  test('keeps what the clinic made its own, a policy that it gave to somebody, and a journey that goes on', async () => {
    await deploy(medplum, { layer: small });
    const template = await medplum.searchOne('ActivityDefinition', { _tag: MANAGED_TAG.code });
    await medplum.updateResource({ ...template!, title: 'In our own words' });
    const policy = await medplum.searchOne('AccessPolicy', { _tag: MANAGED_TAG.code });
    await medplum.post(`admin/projects/${server.credentials.projectId}/client`, {
      name: 'somebody',
      accessPolicy: { reference: `AccessPolicy/${policy!.id}` },
    });
    const journey = await medplum.searchOne('PlanDefinition', { _tag: MANAGED_TAG.code });
    const plan = await medplum.createResource<CarePlan>({
      resourceType: 'CarePlan',
      status: 'active',
      intent: 'plan',
      subject: { display: 'somebody' },
      instantiatesCanonical: [journey!.url as string],
    });
    const report = await undeploy(medplum);
    const kept = report.lines.filter(({ fate }) => fate === 'kept').map(({ what }) => what.split(' ')[0]);
    expect(kept.sort()).toEqual(['AccessPolicy', 'ActivityDefinition', 'PlanDefinition']);
    await medplum.updateResource({ ...plan, status: 'completed' });
    expect(removedOf(await undeploy(medplum))).toEqual([expect.stringMatching(/^PlanDefinition /)]);
    for (const { resourceType, id } of [template!, policy!]) {
      await medplum.deleteResource(resourceType, id);
    }
  });
});

describe('npm run undeploy', () => {
  const run = async (...args: string[]): Promise<{ code: number; output: string }> => {
    const { baseUrl, credentials } = server;
    const env = {
      PATH: process.env.PATH,
      MEDPLUM_BASE_URL: `${baseUrl}/`,
      MEDPLUM_CLIENT_ID: credentials.clientId,
      MEDPLUM_CLIENT_SECRET: credentials.clientSecret,
    };
    const child = spawn(process.execPath, [inRoot('scripts', 'undeploy.ts'), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: child.exitCode ?? -1, output: output + errors };
  };

  test('lists, asks, and does it when it is told to', async () => {
    const empty = await state();
    await deploy(medplum, { layer: small });
    const installed = await state();
    const dry = await run('--dry-run');
    expect([dry.code, dry.output]).toEqual([
      0,
      expect.stringContaining(`would be removed: Bot ${small.bots[0]!.name}`),
    ]);
    const unasked = await run();
    expect([unasked.code, unasked.output]).toEqual([2, expect.stringContaining('--yes')]);
    expect(await state()).toEqual(installed);
    const done = await run('--yes');
    expect([done.code, done.output]).toEqual([0, expect.stringMatching(/Done: \d+ resources removed/)]);
    expect(await state()).toEqual(empty);
    expect((await run('--yes')).output).toContain('Nothing to remove.');
  });
});

describe('deploy', () => {
  test('removes what an earlier version installed and this one no longer has', async () => {
    await deploy(medplum, { layer: small });
    const [gone, ...bots] = small.bots;
    const names = bots.map(({ definition }) => definition.name);
    const later: Layer = {
      ...small,
      bots,
      rules: small.rules
        .map((rule) => ({ ...rule, bots: rule.bots.filter((bot) => names.includes(bot)) }))
        .filter((rule) => rule.bots.length > 0),
      resources: small.resources.slice(1),
    };
    const planned = await deploy(medplum, { layer: later, dryRun: true });
    const { report } = await deploy(medplum, { layer: later });
    expect(removedOf(report)).toEqual(removedOf(planned.report));
    expect(removedOf(report)).toEqual(
      expect.arrayContaining([`Bot ${gone!.name}`, `AccessPolicy policy/${gone!.definition.name}`]),
    );
    expect(removedOf(report).some((what) => what.startsWith(small.resources[0]!.resourceType))).toBe(true);
    const after = await state();
    await undeploy(medplum);
    await deploy(medplum, { layer: later });
    expect(await state()).toEqual(after);
    await undeploy(medplum);
  });

  test('and undeploy, cut off at any request, before or after the server did it, are finished by the next', async () => {
    await deploy(medplum, { layer: small });
    expect(await hashesAreRight()).toBe(true);
    await undeploy(medplum);
    const target = { clientId: server.credentials.clientId, clientWith };
    const cuts = everyCut(await requestsOf(target, small));
    // Each of them: `npm run soak -- deploys`.
    const some = cuts.filter((_cut, index) => index % 17 === 0 || index === cuts.length - 1);
    expect(await cutDeploys(target, small, some)).toEqual([]);
  });
});

/** What is compared is really there: every installed resource has its hash. */
async function hashesAreRight(): Promise<boolean> {
  const { entry = [] } = (await medplum.search('OperationDefinition', { _tag: MANAGED_TAG.code })) as Bundle;
  return (
    entry.length > 0 && entry.every(({ resource }) => resource?.meta?.tag?.some(({ system }) => system === HASH_TAG))
  );
}
