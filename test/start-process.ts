import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import { signIn } from '../scripts/lib/client.ts';
import { inRoot } from '../scripts/lib/paths.ts';
import type { Credentials } from '../scripts/lib/settings.ts';
import { waitFor } from '../scripts/lib/wait-for.ts';

/** The embedded server as `npm start` runs it: a process of its own. */
export interface StartedProcess {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly output: () => string;
  /** Resolves with the exit code once it has ended. */
  readonly ended: Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** Ends what a test that failed left running. */
export function killAll(): void {
  running.forEach((child) => child.kill('SIGKILL'));
}

/** Starts `scripts/start.ts` with these settings and nothing else of Careline's from the environment. */
export function spawnStart(settings: Readonly<Record<string, string>>): StartedProcess {
  const child = spawn(process.execPath, [inRoot('scripts', 'start.ts')], {
    env: { PATH: process.env.PATH, WEB_PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  return { child, output: () => output, ended };
}

/** Waits until it says that it is ready. */
export async function untilReady(started: StartedProcess): Promise<void> {
  await waitFor(
    'Careline is ready',
    async () => {
      if (started.child.exitCode !== null) {
        throw new Error(`It ended instead: ${started.output()}`);
      }
      return started.output().includes('Careline is ready') || undefined;
    },
    60_000,
  );
}

/** The administrator of a server that keeps its data there. */
export async function adminOf(dataDir: string): Promise<{ medplum: MedplumClient; credentials: Credentials }> {
  const credentials = JSON.parse(await readFile(join(dataDir, 'credentials.json'), 'utf8')) as Credentials;
  return { medplum: await signIn({ ...credentials, baseUrl: `${credentials.baseUrl}/` }), credentials };
}
