import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../http/records.ts';

/** What a program needs to be the project's administrator. */
export interface Credentials {
  baseUrl: string;
  projectId: string;
  clientId: string;
  clientSecret: string;
}

const FILE = 'credentials.json';

/** Reads the credentials of earlier starts; undefined on the first. */
export async function readCredentials(dataDir: string): Promise<Credentials | undefined> {
  let text: string;
  try {
    text = await readFile(join(dataDir, FILE), 'utf8');
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw err;
  }
  const stored: unknown = JSON.parse(text);
  return isRecord(stored) ? (stored as unknown as Credentials) : undefined;
}

/** Writes the credentials for their owner's eyes only, in one step: a crash leaves the old file or the new one. */
export async function writeCredentials(dataDir: string, credentials: Credentials): Promise<void> {
  const path = join(dataDir, FILE);
  const draft = `${path}.new`;
  await writeFile(draft, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, path);
}
