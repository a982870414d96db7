import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Patient } from '@medplum/fhirtypes';
import { TestServer } from '../testing.ts';

const PACKAGE = createRequire(import.meta.url).resolve('@medplum/cli/package.json');

let t: TestServer;
let folder: string;

beforeAll(async () => {
  t = await TestServer.start();
  folder = await mkdtemp(join(tmpdir(), 'careline-cli-'));
});

afterAll(async () => {
  await t.server.close();
  await rm(folder, { recursive: true });
});

/** Medplum's own command line tool, as somebody would call it. */
async function medplum(...args: string[]): Promise<string> {
  const { baseUrl, clientId, clientSecret } = t.server.credentials;
  const program = join(dirname(PACKAGE), 'dist/cjs/index.cjs');
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
    cwd: folder,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      HOME: folder,
      MEDPLUM_BASE_URL: baseUrl,
      MEDPLUM_CLIENT_ID: clientId,
      MEDPLUM_CLIENT_SECRET: clientSecret,
    },
  });
  return stdout;
}

test('the Medplum CLI reads, and creates and deploys a bot', async () => {
  const patient = await t.medplum.createResource<Patient>({ resourceType: 'Patient', gender: 'other' });
  expect(await medplum('get', `Patient/${patient.id}`)).toContain(patient.id);

  await writeFile(join(folder, 'hello.ts'), 'export async function handler(): Promise<string> { return "hello"; }');
  await writeFile(join(folder, 'hello.js'), 'exports.handler = async () => "hello";');
  expect(await medplum('bot', 'create', 'hello', t.projectId, 'hello.ts', 'hello.js')).toContain(
    'Success! Bot created',
  );
  const bot = await t.medplum.searchOne('Bot', 'name=hello');
  expect(await t.medplum.executeBot(bot?.id as string, {})).toBe('hello');

  await writeFile(join(folder, 'hello.js'), 'exports.handler = async () => "hello again";');
  expect(await medplum('bot', 'deploy', 'hello')).toContain('Deploy result: All OK');
  expect(await t.medplum.executeBot(bot?.id as string, {})).toBe('hello again');
});
