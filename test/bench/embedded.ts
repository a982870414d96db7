import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot } from '../../scripts/lib/paths.ts';
import type { Credentials } from '../../scripts/lib/settings.ts';

/**
 * Measures the embedded server in a process of its own, durable, in a folder that is gone afterwards.
 * @param work - Gets the administrator's credentials, and the process.
 */
export async function withEmbedded(
  work: (credentials: Credentials, child: ChildProcess) => Promise<void>,
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'careline-bench-'));
  const child = fork(inRoot('test', 'bench', 'server-process.ts'), [dataDir]);
  try {
    const [{ baseUrl, credentials }] = (await once(child, 'message')) as [
      { baseUrl: string; credentials: Credentials },
    ];
    await work({ ...credentials, baseUrl: `${baseUrl}/` }, child);
  } finally {
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  }
}
