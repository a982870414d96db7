import { afterEach, describe, expect, test } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { systemClock } from '../clock.ts';
import { DataFolderInUseError } from './lock.ts';
import type { Store } from './store.ts';
import { openStore } from './store.ts';

const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'careline-store-'));
  folders.push(folder);
  return folder;
}

afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

async function withTable(dataDir: string | undefined, body: (store: Store) => Promise<void>): Promise<void> {
  const store = openStore({ dataDir, clock: systemClock });
  await store.transaction((db) => db.exec('CREATE TABLE note (text TEXT UNIQUE)'));
  try {
    await body(store);
  } finally {
    await store.close();
  }
}

const add = (store: Store, text: string): Promise<unknown> =>
  store.transaction((db) => db.run('INSERT INTO note VALUES (?)', text));

const notes = (store: Store): Promise<string[]> =>
  store.read((db) => db.all<{ text: string }>('SELECT text FROM note ORDER BY text').map(({ text }) => text));

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.each([
  ['on disk', newFolder],
  ['in memory', () => undefined],
])('Store %s', (_name, folder) => {
  test('a job that fails is undone alone, however many share its commit', () =>
    withTable(folder(), async (store) => {
      const writes = ['a', 'b', 'a', 'c'].map((text) => add(store, text));
      const settled = await Promise.allSettled(writes);
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
      expect(await notes(store)).toEqual(['a', 'b', 'c']);
    }));

  test('what fails inside a transaction is undone up to where it began, and numbers of rows stay what they were', () =>
    withTable(folder(), async (store) => {
      const insert = (text: string): Promise<number> =>
        store.transaction((db) => db.run('INSERT INTO note VALUES (?)', text));
      const before = insert('before');
      const numbers = await store.transaction(async () => {
        const first = await insert('first');
        const part = store.transaction(async () => {
          await insert('undone');
          await expect(insert('first')).rejects.toThrow('UNIQUE');
          throw new Error('undo');
        });
        await expect(part).rejects.toThrow('undo');
        return [first, await insert('second')];
      });
      expect([await before, ...numbers]).toEqual([1, 2, 3]);
      expect(await notes(store)).toEqual(['before', 'first', 'second']);
    }));

  test('a transaction that the database gave up writes nothing more', () =>
    withTable(folder(), async (store) => {
      const lost = store.transaction(async (db) => {
        db.run('INSERT INTO note VALUES (?)', 'lost');
        db.exec('ROLLBACK'); // as SQLite does by itself when the disk is full
        db.run('INSERT INTO note VALUES (?)', 'alone');
      });
      await expect(lost).rejects.toThrow('rolled back');
      expect(await notes(store)).toEqual([]);
      await add(store, 'next');
      expect(await notes(store)).toEqual(['next']);
    }));

  test('nobody sees a transaction that is not committed', () =>
    withTable(folder(), async (store) => {
      const write = store.transaction(async (db) => {
        db.run('INSERT INTO note VALUES (?)', 'half');
        expect(await notes(store)).toEqual(['half']);
        await tick();
        throw new Error('undo');
      });
      await tick();
      const seen = notes(store);
      await expect(write).rejects.toThrow('undo');
      expect(await seen).toEqual([]);
    }));

  test('transactions take turns, also those inside of another', () =>
    withTable(folder(), async (store) => {
      const steps: string[] = [];
      const job = (name: string) =>
        store.transaction(async () => {
          steps.push(`${name} begins`);
          await tick();
          steps.push(`${name} ends`);
        });
      await Promise.all([job('a'), job('b')]);
      await store.transaction(() => Promise.all([job('c'), job('d')]));
      expect(steps).toEqual(['a', 'b', 'c', 'd'].flatMap((name) => [`${name} begins`, `${name} ends`]));
    }));

  test('what waits for the commit runs once, and not after a rollback', () =>
    withTable(folder(), async (store) => {
      let calls = 0;
      const call = (): number => calls++;
      await store.transaction(async () => {
        store.afterCommit(call);
        await store.transaction(() => store.afterCommit(call));
        expect(calls).toBe(0);
      });
      expect(calls).toBe(1);
      const undone = store.transaction(() => {
        store.afterCommit(call);
        throw new Error('undo');
      });
      await expect(undone).rejects.toThrow('undo');
      expect(calls).toBe(1);
    }));
});

test('a data folder is for one server', async () => {
  const dataDir = newFolder();
  const store = openStore({ dataDir, clock: systemClock });
  const url = new URL('./store.ts', import.meta.url).href;
  const script = `import { openStore } from ${JSON.stringify(url)}; openStore({ dataDir: ${JSON.stringify(dataDir)}, clock: Date })`;
  const other = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  await expect(other).rejects.toThrow('in use by another Careline server');
  expect(() => openStore({ dataDir, clock: systemClock })).toThrow(DataFolderInUseError);
  await store.close();
  await openStore({ dataDir, clock: systemClock }).close();
});

test('what was acknowledged survives a kill', async () => {
  const dataDir = newFolder();
  const writer = join(import.meta.dirname, 'crash-writer.ts');
  const child = spawn(process.execPath, [writer, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === 200) {
      child.kill('SIGKILL');
    }
  }
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, 'exit');
  }
  const store = openStore({ dataDir, clock: systemClock });
  const rows = await store.read((db) =>
    db.all<{ name: string; parts: number }>('SELECT name, count(*) AS parts FROM part GROUP BY name'),
  );
  const found = new Map(rows.map(({ name, parts }) => [name, parts]));
  expect(acknowledged.length).toBeGreaterThanOrEqual(200);
  expect(acknowledged.filter((name) => !found.has(name))).toEqual([]);
  expect([...found.values()].filter((parts) => parts !== 3)).toEqual([]);
  await store.close();
});
