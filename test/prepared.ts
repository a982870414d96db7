import { existsSync, rmSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startClinicServer } from '../scripts/lib/clinic-server.ts';
import { ManualClock, silentLogger } from '../server/index.ts';

/** Names the folder with the data that every test begins with, for the processes in which tests run. */
const PREPARED = 'CARELINE_TEST_DATA';

/** Where files are in memory, on systems that have such a place. */
const IN_MEMORY = '/dev/shm';

/** Long before any test's story begins: what was installed then is nobody's news. */
const INSTALLED = '2020-01-01T00:00:00Z';

const newFolder = (): Promise<string> => mkdtemp(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'careline-test-'));

/**
 * Installs the layer, once for all tests: every file of them would take seconds to do the same.
 * @returns The data folder of a server, which this process removes when it ends.
 */
export async function prepareLayer(): Promise<string> {
  const folder = await newFolder();
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { server } = await startClinicServer({
    port: 0,
    dataDir: folder,
    clock: new ManualClock(INSTALLED),
    demo: false,
    logger: silentLogger,
  });
  await server.close();
  process.env[PREPARED] = folder;
  return folder;
}

/** A data folder of its own with the layer in it; in memory where the system has such a place. */
export async function copyOfLayer(): Promise<string> {
  const prepared = process.env[PREPARED] ?? (await prepareLayer());
  const folder = await newFolder();
  await cp(prepared, folder, { recursive: true });
  return folder;
}
