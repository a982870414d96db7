import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Communication, Patient } from '@medplum/fhirtypes';
import { bookDirectly, passes } from '../appointments.ts';
import { startMessaging } from '../messages/messaging.ts';
import type { Messaging } from '../messages/messaging.ts';
import type { Mishap } from '../messages/twilio-server.ts';
import { Deliveries } from './deliveries.ts';
import type { JourneySoak } from './journeys.ts';
import { Random } from './random.ts';

const REMINDER = 'https://careline.dev/fhir/ActivityDefinition/appointment-reminder';
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);

/** What happens to a message at the provider. `untaken` is a failure behind which nobody knows that nothing was taken. */
const MISHAPS: readonly (Mishap | 'untaken' | undefined)[] = [
  undefined,
  undefined,
  'lost',
  { status: 500, take: true },
  { status: 429, code: 20429, retryAfter: 40 },
  { status: 503 },
  'untaken',
];

interface World {
  readonly messaging: Messaging;
  readonly deliveries: Deliveries;
  readonly random: Random;
  /** Of the run: makes numbers and texts its own. */
  readonly run: number;
}

/**
 * Messages out and in by a provider that fails, with every delivery, report and webhook lost, doubled, late or out of
 * order. None may leave twice or be lost, none may be stored twice.
 * @returns What went wrong.
 */
export async function soakMessages({ seed, runs, progress = () => undefined }: JourneySoak): Promise<string[]> {
  const random = new Random(seed);
  const messaging = await startMessaging();
  try {
    const deliveries = await Deliveries.takeOver(messaging.clinic, random);
    const violations: string[] = [];
    for (let run = 0; run < runs; run++) {
      deliveries.forget();
      const story = random.pick([leaves, leaves, answers, matches, brings, stops]);
      const wrong = await story({ messaging, deliveries, random, run });
      violations.push(...wrong.map((text) => `Run ${run}, ${story.name}: ${text}`));
      if (run % 50 === 49) {
        progress(`${run + 1} messages, ${violations.length} violations`);
      }
    }
    return violations;
  } finally {
    await messaging.close();
  }
}

const phoneOf = ({ run }: World): string => `+1212${String(5_550_000 + run)}`;

const newPatient = (world: World): Promise<WithId<Patient>> =>
  world.messaging.clinic.newPatient({ telecom: [{ system: 'phone', value: phoneOf(world) }] });

/** Does the same so many times at once: a sender that did not hear the answer. */
async function repeatedly({ random }: World, what: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: random.between(1, 3) }, what));
}

async function leaves(world: World): Promise<string[]> {
  const { messaging, deliveries, random, run } = world;
  const { twilio, clinic } = messaging;
  const mishap = random.pick(MISHAPS);
  if (mishap) {
    twilio.mishaps.push(mishap === 'untaken' ? { status: 500 } : mishap);
  }
  const body = `Message ${run}`;
  const id = await messaging.send(await newPatient(world), { payload: [{ contentString: body }] }, 'sms');
  deliveries.note(undefined, await messaging.now(id));
  await deliveries.some();
  await clinic.server.drain();
  const taken = twilio.taken.filter((one) => one.body === body);
  const reports = random.pick([[], ['sent'], ['sent', 'delivered'], ['delivered', 'sent'], ['undelivered', 'sent']]);
  for (const status of taken.length > 0 ? reports : []) {
    await repeatedly(world, () => messaging.report(taken[0], status, status === 'undelivered' ? 30005 : undefined));
  }
  await passes(clinic, 2);
  const { status } = await messaging.now(id);
  const times = twilio.taken.filter((one) => one.body === body).length;
  const isOpen = mishap === 'untaken' && status === 'in-progress' && times === 0;
  const hasFailed = reports[0] === 'undelivered' && status === 'not-done' && times === 1;
  return isOpen || hasFailed || (status === 'completed' && times === 1)
    ? []
    : [`${status}, left ${times} times, after ${JSON.stringify(mishap)} and ${reports.join()}`];
}

