import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Bot } from '@medplum/fhirtypes';
import { DATABASE_FILE } from '../server/store/store.ts';
import { waitFor } from '../scripts/lib/wait-for.ts';
import type { Credentials } from '../scripts/lib/settings.ts';
import { copyOfLayer } from './prepared.ts';
import { adminOf, killAll, spawnStart, untilReady } from './start-process.ts';
import type { StartedProcess } from './start-process.ts';

let dataDir: string;
/** The server as the test before left it: a start takes seconds. */
let running: Started;
beforeAll(async () => {
  dataDir = await copyOfLayer();
  running = await start();
});
afterAll(async () => {
  killAll();
  await rm(dataDir, { recursive: true, force: true });
});

interface Started {
  readonly process: StartedProcess;
  readonly medplum: MedplumClient;
  readonly credentials: Credentials;
}

async function start(): Promise<Started> {
  const process = spawnStart({ PORT: '0', CARELINE_DATA: dataDir, CARELINE_DEMO: '0' });
  await untilReady(process);
  return { process, ...(await adminOf(dataDir)) };
}

async function makeBot({ medplum, credentials }: Started, name: string, code: string): Promise<WithId<Bot>> {
  const bot = await medplum.post<WithId<Bot>>(`admin/projects/${credentials.projectId}/bot`, { name });
  await medplum.post(medplum.fhirUrl('Bot', bot.id, '$deploy'), { code: `exports.handler = ${code};` });
  return bot;
}

const WAIT = (ms: number): string => `await new Promise((done) => require('node:timers').setTimeout(done, ${ms}));`;
const JOBS = 60;

test('SIGTERM lets open requests end, refuses new ones, and keeps the jobs for the next start', async () => {
  const first = running;
  const { medplum, credentials } = first;
  const slow = await makeBot(first, 'slow', `async () => { ${WAIT(1000)} return { done: true }; }`);
  const recorder = await makeBot(
    first,
    'recorder',
    `async (m, e) => { ${WAIT(1000)} await m.createResource({ resourceType: 'Basic', code: { text: e.input.id } }); }`,
  );
  await medplum.createResource({
    resourceType: 'Subscription',
    status: 'active',
    reason: 'test',
    criteria: 'Patient',
    channel: { type: 'rest-hook', endpoint: `Bot/${recorder.id}` },
  });
  const open = medplum.post(medplum.fhirUrl('Bot', slow.id, '$execute'), {});
  const patients = await Promise.all(
    Array.from({ length: JOBS }, () => medplum.createResource({ resourceType: 'Patient' })),
  );
  first.process.child.kill('SIGTERM');
  await waitFor('new requests are refused', async () => refused(credentials.baseUrl), 10_000);
  expect(await open).toEqual({ done: true });
  expect(await first.process.ended).toBe(0);

  // Twenty run at once: what ran has ended, and what waited is there.
  expect(jobsLeft()).toBeGreaterThan(0);
  running = await start();
  const recorded = async (): Promise<string[]> =>
    (await running.medplum.searchResources('Basic', { _count: '1000' }, { cache: 'reload' })).map(
      ({ code }) => code.text as string,
    );
  await waitFor('every job is done', async () => (await recorded()).length >= JOBS || undefined, 30_000);
  expect((await recorded()).sort()).toEqual(patients.map(({ id }) => id).sort());
});

/** Jobs that nobody has begun, in the database that a server has left. */
function jobsLeft(): number {
  const db = new DatabaseSync(join(dataDir, DATABASE_FILE), { readOnly: true });
  const row = db.prepare('SELECT count(*) AS jobs FROM subscription_job WHERE started = 0').get();
  db.close();
  return Number(row?.jobs);
}

async function refused(baseUrl: string): Promise<true | undefined> {
  try {
    return (await fetch(`${baseUrl}/healthcheck`)).status === 503 ? true : undefined;
  } catch {
    return true;
  }
}

test('an upload that kill -9 cuts off leaves nothing after the next start, and what was acknowledged is whole', async () => {
  const first = running;
  const whole = Buffer.alloc(2_000_000, 'whole');
  const kept = await first.medplum.createBinary({ data: whole, contentType: 'application/octet-stream' });
  const files = (): Promise<string[]> => readdir(join(dataDir, 'binary'));
  const before = (await files()).length;
  const authorization = `Bearer ${first.medplum.getAccessToken()}`;
  const upload = request(`${first.credentials.baseUrl}/fhir/R4/Binary`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'image/png', 'content-length': 4_000_000 },
  });
  upload.on('error', () => undefined);
  upload.write(Buffer.alloc(1_000_000));
  await waitFor('half an upload', async () => (await files()).length > before || undefined, 10_000);
  first.process.child.kill('SIGKILL');
  await first.process.ended;
  upload.destroy();

  const second = await start();
  expect((await files()).length).toBe(before);
  const read = await second.medplum.download(`fhir/R4/Binary/${kept.id}`);
  expect(Buffer.from(await read.arrayBuffer()).equals(whole)).toBe(true);
  second.process.child.kill('SIGTERM');
  await once(second.process.child, 'close');
});
