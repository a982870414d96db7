import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createReference } from '@medplum/core';
import type { MedplumClient } from '@medplum/core';
import type { AccessPolicy, Bundle, Patient, Resource, Slot, Subscription } from '@medplum/fhirtypes';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import { withEmbedded } from './embedded.ts';
import { HttpClient, line, measure } from './lib.ts';
import { addBot, addClient } from './project.ts';

const CLIENTS = 8;
const SID = 'https://careline.dev/fhir/sid/bench';
const DAY = '2030-01-07';

/**
 * `npm run bench -- server [--sizes 1000,100000] [--requests 3000] [--only TEXT]`: operations a second over HTTP with 8 clients against
 * the embedded server in a process of its own, durable, as a member whom an AccessPolicy limits, with two dozen Subscriptions
 * that look at every write. Against the server that MEDPLUM_BASE_URL names, if it does, to compare both on one machine: it
 * leaves in the project what it made.
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
  for (const size of values.sizes.split(',').map(Number)) {
    console.log(`\n${size} stored resources, ${CLIENTS} clients`.padEnd(52) + '     p50       p95  server CPU');
    await (process.env.MEDPLUM_BASE_URL ? withNamedServer : withServer)(async (target) => {
      const rows: Run = { count: Number(values.requests), size, only: values.only };
      await fill(target.client, size, familiesOf(rows));
      await run(target, rows);
    });
  }
}

/** What is measured. */
interface Target {
  readonly client: HttpClient;
  /** The id of a bot that does nothing. */
  readonly bot: string;
  /** The processor time that the server has used, in milliseconds; absent where nobody can say. */
  readonly cpu?: () => Promise<number>;
}

async function withNamedServer(work: (target: Target) => Promise<void>): Promise<void> {
  const credentials = readCredentials(process.env);
  const target = await prepare(await signIn(credentials), credentials.baseUrl);
  await work(target);
  target.client.close();
}

async function prepare(administrator: MedplumClient, baseUrl: string): Promise<Target> {
  await addSubscriptions(administrator);
  const medplum = await addMember(administrator, baseUrl);
  const client = new HttpClient(baseUrl, medplum.getAccessToken() ?? '', CLIENTS);
  return { client, bot: await makeBot(administrator) };
}

