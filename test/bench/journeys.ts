import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { MedplumClient, WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, CarePlan, Communication, Patient, Resource } from '@medplum/fhirtypes';
import { JOURNEY_SID } from '../../bots/journeys/names.ts';
import { messageRequest, OUTGOING_CATEGORY } from '../../bots/messages/request.ts';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { startClinicServer } from '../../scripts/lib/clinic-server.ts';
import { botName } from '../../scripts/lib/bots.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { sendBatch } from '../../scripts/transfer/send.ts';
import { silentLogger } from '../../server/index.ts';
import { line } from './lib.ts';

const TEMPLATE = 'https://careline.dev/fhir/ActivityDefinition/appointment-reminder';
const DAY_MS = 86_400_000;
const DUE = 100;
const BATCH = 200;
/** How long a burst may take: a server's quota may hold it up for minutes. */
const BURST_MS = 1_200_000;

/**
 * `npm run bench -- journeys [--bookings 50] [--live 100000] [--messages 1000]`: from a booking to its first message, a
 * run of due steps with few and with many live journeys, and a burst of messages, against the server that
 * MEDPLUM_BASE_URL names, or else the embedded server, durable.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      bookings: { type: 'string', default: '50' },
      live: { type: 'string', default: '100000' },
      messages: { type: 'string', default: '1000' },
    },
  });
  const run = async (medplum: MedplumClient): Promise<void> => {
    const patient = await medplum.createResource<Patient>({
      resourceType: 'Patient',
      name: [{ given: ['Bench'] }],
      telecom: [{ system: 'phone', use: 'mobile', value: '+12025550100' }],
    });
    await bookings(medplum, patient, Number(values.bookings));
    await burst(medplum, patient, Number(values.messages));
    let live = 0;
    for (const wanted of new Set([Math.min(1000, Number(values.live)), Number(values.live)])) {
      await addLive(medplum, patient, live, wanted);
      live = wanted;
      await dueSteps(medplum, patient, live);
    }
  };
  await (process.env.MEDPLUM_BASE_URL ? onNamedServer(run) : onEmbedded(run));
}

async function onNamedServer(run: (medplum: MedplumClient) => Promise<void>): Promise<void> {
  const medplum = await signIn(readCredentials(process.env));
  await deploy(medplum);
  await run(medplum);
}

async function onEmbedded(run: (medplum: MedplumClient) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'careline-bench-'));
  const { server, medplum } = await startClinicServer({ port: 0, demo: true, logger: silentLogger, dataDir });
  try {
    await server.drain();
    await run(medplum);
    await server.drain();
  } finally {
    await server.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** By the server's clock, in milliseconds. */
const writtenAt = ({ meta }: Resource): number => Date.parse(meta?.lastUpdated ?? '');

async function bookings(medplum: MedplumClient, patient: WithId<Patient>, count: number): Promise<void> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const start = Date.now() + (10 + n) * DAY_MS;
    const appointment = await medplum.createResource<Appointment>({
      resourceType: 'Appointment',
      status: 'booked',
      start: new Date(start).toISOString(),
      end: new Date(start + 1_800_000).toISOString(),
      participant: [{ actor: createReference(patient), status: 'accepted' }],
    });
    const about = `Appointment/${appointment.id}`;
    const message = await waitFor(
      'the first message',
      async () => {
        const plan = await medplum.searchOne('CarePlan', { 'activity-reference': about }, { cache: 'reload' });
        const query = { 'based-on': `CarePlan/${plan?.id}`, status: 'completed' };
        return plan && (await medplum.searchOne('Communication', query, { cache: 'reload' }));
      },
      30_000,
    );
    times.push(writtenAt(message) - writtenAt(appointment));
  }
  const sum = times.reduce((total, time) => total + time, 0);
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? NaN;
  console.log(
    line('booking to first message recorded', { perSecond: (count * 1000) / sum, p50: at(0.5), p95: at(0.95) }),
  );
}

