import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createReference } from '@medplum/core';
import type { MedplumClient } from '@medplum/core';
import type { AccessPolicy, Subscription } from '@medplum/fhirtypes';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import type { Credentials } from '../../scripts/lib/settings.ts';
import { withEmbedded } from './embedded.ts';
import { HttpClient, line, sample, summary } from './lib.ts';
import type { Measured, Sample } from './lib.ts';
import { addBot, addClient } from './project.ts';
import { ASK, CLIENTS, SID, Stored } from './server-rows.ts';
import type { Row } from './server-rows.ts';

/**
 * A row is measured in so many parts, on each server in turn: a machine that gets slower meanwhile is as slow for all of them.
 * No more, as clients wait for the last of them at the end of each.
 */
const TURNS = 4;

/**
 * `npm run bench -- server [--sizes 1000,100000] [--requests 3000] [--only TEXT]`: operations a second over HTTP with 8
 * clients against an embedded server for each size, in a process of its own, durable, as a member whom an AccessPolicy limits,
 * with two dozen Subscriptions that look at every write. The server that MEDPLUM_BASE_URL names, if it does, is measured
 * beside them, first; it keeps what was made there. What stands at the end of a line is how many times the first it is.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      sizes: { type: 'string', default: '1000,100000' },
      requests: { type: 'string', default: '3000' },
      // Rows with this in their name; what later rows stand on is measured all the same.
      only: { type: 'string', default: '' },
    },
  });
  const sizes = values.sizes.split(',').map(Number);
  const asked: Asked = { count: Number(values.requests), only: values.only };
  const work: Work<Target[]> = (targets) => compare(targets, asked);
  await (process.env.MEDPLUM_BASE_URL ? withNamedServer(sizes, asked, work) : withEach(sizes, asked, work));
}

interface Asked {
  /** Requests in a row. */
  readonly count: number;
  readonly only: string;
}

/** A filled server. */
interface Target {
  readonly name: string;
  readonly stored: Stored;
  /** The processor time that the server has used, in milliseconds; NaN where nobody can say. */
  readonly cpu: () => Promise<number>;
}

type Work<T> = (found: T) => Promise<void>;

/** The server that is named, filled as the smallest of the others. */
async function withNamedServer(sizes: readonly number[], asked: Asked, work: Work<Target[]>): Promise<void> {
  const credentials = readCredentials(process.env);
  await withFilled(credentials, Math.min(...sizes), asked, (stored) => {
    const named = { name: new URL(credentials.baseUrl).host, stored, cpu: () => Promise.resolve(NaN) };
    return withEach(sizes, asked, (targets) => work([named, ...targets]));
  });
}

/** One embedded server for each size. */
async function withEach(sizes: readonly number[], asked: Asked, work: Work<Target[]>): Promise<void> {
  const [size, ...others] = sizes;
  if (size === undefined) {
    return work([]);
  }
  await withEmbedded((credentials, child) =>
    withFilled(credentials, size, asked, (stored) =>
      withEach(others, asked, (targets) => work([{ name: 'embedded', stored, cpu: () => cpuOf(child) }, ...targets])),
    ),
  );
}

async function withFilled(credentials: Credentials, size: number, asked: Asked, work: Work<Stored>): Promise<void> {
  const administrator = await signIn(credentials);
  await addSubscriptions(administrator);
  const medplum = await addMember(administrator, credentials.baseUrl);
  const client = new HttpClient(credentials.baseUrl, medplum.getAccessToken() ?? '', CLIENTS);
  const stored = new Stored(client, await makeBot(administrator), size, asked.count);
  await stored.fill();
  await work(stored);
  client.close();
}

/** Prints each row, measured on all of the targets by turns. */
async function compare(targets: readonly Target[], { only }: Asked): Promise<void> {
  console.log(`\n${`${CLIENTS} clients`.padEnd(52)}     p50       p95  server CPU`);
  const tables = targets.map(({ stored }) => stored.rows());
  for (const [index, { name }] of (tables[0] ?? []).entries()) {
    if (!name.startsWith('create') && !name.includes(only)) {
      continue;
    }
    const runs = targets.map((target, k) => new RowRun(target, tables[k]?.[index] as Row));
    for (const run of runs) {
      await run.warmUp();
    }
    for (let turn = 0; turn < TURNS; turn++) {
      for (const run of runs) {
        await run.takeTurn(turn);
      }
    }
    console.log(name);
    const [first] = runs;
    runs.forEach((run) => console.log(run.line(run === first ? undefined : first?.measured)));
  }
}