async function answers(world: World): Promise<string[]> {
  const { messaging, random, run } = world;
  const { clinic, twilio } = messaging;
  const patient = await newPatient(world);
  const start = new Date(clinic.clock.now() + 3 * 86_400_000).toISOString();
  const visit = await bookDirectly(clinic, patient, start);
  await messaging.send(patient, { instantiatesCanonical: [REMINDER], about: [createReference(visit)] });
  await passes(clinic, 1);
  const word = random.pick(['1', '2']);
  await repeatedly(world, () => messaging.receive(phoneOf(world), word, { MessageSid: `SMsoak${run}` }));
  await passes(clinic, 1);
  clinic.medplum.invalidateAll();
  const responses = await clinic.medplum.searchResources('AppointmentResponse', `appointment=Appointment/${visit.id}`);
  const thanks = twilio.taken.filter(({ to, body }) => to === phoneOf(world) && body.startsWith('Thank you'));
  const tickets = await clinic.medplum.searchResources('Task', `patient=Patient/${patient.id}&code=ticket`);
  const said = responses.map(({ participantStatus }) => participantStatus).join();
  const expected = word === '1' ? 'accepted 1 0' : 'tentative 1 1';
  const outcome = `${said} ${thanks.length} ${tickets.length}`;
  return outcome === expected ? [] : [`${word}: ${outcome} is not ${expected}`];
}

async function matches(world: World): Promise<string[]> {
  const { messaging, deliveries } = world;
  const { clinic } = messaging;
  const patient = await clinic.newPatient();
  await repeatedly(world, () => messaging.receive(phoneOf(world), 'Hello'));
  const key = `tel:${phoneOf(world)}`;
  clinic.medplum.invalidateAll();
  const threads: WithId<Communication>[] = await clinic.medplum.searchResources('Communication', { identifier: key });
  const [thread] = threads;
  if (!thread || threads.length > 1) {
    return [`${threads.length} threads`];
  }
  const written = await clinic.medplum.searchResources('Communication', `part-of=Communication/${thread.id}`);
  const named = await clinic.medplum.updateResource<Communication>({ ...thread, subject: createReference(patient) });
  deliveries.note(thread, named);
  await deliveries.some();
  await passes(clinic, 1);
  const own = (await messaging.incoming()).filter(({ sender }) => sender?.reference === `Patient/${patient.id}`);
  const into = new Set(own.map(({ partOf }) => partOf?.[0]?.reference));
  return own.length === written.length && into.size === 1
    ? []
    : [`${own.length} of ${written.length} messages in ${into.size} threads`];
}

async function brings(world: World): Promise<string[]> {
  const { messaging, random, run } = world;
  const { twilio, clinic } = messaging;
  const patient = await newPatient(world);
  const id = `ME${run}`;
  twilio.media.set(id, random.next() < 0.5 ? 'broken' : { contentType: 'image/png', bytes: PNG });
  const form = {
    MessageSid: `SMmedia${run}`,
    NumMedia: '1',
    MediaUrl0: twilio.mediaUrl(id),
    MediaContentType0: 'image/png',
  };
  await repeatedly(world, () => messaging.receive(phoneOf(world), 'Look', form));
  twilio.media.set(id, { contentType: 'image/png', bytes: PNG });
  await passes(clinic, 1);
  const own = (await messaging.incoming()).filter(({ sender }) => sender?.reference === `Patient/${patient.id}`);
  const sizes = own.map(({ status, payload }) => `${status} ${payload?.[1]?.contentAttachment?.size}`).join();
  return sizes === `completed ${PNG.length}` ? [] : [sizes];
}

async function stops(world: World): Promise<string[]> {
  const { messaging, run } = world;
  const patient = await newPatient(world);
  await repeatedly(world, () => messaging.receive(phoneOf(world), 'STOP', { MessageSid: `SMstop${run}` }));
  await repeatedly(world, () => messaging.receive(phoneOf(world), 'START', { MessageSid: `SMstart${run}` }));
  await repeatedly(world, () => messaging.receive(phoneOf(world), 'STOP', { MessageSid: `SMstop${run}` }));
  const { medplum } = messaging.clinic;
  medplum.invalidateAll();
  const consents = await medplum.searchResources('Consent', { patient: `Patient/${patient.id}` });
  const types = consents.map(({ provision }) => provision?.type).join();
  return types === 'permit' ? [] : [`consents ${types}`];
}
