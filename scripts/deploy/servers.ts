import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { inRoot } from '../lib/paths.ts';
import type { Deployed } from './deploy.ts';

/**
 * Writes `medplum.config.json` with the ids that the bots have on one server, to a folder of its own, where
 * `npx medplum bot deploy NAME` works as it is.
 * @param dataDir - The folder that is not in git.
 * @returns The folder.
 */
export async function writeServerConfig(dataDir: string, baseUrl: string, deployed: Deployed): Promise<string> {
  const folder = join(dataDir, 'servers', new URL(baseUrl).host.replace(':', '_'));
  await mkdir(folder, { recursive: true });
  const bots = deployed.bots.map(({ name, source, dist, definition }) => ({
    name,
    id: deployed.botIds.get(definition.name),
    source: relative(folder, inRoot(source)),
    dist: relative(folder, inRoot(dist)),
  }));
  await writeFile(join(folder, 'medplum.config.json'), `${JSON.stringify({ baseUrl, bots }, null, 2)}\n`);
  return folder;
}
