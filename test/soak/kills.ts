import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MedplumClient } from '@medplum/core';
import type { Bot, Subscription } from '@medplum/fhirtypes';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { HttpClient } from '../bench/lib.ts';
import { KEY_SYSTEM, newLedger, PARTS, write } from './load.ts';
import type { Ledger } from './load.ts';
import { startServerProcess } from './process.ts';
import type { ServerProcess } from './process.ts';
import { Random } from './random.ts';
import { remainsOf } from './store-of.ts';
import type { Remains } from './store-of.ts';

/** Each leaves a mark for the Patient that was created; some take a moment, so that a kill meets them at work. */
const BOT = `exports.handler = async (medplum, event) => {
  await new Promise((resolve) => require('node:timers').setTimeout(resolve, event.input.id.charCodeAt(0) % 4));
  await medplum.createResource({ resourceType: 'Basic', code: { text: event.input.id } });
};`;

const INTERACTION = 'https://medplum.com/fhir/StructureDefinition/subscription-supported-interaction';
const WORKERS = 8;

export interface SoakOptions {
  readonly seed: number;
  readonly kills: number;
  /** Hears of each kill. */
  readonly progress?: (text: string) => void;
}

export interface SoakReport {
  readonly acknowledged: number;
  readonly jobs: number;
  /** Bots that a kill met at work. */
  readonly interrupted: number;
  /** What must not be, in words; empty if all is well. */
  readonly violations: readonly string[];
}

/**
 * Kills a server again and again while clients write, and looks each time at what it left: no acknowledged write lost, no
 * transaction in halves, no Binary without its content; and in the end for every Patient that was created one mark of the bot, or none where a kill met
 * that bot at work, and never two.
 */
