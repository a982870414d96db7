import { readFile } from 'node:fs/promises';
import type { MedplumClient, WithId } from '@medplum/core';
import { createReference, encodeBase64 } from '@medplum/core';
import type {
  Appointment,
  CarePlan,
  Communication,
  Composition,
  Encounter,
  ExtractResource,
  Parameters,
  Resource,
  ResourceType,
  Slot,
  Task,
} from '@medplum/fhirtypes';
import { codeSystem } from '../../bots/runtime/contract.ts';
import { inRoot } from '../lib/paths.ts';
import type { DemoClinic } from '../lib/seed.ts';
import { waitFor } from '../lib/wait-for.ts';
import { createCast } from './provider.ts';

const HOUR_MS = 3_600_000;

/** Hears of each step and of what it caused. */
export type Log = (step: string, caused: readonly string[]) => void;

/** What one whole visit left behind. */
export interface Visit {
  readonly appointment: WithId<Appointment>;
  readonly encounter: WithId<Encounter>;
  readonly journey: WithId<CarePlan>;
  readonly note: WithId<Composition>;
}

/**
 * One whole visit over HTTP, as any FHIR client could drive it: from a provider's weekly hours to the completed journey.
 * @throws Error of the first thing that should have happened and did not.
 */
export async function runVisit(medplum: MedplumClient, clinic: DemoClinic, log: Log): Promise<Visit> {
  const call = <T>(type: ResourceType, code: string, body: object): Promise<T> =>
    medplum.post<T>(medplum.fhirUrl(type, `$${code}`), body);
  const find = <T extends ResourceType>(
    type: T,
    query: Record<string, string>,
  ): Promise<WithId<ExtractResource<T>>[]> => medplum.searchResources(type, query, { cache: 'reload' });
  const one = async <T extends ResourceType>(
    type: T,
    query: Record<string, string>,
    is: (resource: WithId<ExtractResource<T>>) => boolean = () => true,
  ): Promise<WithId<ExtractResource<T>>> =>
    waitFor(`${type}?${new URLSearchParams(query).toString()}`, async () => (await find(type, query)).find(is));
  const stage = (journey: WithId<CarePlan>, code: string, ...statuses: Task['status'][]): Promise<WithId<Task>> =>
    one('Task', { 'based-on': ref(journey), code: `${codeSystem('journey-stage')}|${code}` }, ({ status }) =>
      statuses.includes(status),
    );
  const messages = (count: number): Promise<Communication[]> =>
    waitFor(`${count} messages that were sent`, async () => {
      const sent = await find('Communication', { recipient: ref(patient), status: 'completed' });
      return sent.length >= count ? sent : undefined;
    });

  const { practitioner, patient, schedule } = await createCast(medplum, clinic);
  log('A provider has recurring weekly availability', [ref(practitioner), ref(schedule)]);

  const now = Date.now();
  const window = { start: new Date(now).toISOString(), end: new Date(now + 72 * HOUR_MS).toISOString() };
  const generated = await call<Parameters>('Schedule', 'generate-slots', { schedule: ref(schedule), ...window });
  const created = generated.parameter?.find(({ name }) => name === 'created')?.valueInteger ?? 0;
  assert(created > 0, 'slots were generated');
  log('Slots are generated from it', [`${created} slots`]);

  const free = await medplum.searchResources('Slot', [
    ['schedule', ref(schedule)],
    ['status', 'free'],
    ['start', `ge${window.start}`],
    ['start', `lt${window.end}`],
    ['_sort', 'start'],
  ]);
  const slot: WithId<Slot> = free[0] ?? fail('a free slot was found');
  log('Free slots are searched', [`${free.length} of them, the first at ${slot.start}`]);

  const booked = await call<WithId<Appointment>>('Slot', 'book', { slot: ref(slot), patient: ref(patient) });
  assert(booked.status === 'booked', 'the Appointment is booked');
  const journey = await one('CarePlan', { 'activity-reference': ref(booked) }, ({ status }) => status === 'active');
  const preVisit = await stage(journey, 'pre-visit', 'in-progress');
  log('One is booked, and a journey starts by itself', [
    ref(booked),
    `${ref(journey)} active`,
    `${ref(preVisit)} pre-visit`,
  ]);

  const before = await messages(1);
  log(
    "The patient's pre-visit messages are sent",
    before.map((message) => `${ref(message)} completed`),
  );

  const arrived = await call<Appointment>('Appointment', 'check-in', { appointment: ref(booked) });
  assert(arrived.status === 'arrived', 'the Appointment has arrived');
  const dayOfVisit = await stage(journey, 'day-of-visit', 'in-progress');
  log('The patient is checked in', [`${ref(booked)} arrived`, `${ref(dayOfVisit)} day-of-visit`]);

  const encounter = await call<WithId<Encounter>>('Appointment', 'start-encounter', {
    appointment: ref(booked),
    practitioner: ref(practitioner),
  });
  assert(encounter.status === 'in-progress', 'the Encounter is in progress');
  await one('CarePlan', { _id: journey.id }, (plan) => plan.encounter?.reference === ref(encounter));
  log('An encounter is started and linked to the journey', [ref(encounter), ref(journey)]);

  const transcript = await medplum.createResource({
    resourceType: 'DocumentReference',
    status: 'current',
    type: { coding: [{ system: codeSystem('document-type'), code: 'transcript' }] },
    subject: createReference(patient),
    content: [
      {
        attachment: {
          contentType: 'text/plain',
          data: encodeBase64(await readFile(inRoot('resources', 'demo', 'transcript.txt'), 'utf8')),
        },
      },
    ],
    context: { encounter: [createReference(encounter)] },
  });
  const draft = await one('Composition', { encounter: ref(encounter) }, ({ status }) => status === 'preliminary');
  const problems = await find('Condition', { encounter: ref(encounter) });
  const medications = await find('MedicationRequest', { encounter: ref(encounter) });
  const services = await find('ServiceRequest', { encounter: ref(encounter) });
  assert(problems.length > 0, 'problems were found in the conversation');
  assert(medications.length + services.length > 0, 'orders were drafted');
  log('A transcript is filed, and a draft note appears', [
    ref(transcript),
    `${ref(draft)} preliminary`,
    `${problems.length} problems: ${problems.flatMap(({ code }) => code?.coding?.[0]?.code ?? []).join(', ')}`,
    `${medications.length + services.length} order drafts`,
  ]);

  const note = await call<WithId<Composition>>('Composition', 'sign', {
    composition: ref(draft),
    accept: [...problems, ...medications, ...services].map(ref),
    practitioner: ref(practitioner),
  });
  assert(note.status === 'final', 'the note is final');
  await medplum.patchResource('Encounter', encounter.id, [{ op: 'replace', path: '/status', value: 'finished' }]);
  await stage(journey, 'post-visit', 'in-progress', 'completed');
  const after = await messages(before.length + 1);
  log('The note is signed, the encounter finished, and follow-up messages go out', [
    `${ref(note)} final`,
    ...after
      .filter(({ id }) => !before.some((message) => message.id === id))
      .map((message) => `${ref(message)} completed`),
  ]);

  const appointment = await one('Appointment', { _id: booked.id }, ({ status }) => status === 'fulfilled');
  log('The appointment is fulfilled', [ref(appointment)]);

  const completed = await one('CarePlan', { _id: journey.id }, ({ status }) => status === 'completed');
  log('The journey completes', [ref(completed)]);
  return { appointment, encounter, journey: completed, note };
}

const ref = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`;

function fail(what: string): never {
  throw new Error(`This should have happened and did not: ${what}.`);
}

function assert(happened: boolean, what: string): void {
  if (!happened) {
    fail(what);
  }
}
