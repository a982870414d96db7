import { parseArgs } from 'node:util';
import type { MedplumClient, WithId } from '@medplum/core';
import { createReference, toServiceTypeCodeableConcepts } from '@medplum/core';
import type { HealthcareService, Patient, Practitioner, Schedule, Slot } from '@medplum/fhirtypes';
import { searchAll } from '../../bots/runtime/load.ts';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { MANAGED_TAG } from '../../scripts/deploy/desired.ts';
import { botName } from '../../scripts/lib/bots.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import type { Credentials } from '../../scripts/lib/settings.ts';
import { withPattern } from '../scheduling/fixtures.ts';
import { withEmbedded } from './embedded.ts';
import { HttpClient, line, measure } from './lib.ts';
import { addBot, addClient, liftQuotaOfBot } from './project.ts';

const CLIENTS = 8;
const DAY_MS = 86_400_000;
const YEAR_DAYS = 365;
const MONTH_DAYS = 30;
/** Slots are generated for so many Schedules at once. */
const AT_ONCE = 4;

/**
 * `npm run bench -- scheduling [--bookings 400] [--providers 100] [--days 365]`: generation of slots, and bookings from 8 clients,
 * against the server that MEDPLUM_BASE_URL names, or else the embedded server in a process of its own, durable. On a
 * server that has a native `Appointment/$book`, that is measured beside ours in the same run.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      bookings: { type: 'string', default: '400' },
      providers: { type: 'string', default: '100' },
      days: { type: 'string', default: String(YEAR_DAYS) },
    },
  });
  const run = (credentials: Credentials): Promise<void> =>
    benchServer(credentials, {
      bookings: Number(values.bookings),
      providers: Number(values.providers),
      days: Number(values.days),
    });
  await (process.env.MEDPLUM_BASE_URL ? run(readCredentials(process.env)) : withEmbedded(run));
}

interface Sizes {
  readonly bookings: number;
  /** With a month each. */
  readonly providers: number;
  /** Of the one provider whose times are booked. */
  readonly days: number;
}

async function benchServer(credentials: Credentials, { bookings, providers, days }: Sizes): Promise<void> {
  const administrator = await signIn(credentials);
  await deploy(administrator);
  await liftQuotaOfBot(administrator, botName('scheduling/generate-slots'));
  const medplum = await addClient(administrator, credentials.baseUrl);
  const code = `bench-${Date.now()}`;
  const service = await medplum.createResource<HealthcareService>({
    resourceType: 'HealthcareService',
    active: true,
    type: [{ coding: [{ system: 'https://example.org/services', code }] }],
  });
  const year = await newSchedule(medplum, service);
  const named = days === YEAR_DAYS ? 'a year' : `${days} days`;
  await generation(medplum, `${named} of 15-minute slots, one provider`, [year], days);
  if (providers > 0) {
    const month = await Promise.all(Array.from({ length: providers }, () => newSchedule(medplum, service)));
    await generation(medplum, `a month of them, ${providers} providers`, month, MONTH_DAYS);
  }
  const idle = await addBot(administrator, 'exports.handler = async () => true;');
  await booking({ medplum, baseUrl: credentials.baseUrl, idle }, service, year, bookings);
}

/** Monday to Friday, eight hours. */
async function newSchedule(medplum: MedplumClient, service: WithId<HealthcareService>): Promise<WithId<Schedule>> {
  const provider = await medplum.createResource<Practitioner>({ resourceType: 'Practitioner', active: true });
  const hours = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const, from: '08:00', to: '16:00' }];
  const empty: Schedule = {
    resourceType: 'Schedule',
    active: true,
    actor: [createReference(provider)],
    serviceType: toServiceTypeCodeableConcepts(service),
  };
  return medplum.createResource(withPattern(empty, service, { hours, duration: 15, zone: 'Europe/Vienna' }));
}

/** Generates, and generates again, which must write nothing. */
async function generation(
  medplum: MedplumClient,
  name: string,
  schedules: readonly WithId<Schedule>[],
  days: number,
): Promise<void> {
  const seconds = await timed(() => generateAll(medplum, schedules, days));
  const slots = await slotsOf(medplum, schedules);
  const writes = await versionsOf(medplum, slots);
  print(name, slots.length, seconds, writes, await taskWrites(medplum, schedules));
  const again = await timed(() => generateAll(medplum, schedules, days));
  const before = new Map(slots.map(({ id, meta }) => [id, meta?.versionId]));
  const after = await slotsOf(medplum, schedules);
  const changed = after.filter(({ id, meta }) => before.get(id) !== meta?.versionId).length;
  print('the same again', after.length, again, changed / after.length, await taskWrites(medplum, schedules));
}

function print(name: string, slots: number, seconds: number, writes: number, tasks: number): void {
  const speed = `${(slots / seconds).toFixed(0)}/s`.padStart(8);
  console.log(
    `${name.padEnd(44)}${String(slots).padStart(7)} slots${speed}, ${writes.toFixed(2)} writes a slot, ` +
      `${(tasks / slots).toFixed(3)} of the Schedules' Tasks so far`,
  );
}

