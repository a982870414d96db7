import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import type { Bot, Bundle, CarePlan, Resource } from '@medplum/fhirtypes';
import { searchAll } from '../bots/runtime/load.ts';
import { deploy } from '../scripts/deploy/deploy.ts';
import { HASH_TAG, KEY_TAG, MANAGED_TAG } from '../scripts/deploy/desired.ts';
import { loadLayer } from '../scripts/deploy/layer.ts';
import type { Layer } from '../scripts/deploy/layer.ts';
import { undeploy } from '../scripts/deploy/undeploy.ts';
import { inRoot } from '../scripts/lib/paths.ts';
import { silentLogger, startServer } from '../server/index.ts';
import type { RunningServer } from '../server/index.ts';

const TYPES = [
  ...([
    'Subscription',
    'OperationDefinition',
    'Bot',
    'ProjectMembership',
    'UserConfiguration',
    'AccessPolicy',
  ] as const),
  ...(['PlanDefinition', 'ActivityDefinition', 'Questionnaire', 'CodeSystem', 'Binary'] as const),
];

let server: RunningServer;
let medplum: MedplumClient;
let whole: Layer;
/** A few bots with all that a bot can have, so that a deploy is short enough to be cut everywhere. */
let small: Layer;

beforeAll(async () => {
  server = await startServer({ port: 0, logger: silentLogger });
  medplum = clientWith(fetch);
  whole = await loadLayer();
  small = part(({ operation, schedule, quota }) => [operation, schedule, quota]);
});
afterAll(() => server.close());

function clientWith(fetchLike: typeof fetch): MedplumClient {
  const client = new MedplumClient({ baseUrl: `${server.baseUrl}/`, cacheTime: 0, fetch: fetchLike });
  client.setBasicAuth(server.credentials.clientId, server.credentials.clientSecret);
  return client;
}

/** The layer with the first bot for each thing that a definition may have, what wakes them, and some of the data. */
function part(features: (definition: Layer['bots'][number]['definition']) => unknown[]): Layer {
  const woken = new Set(whole.rules.flatMap(({ bots }) => bots));
  const wanted = whole.bots.map(({ definition }) => [...features(definition), woken.has(definition.name)]);
  const chosen = new Set(wanted[0]?.map((_none, feature) => wanted.findIndex((has) => Boolean(has[feature]))));
  const bots = whole.bots.filter((_bot, index) => chosen.has(index));
  const names = new Set(bots.map(({ definition }) => definition.name));
  return {
    bots,
    codeOf: whole.codeOf,
    rules: whole.rules
      .filter((rule) => rule.bots.some((bot) => names.has(bot)))
      .map((rule) => ({ ...rule, bots: rule.bots.filter((bot) => names.has(bot)) }))
      .slice(0, 2),
    resources: ['PlanDefinition', 'ActivityDefinition', 'CodeSystem'].map(
      (type) => whole.resources.find(({ resourceType }) => resourceType === type) as Resource,
    ),
  };
}

/** Everything that deploy may touch, without what differs from one deploy to the next. */
async function state(): Promise<string[]> {
  const names = new Map<string, string>([[server.credentials.clientId, 'administrator']]);
  const all: Resource[] = [];
  for (const type of TYPES.filter((name) => name !== 'Binary')) {
    for (const resource of await searchAll(medplum, type, {})) {
      all.push(resource);
      const key = resource.meta?.tag?.find(({ system }) => system === KEY_TAG)?.code;
      const name = (resource as Bot).name ?? '';
      names.set(resource.id, key ?? (name || resource.resourceType));
    }
  }
  return all
    .map(({ meta, ...resource }) =>
      JSON.stringify(
        Object.entries({ ...resource, tag: meta?.tag?.map(({ system }) => system) }).sort(([a], [b]) =>
          a < b ? -1 : 1,
        ),
      )
        .replace(/http:[^"]*\/storage\/[^"]*/g, 'content')
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => names.get(id) ?? 'unknown'),
    )
    .sort();
}

const removedOf = ({ lines }: { lines: { fate: string; what: string }[] }): string[] =>
  lines.filter(({ fate }) => fate === 'removed').map(({ what }) => what);

describe('undeploy', () => {
  test('takes out what deploy put in, and leaves everything else as it was', async () => {
    await medplum.createResource({ resourceType: 'Patient', active: true });
    await medplum.createResource({ resourceType: 'AccessPolicy', name: "the clinic's own" });
    await medplum.post(`admin/projects/${server.credentials.projectId}/bot`, { name: "the clinic's own" });
    const before = await state();
    await deploy(medplum, { layer: whole });
    const installed = await state();
    expect(installed.length).toBeGreaterThan(before.length + whole.bots.length * 2);

    const planned = await undeploy(medplum, { dryRun: true });
    expect(await state()).toEqual(installed);
    const done = await undeploy(medplum);
    expect(done.lines).toEqual(planned.lines);
    expect(await state()).toEqual(before);
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
    const empty = await state();
    let requests = 0;
    const counting: typeof fetch = (url, options) => {
      requests++;
      return fetch(url, options);
    };
    await deploy(clientWith(counting), { layer: small });
    const whole = await state();
    expect(await hashesAreRight()).toBe(true);
    const total = requests;
    await undeploy(medplum);
    expect(await state()).toEqual(empty);

    for (let last = 1; last <= total; last++) {
      for (const reached of [false, true]) {
        const cut = cutAt(last, reached);
        await expect(deploy(clientWith(cut), { layer: small })).rejects.toThrow();
        await deploy(medplum, { layer: small });
        expect(await state()).toEqual(whole);
        await undeploy(clientWith(cutAt(last, reached))).catch(() => undefined);
        await undeploy(medplum);
        expect(await state()).toEqual(empty);
      }
    }
  }, 120_000);
});

/** A line that breaks at a request, before it gets there or before its answer comes back, and stays broken. */
function cutAt(last: number, reached: boolean): typeof fetch {
  let count = 0;
  return async (url, options) => {
    count++;
    if (count < last) {
      return fetch(url, options);
    }
    if (count === last && reached) {
      await (await fetch(url, options)).arrayBuffer();
    }
    throw new TypeError('The line is cut');
  };
}

/** What is compared is really there: every installed resource has its hash. */
async function hashesAreRight(): Promise<boolean> {
  const { entry = [] } = (await medplum.search('OperationDefinition', { _tag: MANAGED_TAG.code })) as Bundle;
  return (
    entry.length > 0 && entry.every(({ resource }) => resource?.meta?.tag?.some(({ system }) => system === HASH_TAG))
  );
}
