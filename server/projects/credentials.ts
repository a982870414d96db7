import { open, readFile, rename } from 'node:fs/promises';
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
  return parse(text, join(dataDir, FILE));
}

function parse(text: string, path: string): Credentials | undefined {
  try {
    const stored: unknown = JSON.parse(text);
    return isRecord(stored) ? (stored as unknown as Credentials) : undefined;
  } catch (cause) {
    throw new Error(`${path} is damaged. Bring it back from a backup, or remove it: a new client is made then.`, {
      cause,
    });
  }
}

/** Writes the credentials for their owner's eyes only, in one step: a crash leaves the old file or the new one. */
export async function writeCredentials(dataDir: string, credentials: Credentials): Promise<void> {
  const path = join(dataDir, FILE);
  const text = `${JSON.stringify(credentials, undefined, 2)}\n`;
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) {
    return;
  }
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
    // Else the name may be on disk before the text.
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
