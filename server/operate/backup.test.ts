import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Binary, Bundle, Observation, Patient } from '@medplum/fhirtypes';
import { DataFolderInUseError } from '../store/lock.ts';
import { TestServer } from '../testing.ts';
import { backUp, BackupError, restore } from './backup.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'careline-backup-'));
});

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Every version of every resource, and the content of every Binary, in one order. */
function everything(file: string): unknown[] {
  const db = new DatabaseSync(file);
  const versions = db.prepare('SELECT rid, seq, content FROM every_version ORDER BY rid, seq').all();
  const contents = db.prepare('SELECT id, version, file, size FROM binary_file ORDER BY id, version').all();
  db.close();
  return [...versions, ...contents];
}

/** A patient and an observation of them, in one transaction: a copy has both or neither. */
function pair(number: number): Bundle {
  const fullUrl = 'urn:uuid:7c2c3c4e-8a9b-4c1d-9e2f-0a1b2c3d4e5f';
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        fullUrl,
        request: { method: 'POST', url: 'Patient' },
        resource: { resourceType: 'Patient', identifier: [{ system: 'test', value: `${number}` }] },
      },
      {
        request: { method: 'POST', url: 'Observation' },
        resource: {
          resourceType: 'Observation',
          status: 'final',
          code: { text: `${number}` },
          subject: { reference: fullUrl },
        },
      },
    ],
  };
}

test('a copy that is made under load is one moment of the store, and comes back as it was', async () => {
  const dataDir = join(folder, 'served');
  const file = join(folder, 'backup.sqlite');
  const t = await TestServer.start({ dataDir });
  const picture = randomBytes(3_000_000);
  const kept = await t.fetch('/fhir/R4/Binary', {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body: picture,
  });
  const { id: pictureId } = (await kept.json()) as Binary;
  for (let number = 0; number < 50; number++) {
    await t.medplum.executeBatch(pair(number));
  }
  let loading = true;
  let written = 50;
  const writers = [1, 2, 3, 4].map(async () => {
    while (loading) {
      await t.medplum.executeBatch(pair(written++));
    }
  });
  const before = written;
  const program = fileURLToPath(new URL('../../scripts/backup.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, file], {
    env: { PATH: process.env.PATH, CARELINE_DATA: dataDir },
  });
  loading = false;
  await Promise.all(writers);
  expect(stdout).toContain(file);
  expect(written).toBeGreaterThan(before);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const copied = everything(file);
  await expect(restore(file, dataDir, { force: true })).rejects.toThrow(DataFolderInUseError);
  await t.server.close();

  const restored = join(folder, 'restored');
  await restore(file, restored);
  expect(everything(join(restored, 'careline.sqlite'))).toEqual(copied);
  const again = await TestServer.start({ dataDir: restored });
  expect(again.server.credentials.clientSecret).toBe(t.server.credentials.clientSecret);
  const read = await again.fetch(`/fhir/R4/Binary/${pictureId}`);
  expect(Buffer.from(await read.arrayBuffer()).equals(picture)).toBe(true);
  const patients = await again.medplum.searchResources('Patient', { _count: '1000' });
  const observations = await again.medplum.searchResources('Observation', { _count: '1000' });
  expect(patients.length).toBeGreaterThanOrEqual(50);
  const subjects = observations.map(({ subject }: Observation) => subject?.reference).sort();
  expect(subjects).toEqual(patients.map(({ id }) => `Patient/${id}`).sort());
  await again.server.close();
});

test('a backup that an earlier version made, with the content in the database, is restored', async () => {
  const dataDir = join(folder, 'earlier');
  const file = join(folder, 'earlier.sqlite');
  const t = await TestServer.start({ dataDir });
  const made = await t.fetch('/fhir/R4/Binary', {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: 'x',
  });
  const { id } = (await made.json()) as Binary;
  await t.server.close();
  await backUp(dataDir, file);
  const db = new DatabaseSync(file);
  db.exec('DROP TABLE backup_content; DROP TABLE binary_file');
  db.prepare('INSERT INTO binary_content VALUES (?, ?, ?)').run(id as string, 'text/plain', Buffer.from('old'));
  db.close();
  await restore(file, join(folder, 'now'));
  const again = await TestServer.start({ dataDir: join(folder, 'now') });
  expect(await (await again.fetch(`/fhir/R4/Binary/${id}`)).text()).toBe('old');
  await again.server.close();
});

describe('restore refuses', () => {
  test('to replace data, unless it is told to', async () => {
    const dataDir = join(folder, 'other');
    const file = join(folder, 'other.sqlite');
    const t = await TestServer.start({ dataDir });
    const before = await t.medplum.createResource<Patient>({ resourceType: 'Patient' });
    await backUp(dataDir, file);
    await expect(backUp(dataDir, file)).rejects.toThrow(BackupError);
    const after = await t.medplum.createResource<Patient>({ resourceType: 'Patient' });
    await t.server.close();
    await expect(restore(file, dataDir)).rejects.toThrow('--force');
    await restore(file, dataDir, { force: true });
    const again = await TestServer.start({ dataDir });
    expect((await again.medplum.searchResources('Patient')).map(({ id }) => id)).toEqual([before.id]);
    expect((await again.fetch(`/fhir/R4/Patient/${after.id}`)).status).toBe(404);
    await again.server.close();
  });

  test('what is no backup, and leaves no trace of it', async () => {
    const file = join(folder, 'text');
    await writeFile(file, 'not a database');
    await expect(restore(file, join(folder, 'new'))).rejects.toThrow('is no backup');
    await expect(restore(join(folder, 'nothing'), join(folder, 'new'))).rejects.toThrow('There is no file');
    await expect(backUp(join(folder, 'new'), join(folder, 'x'))).rejects.toThrow('There is no database');
  });
});