/** A row as it is measured on one target. */
class RowRun {
  private readonly target: Target;
  private readonly row: Row;
  private readonly samples: Sample[] = [];
  private used = 0;

  constructor(target: Target, row: Row) {
    this.target = target;
    this.row = row;
  }

  /** As many before as are measured: until its code is compiled, a server is half as fast, and one beside it may be warm. */
  async warmUp(): Promise<void> {
    const { clients, times, work } = this.row;
    await sample(clients, { from: times, to: 2 * times }, work);
  }

  async takeTurn(turn: number): Promise<void> {
    const { clients, times, work } = this.row;
    const upTo = (turns: number): number => Math.floor((times * turns) / TURNS);
    const before = await this.target.cpu();
    this.samples.push(await sample(clients, { from: upTo(turn), to: upTo(turn + 1) }, work));
    this.used += (await this.target.cpu()) - before;
  }

  get measured(): Measured {
    return summary(this.samples);
  }

  /** @param first - What the first target did, where this is another. */
  line(first: Measured | undefined): string {
    const { measured, used, row, target } = this;
    const cpu = Number.isNaN(used) ? '' : `${(used / row.times).toFixed(2)} ms`;
    const times = first ? `${(measured.perSecond / first.perSecond).toFixed(2)} x` : '';
    const name = `  ${target.name}, ${target.stored.size} stored resources`;
    return `${line(name, measured)}${cpu.padStart(12)}${times.padStart(9)}`.trimEnd();
  }
}

/** A member whom an AccessPolicy limits, as everybody is who is not an administrator. */
async function addMember(administrator: MedplumClient, baseUrl: string): Promise<MedplumClient> {
  const policy = await administrator.createResource<AccessPolicy>({
    resourceType: 'AccessPolicy',
    name: 'bench',
    resource: [
      { resourceType: 'Patient', criteria: 'Patient?active=true', readonlyFields: ['photo'] },
      { resourceType: 'Schedule' },
      { resourceType: 'Slot', criteria: 'Slot?status=free,busy' },
      { resourceType: 'Appointment', hiddenFields: ['comment'] },
      { resourceType: 'Basic' },
      { resourceType: 'Bot' },
    ],
  });
  return addClient(administrator, baseUrl, createReference(policy));
}

/** As many as the layer has, of the types that are written here; none of them matches. */
async function addSubscriptions(administrator: MedplumClient): Promise<void> {
  const criteria = ['Patient?active=false', 'Slot?status=entered-in-error', 'Appointment?status=noshow'];
  for (let n = 0; n < 24; n++) {
    await administrator.createResource<Subscription>({
      resourceType: 'Subscription',
      status: 'active',
      reason: 'bench',
      criteria: criteria[n % criteria.length] ?? '',
      channel: { type: 'rest-hook', endpoint: 'Bot/00000000-0000-4000-8000-000000000000' },
    });
  }
}

/** A bot that does nothing when it is executed, and answers a Basic with another when it is woken by one. */
async function makeBot(administrator: MedplumClient): Promise<string> {
  const code = `exports.handler = async (medplum, event) => event.input.resourceType === 'Basic'
    ? medplum.createResource({ resourceType: 'Basic', code: { text: 'answer' }, identifier: [{ system: '${SID}', value: event.input.id }] })
    : true;`;
  const id = await addBot(administrator, code);
  await administrator.createResource<Subscription>({
    resourceType: 'Subscription',
    status: 'active',
    reason: 'bench',
    criteria: `Basic?identifier=${SID}|${ASK}`,
    channel: { type: 'rest-hook', endpoint: `Bot/${id}` },
  });
  return id;
}

/** The processor time that the server has used, in milliseconds. */
async function cpuOf(server: ChildProcess): Promise<number> {
  server.send('cpu');
  const [{ cpu }] = (await once(server, 'message')) as [{ cpu: NodeJS.CpuUsage }];
  return (cpu.user + cpu.system) / 1000;
}
