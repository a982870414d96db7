import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import type { Bot, Patient, Subscription } from '@medplum/fhirtypes';
import type { Credentials } from '../projects/credentials.ts';

const PROGRAM = fileURLToPath(new URL('./crash-server.ts', import.meta.url));

/**
 * Leaves a record of its run, and then waits for ever, unless the environment of the server lets it end. The promise that
 * it leaves behind must not take the server down.
 */
const BOT = `exports.handler = async (m, e) => {
  void Promise.reject(new Error('left behind'));
  await m.createResource({ resourceType: 'Basic', code: { text: e.input.id } });
  if (!process.env.CARELINE_TEST_FINISH) { await new Promise(() => {}); }
};`;

const children: ChildProcess[] = [];

afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

/** A server in a process of its own, which can be killed. */
async function start(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<[MedplumClient, ChildProcess, Credentials]> {
  const child = spawn(process.execPath, [PROGRAM, dataDir], {
    env: { ...process.env, ...env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const credentials = JSON.parse(line) as Credentials;
  const medplum = new MedplumClient({ baseUrl: credentials.baseUrl, fetch });
  await medplum.startClientLogin(credentials.clientId, credentials.clientSecret);
  return [medplum, child, credentials];
}

async function runs(medplum: MedplumClient): Promise<string[]> {
  const found = await medplum.searchResources('Basic', { _count: '1000' }, { cache: 'reload' });
  return found.map(({ code }) => code.text as string);
}

async function waitForRuns(medplum: MedplumClient, count: number): Promise<void> {
  const deadline = Date.now() + 15_000;
  while ((await runs(medplum)).length < count) {
    expect(Date.now()).toBeLessThan(deadline);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('after kill -9, bots that had begun are not run again, and those that had not are', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'careline-'));
  try {
    const [medplum, child, { projectId }] = await start(dataDir);
    const bot = await medplum.post<Bot & { id: string }>(`admin/projects/${projectId}/bot`, { name: 'waits' });
    await medplum.post(medplum.fhirUrl('Bot', bot.id, '$deploy'), { code: BOT });
    await medplum.patchResource('Bot', bot.id, [{ op: 'add', path: '/timeout', value: 600 }]);
    await medplum.createResource<Subscription>({
      resourceType: 'Subscription',
      status: 'active',
      reason: 'test',
      criteria: 'Patient',
      channel: { type: 'rest-hook', endpoint: `Bot/${bot.id}` },
    });
    // Twenty take the places that there are, and keep them; five stay outside.
    const patients = await Promise.all(
      Array.from({ length: 25 }, () => medplum.createResource<Patient>({ resourceType: 'Patient' })),
    );
    await waitForRuns(medplum, 20);
    child.kill('SIGKILL');
    await once(child, 'exit');

    const [again] = await start(dataDir, { CARELINE_TEST_FINISH: '1' });
    await waitForRuns(again, 25);
    expect((await runs(again)).sort()).toEqual(patients.map(({ id }) => id).sort());
  } finally {
    children.splice(0).forEach((child) => child.kill('SIGKILL'));
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
});