export async function soak({ seed, kills, progress = () => undefined }: SoakOptions): Promise<SoakReport> {
  const random = new Random(seed);
  const dataDir = await mkdtemp(join(tmpdir(), 'careline-soak-'));
  const ledger = newLedger();
  const interrupted = new Set<string>();
  const violations: string[] = [];
  let server: ServerProcess | undefined;
  try {
    server = await startServerProcess(dataDir);
    await installBot(server);
    for (let kill = 1; kill <= kills; kill++) {
      await loadAndKill(server, random, `${seed}-${kill}`, ledger);
      const remains = remainsOf(dataDir, KEY_SYSTEM);
      remains.begun.forEach((id) => interrupted.add(id));
      const found = [...brokenWrites(ledger, remains), ...brokenJobs(remains, interrupted)];
      violations.push(...found.map((text) => `kill ${kill}: ${text}`));
      progress(
        `kill ${kill}: ${ledger.acknowledged} acknowledged, ${remains.begun.length} bots at work, ` +
          `${remains.waiting.length} waiting, ${violations.length} violations`,
      );
      server = await startServerProcess(dataDir);
    }
    await untilNoneWaits(server, dataDir);
    await server.close();
    const remains = remainsOf(dataDir, KEY_SYSTEM);
    violations.push(...[...brokenWrites(ledger, remains), ...brokenJobs(remains, interrupted)]);
    return {
      acknowledged: ledger.acknowledged,
      jobs: remains.marks.size,
      interrupted: interrupted.size,
      violations,
    };
  } finally {
    if (server?.alive()) {
      await server.kill();
    }
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function installBot({ baseUrl, credentials }: ServerProcess): Promise<void> {
  const medplum = new MedplumClient({ baseUrl: `${baseUrl}/`, fetch });
  medplum.setBasicAuth(credentials.clientId, credentials.clientSecret);
  const bot = await medplum.post<Bot & { id: string }>(`admin/projects/${credentials.projectId}/bot`, { name: 'mark' });
  await medplum.post(medplum.fhirUrl('Bot', bot.id, '$deploy'), { code: BOT });
  await medplum.createResource<Subscription>({
    resourceType: 'Subscription',
    status: 'active',
    reason: 'soak',
    criteria: 'Patient',
    extension: [{ url: INTERACTION, valueCode: 'create' }],
    channel: { type: 'rest-hook', endpoint: `Bot/${bot.id}` },
  });
}

async function loadAndKill(server: ServerProcess, random: Random, name: string, ledger: Ledger): Promise<void> {
  const http = new HttpClient(server.baseUrl, server.token, WORKERS);
  const workers = Array.from({ length: WORKERS }, (_none, worker) =>
    write(http, new Random(random.between(0, 2 ** 31)), `${name}-${worker}`, ledger),
  );
  const until = ledger.acknowledged + random.between(10, 200);
  const enough = new Promise<void>((resolve) => {
    ledger.onAcknowledged = () => ledger.acknowledged >= until && resolve();
  });
  // Not waiting for something: the moment of the kill is meant to be any.
  const killed = enough.then(() => pause(random.between(0, 8))).then(() => server.kill());
  await Promise.all([...workers, killed]);
  http.close();
}

function* brokenWrites(ledger: Ledger, remains: Remains): Generator<string> {
  if (remains.integrity !== 'ok') {
    yield `the database is damaged: ${remains.integrity}`;
  }
  for (const [id, { acknowledged, asked }] of ledger.counted) {
    const stored = remains.patients.get(id)?.multipleBirthInteger;
    if (stored === undefined ? !ledger.maybeDeleted.has(id) : stored < acknowledged || stored > asked) {
      yield `Patient/${id} is at ${stored}, acknowledged at ${acknowledged} of ${asked}`;
    }
  }
  for (const id of ledger.deleted) {
    if (!remains.deleted.has(id)) {
      yield `Patient/${id} was deleted and is back`;
    }
  }
  for (const [id, content] of remains.contents) {
    if (content === undefined) {
      yield `the content of Binary/${id} is missing`;
    }
  }
  for (const [id, content] of ledger.contents) {
    if (remains.contents.get(id) !== content) {
      yield `the content of Binary/${id} was acknowledged and is another`;
    }
  }
  const patients = new Set([...remains.patients.values()].map(({ identifier }) => identifier?.[0]?.value));
  for (const [key, acknowledged] of ledger.transactions) {
    const parts = remains.parts.get(key) ?? 0;
    const whole = patients.has(key) && parts === PARTS;
    if (!whole && (acknowledged || patients.has(key) || parts > 0)) {
      yield `transaction ${key} has ${parts} of ${PARTS} parts${acknowledged ? ', and was acknowledged' : ''}`;
    }
  }
}

/** Every Patient that was ever created is marked, waits, or was met by a kill; a deleted one needs no mark. */
function* brokenJobs(remains: Remains, interrupted: ReadonlySet<string>): Generator<string> {
  const known = new Set([...remains.waiting, ...remains.begun, ...interrupted]);
  for (const id of remains.patients.keys()) {
    if (!remains.marks.has(id) && !known.has(id)) {
      yield `the job of Patient/${id} is lost`;
    }
  }
  for (const [id, count] of remains.marks) {
    if (count > 1) {
      yield `the bot ran ${count} times for Patient/${id}`;
    }
    if (!remains.patients.has(id) && !remains.deleted.has(id)) {
      yield `the bot ran for Patient/${id}, which was never created`;
    }
  }
}

/** Looks at the store, not at the server: what is not in the table any more was done. */
async function untilNoneWaits({ baseUrl, token }: ServerProcess, dataDir: string): Promise<void> {
  const http = new HttpClient(baseUrl, token, 1);
  try {
    await waitFor(
      'the jobs that were left',
      async () => {
        await http.send('GET', 'Basic?_count=1');
        return remainsOf(dataDir, KEY_SYSTEM).waiting.length === 0 || undefined;
      },
      120_000,
    );
  } finally {
    http.close();
  }
}
