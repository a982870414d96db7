import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Patient } from '@medplum/fhirtypes';
import { TestServer } from '../testing.ts';

const PROGRAM = fileURLToPath(new URL('../../node_modules/@medplum/cli/dist/cjs/index.cjs', import.meta.url));

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
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], {
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
  await writeFile(join(folder, 'hello.js'), 'exports.handler = async () => ({ say: "hello" });');
  expect(await medplum('bot', 'create', 'hello', t.projectId, 'hello.ts', 'hello.js')).toContain(
    'Success! Bot created',
  );
  const bot = await t.medplum.searchOne('Bot', 'name=hello');
  expect(await t.medplum.executeBot(bot?.id as string, {})).toEqual({ say: 'hello' });

  await writeFile(join(folder, 'hello.js'), 'exports.handler = async () => ({ say: "hello again" });');
  expect(await medplum('bot', 'deploy', 'hello')).toContain('Deploy result: All OK');
  expect(await t.medplum.executeBot(bot?.id as string, {})).toEqual({ say: 'hello again' });
});
