import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Patient } from '@medplum/fhirtypes';
import { TestServer } from '../testing.ts';

const PROGRAM = fileURLToPath(new URL('../../node_modules/@medplum/cli/dist/cjs/index.cjs', import.meta.url));

let t: TestServer;
/** Where it is called, and where it keeps what it remembers: nothing of the test before. */
let folder: string;

beforeAll(async () => {
  t = await TestServer.start();
});
afterAll(() => t.server.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'careline-cli-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** How the tool ended and what it said. */
interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Medplum's own command line tool, as somebody would call it. There is no shell: a `*` gets to the tool. */
async function call(args: string[], clientSecret = t.server.credentials.clientSecret): Promise<Ended> {
  const { baseUrl, clientId } = t.server.credentials;
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    HOME: folder,
    MEDPLUM_BASE_URL: baseUrl,
    MEDPLUM_CLIENT_ID: clientId,
    MEDPLUM_CLIENT_SECRET: clientSecret,
  };
  try {
    const said = await promisify(execFile)(process.execPath, [PROGRAM, ...args], { cwd: folder, env });
    return { code: 0, ...said };
  } catch (err) {
    return err as Ended;
  }
}

/** What it says where it is served. */
async function medplum(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await call(args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** Gives a bot of the folder new code, as a build does. */
async function build(name: string, says: string): Promise<void> {
  await writeFile(join(folder, `${name}.ts`), `export async function handler(): Promise<string> { return "${says}"; }`);
  await writeFile(join(folder, `${name}.js`), `exports.handler = async () => ({ say: "${says}" });`);
}

/** Makes a bot, which gets into the folder's medplum.config.json. */
async function createBot(name: string): Promise<void> {
  await build(name, `${name} is new`);
  expect(await medplum('bot', 'create', name, t.projectId, `${name}.ts`, `${name}.js`)).toContain(
    'Success! Bot created',
  );
}

/** What a bot answers, by the code that it has now. */
async function say(name: string): Promise<string> {
  const bot = await t.medplum.searchOne('Bot', `name:exact=${name}`, { cache: 'reload' });
  return ((await t.medplum.executeBot(bot?.id as string, {})) as { say: string }).say;
}

describe('the Medplum CLI', () => {
  test('comes in by client credentials, and by no others', async () => {
    const patient = await t.medplum.createResource<Patient>({ resourceType: 'Patient', gender: 'other' });
    expect(JSON.parse(await medplum('get', `Patient/${patient.id}`))).toEqual(patient);
    const refused = await call(['get', `Patient/${patient.id}`], 'a wrong secret');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('Failed to fetch tokens') });
    expect(refused.stdout).not.toContain(patient.id);
  });

  test('reads, and says what is not there', async () => {
    const tag = { system: 'urn:test', code: 'cli' };
    const made = await t.medplum.createResource<Patient>({ resourceType: 'Patient', meta: { tag: [tag] } });
    expect(JSON.parse(await medplum('get', 'Patient?_tag=urn:test|cli'))).toMatchObject({
      resourceType: 'Bundle',
      entry: [{ resource: { id: made.id } }],
    });
    expect(await call(['get', 'Patient/0a9a1b9e-7d5c-4c9e-9a53-222222222222'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('Not found'),
    });
  });

  test('posts a resource', async () => {
    const body = { resourceType: 'Patient', name: [{ family: 'Çelik', given: ['Ada'] }] };
    const made = JSON.parse(await medplum('post', 'Patient', JSON.stringify(body))) as Patient;
    expect(made).toMatchObject(body);
    expect(await t.medplum.readResource('Patient', made.id as string)).toEqual(made);
  });

  test('shows the outcome of a post that is refused, and fails', async () => {
    const count = async (): Promise<number | undefined> =>
      (await t.medplum.search('Observation', { _summary: 'count' }, { cache: 'reload' })).total;
    const before = await count();
    const refused = await call([
      'post',
      'Observation',
      JSON.stringify({ resourceType: 'Observation', status: 'final' }),
    ]);
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Observation.code') });
    expect(await count()).toBe(before);
  });

  test('creates a bot and deploys it by its name', async () => {
    await createBot('hello');
    expect(JSON.parse(await readFile(join(folder, 'medplum.config.json'), 'utf8'))).toMatchObject({
      bots: [{ name: 'hello', source: 'hello.ts', dist: 'hello.js' }],
    });
    expect(await say('hello')).toBe('hello is new');
    await build('hello', 'hello again');
    expect(await medplum('bot', 'deploy', 'hello')).toContain('Deploy result: All OK');
    expect(await say('hello')).toBe('hello again');
  });

  test('deploys all bots of its configuration at once, or those that a pattern names', async () => {
    const names = ['glob-a', 'glob-b', 'other'];
    for (const name of names) {
      await createBot(name);
    }
    const all = (): Promise<string[]> => Promise.all(names.map(say));
    expect(await all()).toEqual(['glob-a is new', 'glob-b is new', 'other is new']);

    await Promise.all(names.map((name) => build(name, `${name} 2`)));
    const some = await medplum('bot', 'deploy', 'glob-*');
    expect(some.match(/Deploy result: All OK/g)).toHaveLength(2);
    expect(await all()).toEqual(['glob-a 2', 'glob-b 2', 'other is new']);

    await Promise.all(names.map((name) => build(name, `${name} 3`)));
    const deployed = await medplum('bot', 'deploy', '*');
    expect(deployed.match(/Deploy result: All OK/g)).toHaveLength(3);
    expect(deployed).toContain('Number of bots deployed: 3');
    expect(deployed).toContain('Number of errors: 0');
    expect(await all()).toEqual(['glob-a 3', 'glob-b 3', 'other 3']);
    // The source went along.
    const bot = await t.medplum.searchOne('Bot', 'name:exact=glob-b', { cache: 'reload' });
    const source = await fetch(bot?.sourceCode?.url as string);
    expect(await source.text()).toContain('return "glob-b 3"');
  });

  test('deploys the others where a bot of its configuration is gone, names that one, and fails', async () => {
    await createBot('kept');
    await createBot('gone');
    const gone = await t.medplum.searchOne('Bot', 'name:exact=gone', { cache: 'reload' });
    await t.medplum.deleteResource('Bot', gone?.id as string);
    await build('kept', 'kept 2');
    const { code, stdout, stderr } = await call(['bot', 'deploy', '*']);
    expect(code).toBe(1);
    expect(stdout).toContain('Number of bots deployed: 1');
    expect(stderr).toContain(`gone [${gone?.id}]`);
    expect(await say('kept')).toBe('kept 2');
  });
});
