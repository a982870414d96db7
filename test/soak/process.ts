import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MedplumClient } from '@medplum/core';
import type { Credentials } from '../../server/index.ts';

const PROGRAM = fileURLToPath(new URL('./server-process.ts', import.meta.url));

/** The embedded server in a process of its own. */
export interface ServerProcess {
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** Of the project's administrator. */
  readonly token: string;
  /** As `kill -9` ends it. */
  readonly kill: () => Promise<void>;
  /** As a service manager ends it. */
  readonly close: () => Promise<void>;
  /** Whether it still runs. */
  readonly alive: () => boolean;
  readonly memory: () => Promise<NodeJS.MemoryUsage>;
}

/**
 * Starts a server on a data folder, or in memory, and signs in.
 * @param prepared - Whether it builds beforehand what it would build when it is first used.
 */
export async function startServerProcess(dataDir?: string, prepared = false): Promise<ServerProcess> {
  const child = fork(PROGRAM, [dataDir ?? '', prepared ? 'prepared' : ''], {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    env: { PATH: process.env.PATH },
  });
  const { baseUrl, credentials } = await message<{ baseUrl: string; credentials: Credentials }>(child);
  const medplum = new MedplumClient({ baseUrl: `${baseUrl}/`, fetch });
  await medplum.startClientLogin(credentials.clientId, credentials.clientSecret);
  const exited = once(child, 'exit');
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    baseUrl,
    credentials,
    token: medplum.getAccessToken() as string,
    alive,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    close: async () => {
      if (child.connected) {
        child.disconnect();
      }
      await exited;
    },
    memory: async () => {
      child.send('memory');
      return message<NodeJS.MemoryUsage>(child);
    },
  };
}

async function message<T>(child: ChildProcess): Promise<T> {
  const answer = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)]);
  if (!answer) {
    throw new Error('The server ended instead of answering.');
  }
  return answer[0] as T;
}