async function burst(medplum: MedplumClient, patient: WithId<Patient>, count: number): Promise<void> {
  const key = `burst-${Date.now()}`;
  const topic = { text: key };
  const started = performance.now();
  await store(
    medplum,
    Array.from({ length: count }, (): Communication => ({
      resourceType: 'Communication',
      status: 'preparation',
      category: [OUTGOING_CATEGORY],
      subject: createReference(patient),
      recipient: [createReference(patient)],
      payload: [{ contentString: 'Bench' }],
      topic,
    })),
  );
  await waitFor('the messages', () => allLeft(medplum, patient), BURST_MS);
  const seconds = (performance.now() - started) / 1000;
  const found: WithId<Communication>[] = [];
  for await (const page of medplum.searchResourcePages('Communication', {
    subject: `Patient/${patient.id}`,
    _count: '1000',
  })) {
    found.push(...page.filter((message) => message.topic?.text === key));
  }
  const done = found.filter(({ status }) => status === 'completed').length;
  const sids = new Set(found.flatMap(({ identifier }) => identifier?.map(({ value }) => value) ?? []));
  console.log(
    `${count} messages at once: ${done} sent under ${sids.size} numbers of the outbox in ${seconds.toFixed(1)} s (${(count / seconds).toFixed(0)}/s)`,
  );
  if (done !== count) {
    throw new Error(`${count - done} messages did not leave.`);
  }
}

/** True once nothing waits for its sending any more. */
async function allLeft(medplum: MedplumClient, patient: WithId<Patient>): Promise<true | undefined> {
  const query = { subject: `Patient/${patient.id}`, status: 'preparation,in-progress', _count: '1' };
  return (await medplum.searchOne('Communication', query, { cache: 'reload' })) ? undefined : true;
}

/** Journeys under way, each with its CarePlan and a message that is due some day. */
async function addLive(medplum: MedplumClient, patient: WithId<Patient>, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += 5000) {
    const numbers = Array.from({ length: Math.min(5000, to - first) }, (_one, n) => first + n);
    await store(
      medplum,
      numbers.flatMap((n): Resource[] => [
        {
          resourceType: 'CarePlan',
          status: 'active',
          intent: 'plan',
          identifier: [{ system: JOURNEY_SID, value: `bench/${n}` }],
          subject: createReference(patient),
        } satisfies CarePlan,
        requestFor(patient, `bench/${n}`, new Date(Date.now() + (1 + (n % 90)) * DAY_MS)),
      ]),
    );
  }
}

async function dueSteps(medplum: MedplumClient, patient: WithId<Patient>, live: number): Promise<void> {
  const bot = await medplum.searchOne('Bot', { name: botName('journeys/run-due') }, { cache: 'reload' });
  const due = Array.from({ length: DUE }, (_one, n) =>
    requestFor(patient, `due/${live}/${n}`, new Date(Date.now() - 60_000)),
  );
  await store(medplum, due);
  const started = performance.now();
  await medplum.executeBot(bot?.id ?? '', {}, 'application/json');
  const took = performance.now() - started;
  console.log(`${live} live journeys, ${DUE} steps due: ${took.toFixed(0)} ms for the run`);
}

const requestFor = (patient: WithId<Patient>, value: string, due: Date): Resource =>
  messageRequest(
    {
      identifier: { system: JOURNEY_SID, value },
      template: TEMPLATE,
      patient: createReference(patient),
      basedOn: [],
      due,
    },
    new Date(),
  );

async function store(medplum: MedplumClient, resources: readonly Resource[]): Promise<void> {
  for (let start = 0; start < resources.length; start += BATCH) {
    const some = resources.slice(start, start + BATCH);
    const sent = await sendBatch(
      medplum,
      some.map((resource) => ({ request: { method: 'POST', url: resource.resourceType }, resource })),
    );
    const refusal = sent.find((one) => one.refusal)?.refusal;
    if (refusal) {
      throw new Error(`The server refused what is to be measured: ${refusal}`);
    }
  }
}