async function withServer(work: (target: Target) => Promise<void>): Promise<void> {
  await withEmbedded(async (credentials, child) => {
    const target = await prepare(await signIn(credentials), credentials.baseUrl);
    await work({ ...target, cpu: () => cpuOf(child) });
    target.client.close();
  });
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

/** The processor time that the server has used, in milliseconds. */
async function cpuOf(server: ChildProcess): Promise<number> {
  server.send('cpu');
  const [{ cpu }] = (await once(server, 'message')) as [{ cpu: NodeJS.CpuUsage }];
  return (cpu.user + cpu.system) / 1000;
}

/** Three quarters Patients, a quarter Slots of one Schedule, 32 a day. */
async function fill(client: HttpClient, size: number, families: number): Promise<void> {
  const schedule = { resourceType: 'Schedule', id: 's', actor: [{ reference: 'Practitioner/1' }] } satisfies Resource;
  const { body } = await client.send('POST', 'Schedule', schedule);
  scheduleId = (JSON.parse(body) as Resource).id ?? '';
  for (let from = 0; from < size; from += 100) {
    const resources = Array.from({ length: Math.min(100, size - from) }, (_none, index) =>
      (from + index) % 4 === 0 ? slot(Math.floor((from + index) / 4)) : patient(from + index, families),
    );
    await sendBatch(client, resources);
  }
}

let scheduleId = '';

async function sendBatch(client: HttpClient, resources: Resource[]): Promise<Bundle> {
  const entry = resources.map((resource) => ({ resource, request: { method: 'POST', url: resource.resourceType } }));
  const { status, body } = await client.send('POST', '', { resourceType: 'Bundle', type: 'batch', entry });
  check(status, 200);
  return JSON.parse(body) as Bundle;
}

/** So that about four have each family name, however many there are: a row asks for as much at every size. */
const familiesOf = ({ count, size }: Omit<Run, 'only'>): number => 2 * Math.ceil((0.75 * size + count) / 8) + 1;

/** Of one length: a search finds what begins with a name, too. */
const family = (n: number, families: number): string => `Family${String(n % families).padStart(6, '0')}`;

const patient = (n: number, families: number): Patient => ({
  resourceType: 'Patient',
  active: true,
  identifier: [{ system: SID, value: `p${n}` }],
  name: [{ use: 'official', given: [`Given${n % 97}`], family: family(n, families) }],
  gender: n % 2 ? 'female' : 'male',
  birthDate: `19${String(40 + (n % 60)).padStart(2, '0')}-0${1 + (n % 9)}-1${n % 9}`,
  telecom: [{ system: 'phone', value: `+1202555${String(n % 10000).padStart(4, '0')}` }],
  address: [{ line: [`${n} River Street`], city: 'Springfield', state: 'NY', postalCode: '10001' }],
});

const slot = (n: number): Slot => {
  const start = new Date(Date.parse(`${DAY}T08:00:00Z`) + Math.floor(n / 32) * 86_400_000 + (n % 32) * 900_000);
  return {
    resourceType: 'Slot',
    schedule: { reference: `Schedule/${scheduleId}` },
    status: 'free',
    start: start.toISOString(),
    end: new Date(start.getTime() + 900_000).toISOString(),
  };
};

interface Run {
  /** Requests in a row of the table. */
  readonly count: number;
  readonly size: number;
  readonly only: string;
}

async function run({ client, bot, cpu }: Target, { count, size, only }: Run): Promise<void> {
  const report = async (name: string, times: number, work: (n: number) => Promise<void>): Promise<void> => {
    if (!name.startsWith('create') && !name.includes(only)) {
      return;
    }
    // As many before as are measured: until its code is compiled, a server is half as fast, and the one beside it may be warm.
    await measure(CLIENTS, times, (n) => work(times + n));
    const before = await cpu?.();
    const measured = await measure(CLIENTS, times, work);
    const used = cpu && before !== undefined ? `${(((await cpu()) - before) / times).toFixed(2)} ms` : '';
    console.log(`${line(name, measured)}${used.padStart(12)}`);
  };
  const post = async (resource: Resource): Promise<Resource> => {
    const { status, body } = await client.send('POST', resource.resourceType, resource);
    check(status, 201);
    return JSON.parse(body) as Resource;
  };
  const get = async (path: string): Promise<void> => check((await client.send('GET', path)).status, 200);

  const families = familiesOf({ count, size });
  const patients: Patient[] = [];
  await report('create Patient', count, async (n) => {
    patients[n] = (await post(patient(size + n, families))) as Patient;
  });
  await report('read', count, (n) => get(`Patient/${patients[n % count]?.id}`));
  await report('search by identifier', count, (n) => get(`Patient?identifier=${SID}|p${size + (n % count)}`));
  await report('search by name, sorted', count, (n) => get(`Patient?name=${family(n, families)}&_sort=name`));
  await report('update', count, async (n) => {
    const stored = patients[n % count];
    const { status } = await client.send('PUT', `Patient/${stored?.id}`, {
      ...stored,
      gender: n % 2 ? 'other' : 'male',
      deceasedDateTime: new Date(n * 1000).toISOString(),
    });
    check(status, 200);
  });
  await report('batch of 20 creates', Math.ceil(count / 20), async (n) => {
    await sendBatch(
      client,
      Array.from({ length: 20 }, (_none, index) => patient(1_000_000 + n * 20 + index, families)),
    );
  });
  const slots: Slot[] = [];
  await report('create Slot', count, async (n) => {
    slots[n] = (await post(slot(200_000 + n))) as Slot;
  });
  const days = Math.max(1, Math.floor(size / 4 / 32));
  await report('free slots of a day', count, (n) => {
    const day = new Date(Date.parse(`${DAY}T00:00:00Z`) + (n % days) * 86_400_000);
    const next = new Date(day.getTime() + 86_400_000);
    return get(
      `Slot?schedule=Schedule/${scheduleId}&status=free&start=ge${day.toISOString()}&start=lt${next.toISOString()}&_count=100`,
    );
  });
  await report('transaction: PUT Slot (ifMatch), POST Appointment', count, (n) => book(client, slots[n], n));
  await report('bot no-op through $execute', Math.ceil(count / 3), async (n) => {
    check((await client.send('POST', `Bot/${bot}/$execute`, { n })).status, 200);
  });
  if (WAKE.includes(only)) {
    await measureWake(client);
  }
}

async function book(client: HttpClient, taken: Slot | undefined, n: number): Promise<void> {
  const { status } = await client.send('POST', '', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        request: { method: 'PUT', url: `Slot/${taken?.id}`, ifMatch: `W/"${taken?.meta?.versionId}"` },
        resource: { ...taken, status: 'busy' },
      },
      {
        request: { method: 'POST', url: 'Appointment' },
        resource: {
          resourceType: 'Appointment',
          status: 'booked',
          slot: [{ reference: `Slot/${taken?.id}` }],
          start: taken?.start,
          end: taken?.end,
          participant: [{ actor: { reference: `Patient/${n}` }, status: 'accepted' }],
        },
      },
    ],
  });
  check(status, 200);
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
    criteria: `Basic?identifier=${SID}|ask`,
    channel: { type: 'rest-hook', endpoint: `Bot/${id}` },
  });
  return id;
}

const WAKE = 'write to what the woken bot wrote';

/** From a write to what the bot that it woke wrote, one at a time. */
async function measureWake(client: HttpClient): Promise<void> {
  const measured = await measure(1, 100, async () => {
    const { body } = await client.send('POST', 'Basic', {
      resourceType: 'Basic',
      code: { text: 'question' },
      identifier: [{ system: SID, value: 'ask' }],
    });
    const { id } = JSON.parse(body) as Resource;
    let answered = 0;
    while (answered === 0) {
      const found = await client.send('GET', `Basic?identifier=${SID}|${id}&_total=accurate`);
      answered = (JSON.parse(found.body) as Bundle).total ?? 0;
    }
  });
  console.log(line(WAKE, measured));
}

function check(status: number, expected: number): void {
  if (status !== expected) {
    throw new Error(`Expected ${expected}, got ${status}`);
  }
}