async function generateAll(
  medplum: MedplumClient,
  schedules: readonly WithId<Schedule>[],
  days: number,
): Promise<void> {
  const start = new Date(Math.ceil(Date.now() / DAY_MS) * DAY_MS);
  const end = new Date(start.getTime() + days * DAY_MS);
  await measure(AT_ONCE, schedules.length, async (n) => {
    const body = { schedule: `Schedule/${schedules[n]?.id}`, start: start.toISOString(), end: end.toISOString() };
    // An answer comes after half a minute at the latest, with what remains.
    for (let remaining = 1; remaining > 0;) {
      const url = medplum.fhirUrl('Schedule', '$generate-slots');
      const { parameter } = await medplum.post<{ parameter: { name: string; valueInteger: number }[] }>(url, body);
      remaining = parameter.find((part) => part.name === 'remaining')?.valueInteger ?? 0;
    }
  });
}

async function slotsOf(medplum: MedplumClient, schedules: readonly WithId<Schedule>[]): Promise<WithId<Slot>[]> {
  const found: WithId<Slot>[] = [];
  for (const { id } of schedules) {
    found.push(...(await searchAll(medplum, 'Slot', { schedule: `Schedule/${id}` })));
  }
  return found;
}

/** How often a slot was written, by the history of every hundredth. */
async function versionsOf(medplum: MedplumClient, slots: readonly WithId<Slot>[]): Promise<number> {
  const some = slots.filter((_slot, index) => index % 100 === 0);
  let versions = 0;
  for (const { id } of some) {
    versions += (await medplum.readHistory('Slot', id)).entry?.length ?? 0;
  }
  return versions / some.length;
}

async function taskWrites(medplum: MedplumClient, schedules: readonly WithId<Schedule>[]): Promise<number> {
  let writes = 0;
  for (const { id } of schedules) {
    for (const task of await medplum.searchResources('Task', { focus: `Schedule/${id}` })) {
      writes += (await medplum.readHistory('Task', task.id, { count: 1000 })).entry?.length ?? 0;
    }
  }
  return writes;
}

interface Booked {
  readonly medplum: MedplumClient;
  readonly baseUrl: string;
  /** The id of a bot that does nothing. */
  readonly idle: string;
}

async function booking(
  { medplum, baseUrl, idle }: Booked,
  service: WithId<HealthcareService>,
  schedule: WithId<Schedule>,
  count: number,
): Promise<void> {
  const slots = await medplum.searchResources(
    'Slot',
    `schedule=Schedule/${schedule.id}&status=free&_sort=start&_count=1000`,
  );
  const times = slots.slice(0, 2 * count);
  const patients = await Promise.all(
    times.map(() => medplum.createResource<Patient>({ resourceType: 'Patient', active: true })),
  );
  const client = new HttpClient(baseUrl, medplum.getAccessToken() ?? '', CLIENTS);
  const ours = async (n: number): Promise<number> => {
    const body = { slot: `Slot/${times[n]?.id}`, patient: `Patient/${patients[n]?.id}` };
    return (await client.send('POST', 'Slot/$book', body)).status;
  };
  const other = await newSchedule(medplum, service);
  const native = (n: number): Promise<number> => bookNatively(client, other, times[n], patients[n]);

  console.log(
    `\n${CLIENTS} clients, ${count} different times of one Schedule`.padEnd(53) + '       p50       p95   refused',
  );
  // What a booking causes goes on after its answer, on the same machine; so the operations are first measured alone.
  await setSubscriptions(medplum, 'off');
  try {
    await report('a bot that does nothing, for comparison', count, async () => {
      return (await client.send('POST', `Bot/${idle}/$execute`, {})).status;
    });
    await report('Slot/$book', count, ours);
    if ((await native(count)) < 300) {
      await report('Appointment/$book (native)', count, native);
    } else {
      console.log(`${'Appointment/$book (native)'.padEnd(44)}  not on this server`);
    }
  } finally {
    await setSubscriptions(medplum, 'active');
  }
  await report('Slot/$book, journeys and messages beside it', count, (n) => ours(count + n));
  client.close();
}

/** Switches on or off what the layer does when something is written. */
async function setSubscriptions(medplum: MedplumClient, status: 'active' | 'off'): Promise<void> {
  const managed = `${MANAGED_TAG.system}|${MANAGED_TAG.code}`;
  for (const subscription of await searchAll(medplum, 'Subscription', { _tag: managed })) {
    await medplum.updateResource({ ...subscription, status });
  }
}

/** Good ones a second, and the share of those that were refused though nobody else wanted them. */
async function report(name: string, count: number, book: (n: number) => Promise<number>): Promise<void> {
  let good = 0;
  const measured = await measure(CLIENTS, count, async (n) => {
    const status = await book(n);
    good += status < 300 ? 1 : 0;
  });
  const refused = `${((100 * (count - good)) / count).toFixed(1)} %`.padStart(10);
  console.log(line(name, { ...measured, perSecond: (measured.perSecond * good) / count }) + refused);
}

async function bookNatively(
  client: HttpClient,
  schedule: WithId<Schedule>,
  slot: Slot | undefined,
  patient: WithId<Patient> | undefined,
): Promise<number> {
  const proposed: Slot = {
    resourceType: 'Slot',
    status: 'free',
    schedule: createReference(schedule),
    start: slot?.start ?? '',
    end: slot?.end ?? '',
    ...(slot?.serviceType && { serviceType: slot.serviceType }),
  };
  const parameter = [
    { name: 'slot', resource: proposed },
    { name: 'patient-reference', valueReference: { reference: `Patient/${patient?.id}` } },
  ];
  return (await client.send('POST', 'Appointment/$book', { resourceType: 'Parameters', parameter })).status;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
