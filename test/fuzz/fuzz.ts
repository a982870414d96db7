import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DATABASE_FILE } from '../../server/store/store.ts';
import { startServerProcess } from '../soak/process.ts';
import type { ServerProcess } from '../soak/process.ts';
import { Random } from '../soak/random.ts';
import { badRequest } from './requests.ts';
import type { BadRequest } from './requests.ts';

const CONCURRENCY = 8;

/** The share of the requests after which the memory is looked at for the first time: a server grows while it warms up. */
const WARM_UP = 0.1;

export interface FuzzOptions {
  readonly seed: number;
  readonly count: number;
  readonly progress?: (text: string) => void;
}

export interface FuzzReport {
  /** How many requests were answered with each status; 0 for a connection that was closed. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Requests that the server failed at, with its answers. */
  readonly failures: readonly string[];
  readonly alive: boolean;
  /** Whether the store holds exactly what it held before. */
  readonly unchanged: boolean;
  /** Resident memory after all requests, as a multiple of what it was after a tenth of them. */
  readonly growth: number;
}

/** Sends malformed requests to a server of its own, signed in as the administrator, who may do the most. */
export async function fuzz({ seed, count, progress = () => undefined }: FuzzOptions): Promise<FuzzReport> {
  const random = new Random(seed);
  const dataDir = await mkdtemp(join(tmpdir(), 'careline-fuzz-'));
  // What is built once, when it is first used, is no leak.
  const server = await startServerProcess(dataDir, true);
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  const statuses: Record<number, number> = {};
  const failures: string[] = [];
  const run = async (total: number): Promise<void> => {
    let left = total;
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const bad = badRequest(random);
        const { status, body } = await send(agent, server, bad);
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status >= 500 || (status === 0 && !server.alive())) {
          failures.push(`${describe(bad)} was answered ${status}: ${body.slice(0, 300)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  };
  try {
    const before = fingerprint(dataDir);
    await run(Math.round(count * WARM_UP));
    const early = await server.memory();
    await run(count - Math.round(count * WARM_UP));
    const late = await server.memory();
    progress(`resident ${mb(early.rss)} → ${mb(late.rss)}, heap ${mb(early.heapUsed)} → ${mb(late.heapUsed)}`);
    const health = await send(agent, server, { method: 'GET', path: '/healthcheck', headers: {} });
    return {
      statuses,
      failures,
      alive: server.alive() && health.status === 200,
      unchanged: fingerprint(dataDir) === before,
      growth: late.rss / early.rss,
    };
  } finally {
    agent.destroy();
    await server.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

const mb = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MB`;

function describe({ method, path, headers, body }: BadRequest): string {
  return `${method} ${path.slice(0, 200)} ${JSON.stringify(headers).slice(0, 200)} ${String(body ?? '').slice(0, 300)}`;
}

/** A hash of every version of every resource; what the server writes down about requests is its own affair. */
function fingerprint(dataDir: string): string {
  const db = new DatabaseSync(join(dataDir, DATABASE_FILE), { readOnly: true });
  const hash = createHash('sha256');
  const sql = `SELECT r.type, r.id, h.version FROM resource r JOIN every_version h USING (rid)
    WHERE r.type NOT IN ('AuditEvent', 'Login') ORDER BY r.id, h.seq`;
  for (const row of db.prepare(sql).iterate()) {
    hash.update(JSON.stringify(row));
  }
  db.close();
  return hash.digest('hex');
}

function send(
  agent: Agent,
  server: ServerProcess,
  { method, path, headers, body }: BadRequest,
): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(server.baseUrl);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve) => {
    const gone = (): void => resolve({ status: 0, body: '' });
    const sent = request(
      {
        agent,
        hostname,
        port,
        method,
        path,
        headers: { authorization: `Bearer ${server.token}`, ...length, ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', gone);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      },
    );
    sent.on('error', gone);
    sent.end(body);
  });
}
