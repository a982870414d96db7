import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Communication, Patient, Resource, Task } from '@medplum/fhirtypes';
import { passes, setDeliveries } from '../appointments.ts';
import type { Clinic } from '../clinic.ts';
import { startMessaging } from './messaging.ts';
import type { Messaging } from './messaging.ts';

let messaging: Messaging;
let clinic: Clinic;

beforeAll(async () => {
  messaging = await startMessaging();
  ({ clinic } = messaging);
});

afterAll(() => messaging.close());

let number = 700;
const newNumber = (): string => `+1202555${String(++number).padStart(4, '0')}`;
const withNumber = (value: string): Promise<WithId<Patient>> =>
  clinic.newPatient({ telecom: [{ system: 'phone', use: 'mobile', value }] });

/** As the patient's own pages do it. */
async function writes(
  patient: WithId<Patient>,
  text: string,
  over: Partial<Communication> = {},
): Promise<WithId<Communication>> {
  const message = await clinic.medplum.createResource<Communication>({
    resourceType: 'Communication',
    status: 'completed',
    subject: createReference(patient),
    sender: createReference(patient),
    sent: new Date(clinic.clock.now()).toISOString(),
    payload: [{ contentString: text }],
    ...over,
  });
  await clinic.server.drain();
  return message;
}

async function answers(patient: WithId<Patient>, message: WithId<Communication>): Promise<WithId<Communication>> {
  const answer = { payload: [{ contentString: 'Yes.' }], inResponseTo: [createReference(message)] };
  return messaging.now(await messaging.send(patient, answer, 'sms'));
}

async function ticketsOf(patient: WithId<Patient>, status?: string): Promise<WithId<Task>[]> {
  await clinic.server.drain();
  clinic.medplum.invalidateAll();
  const query = { patient: `Patient/${patient.id}`, code: 'conversation', ...(status && { status }) };
  return [...(await clinic.medplum.searchResources('Task', query))];
}

const latestOf = (task: Task | undefined): string | undefined => task?.input?.[0]?.valueReference?.reference;

describe('What a patient writes in their own pages', () => {
  test('stands in their thread with what they send by phone, and is one open ticket that names the last of it', async () => {
    const phone = newNumber();
    const patient = await withNumber(phone);
    await writes(patient, 'May I bring my dog?');
    expect(await messaging.receive(phone, 'It is a small one.')).toBe(200);
    clinic.clock.moveTo(clinic.clock.now() + 1000);
    const last = await writes(patient, 'Its name is Rex.');
    const own = (await messaging.incoming()).filter(({ subject }) => subject?.reference === `Patient/${patient.id}`);
    expect(own).toHaveLength(3);
    const threads = new Set(own.map(({ partOf }) => partOf?.[0]?.reference));
    expect(threads.size).toBe(1);
    const tickets = await ticketsOf(patient);
    expect(tickets).toMatchObject([{ status: 'requested', focus: { reference: [...threads][0] } }]);
    expect(latestOf(tickets[0])).toBe(`Communication/${last.id}`);
  });

  test('waits until it is answered: an answer that does not leave, or is to something before it, settles nothing', async () => {
    const phone = newNumber();
    const patient = await withNumber(phone);
    const first = await writes(patient, 'One question.');
    clinic.clock.moveTo(clinic.clock.now() + 1000);
    const second = await writes(patient, 'And another one.');
    messaging.twilio.mishaps.push({ status: 400, code: 21614 });
    expect(await answers(patient, second)).toMatchObject({ status: 'not-done' });
    expect(await answers(patient, first)).toMatchObject({ status: 'completed' });
    expect(await ticketsOf(patient, 'requested')).toHaveLength(1);
    expect(await answers(patient, second)).toMatchObject({ status: 'completed' });
    expect(await ticketsOf(patient)).toMatchObject([{ status: 'completed' }]);
    clinic.clock.moveTo(clinic.clock.now() + 1000);
    await writes(patient, 'Thanks, and a third one.');
    expect(await ticketsOf(patient, 'requested')).toHaveLength(1);
  });

  test('is not forgotten by who closes a ticket without having seen it, and stays closed by who has', async () => {
    const patient = await clinic.newPatient();
    await writes(patient, 'Seen.');
    const [seen] = (await ticketsOf(patient)) as [WithId<Task>];
    clinic.clock.moveTo(clinic.clock.now() + 1000);
    const unseen = await writes(patient, 'Came while somebody was writing.');
    await clinic.medplum.updateResource<Task>({ ...seen, status: 'completed' });
    const [open, ...others] = (await ticketsOf(patient, 'requested')) as [WithId<Task>];
    expect(others).toEqual([]);
    expect(latestOf(open)).toBe(`Communication/${unseen.id}`);
    await clinic.medplum.updateResource<Task>({ ...open, status: 'completed' });
    await passes(clinic, 2);
    expect(await ticketsOf(patient, 'requested')).toEqual([]);
  });

  test('is found by the sweep if nobody was told: of the message, of its answer, of a ticket that was closed too early', async () => {
    const patient = await withNumber(newNumber());
    await setDeliveries(clinic, 'off');
    try {
      const message = await writes(patient, 'Is anybody there?');
      await passes(clinic, 1);
      const [ticket] = (await ticketsOf(patient)) as [WithId<Task>];
      expect(latestOf(ticket)).toBe(`Communication/${message.id}`);
      clinic.clock.moveTo(clinic.clock.now() + 1000);
      const more = await writes(patient, 'Hello?');
      await clinic.medplum.updateResource<Task>({ ...ticket, status: 'completed' });
      await passes(clinic, 1);
      expect((await ticketsOf(patient, 'requested')).map(latestOf)).toEqual([`Communication/${more.id}`]);
      await answers(patient, more);
      await passes(clinic, 2);
      expect(await ticketsOf(patient, 'requested')).toEqual([]);
    } finally {
      await setDeliveries(clinic, 'active');
    }
  });

  test("is theirs, whoever acts for them wrote it; other programs' chats are left alone", async () => {
    const patient = await clinic.newPatient();
    const parent = await clinic.medplum.createResource({
      resourceType: 'RelatedPerson',
      active: true,
      patient: createReference(patient),
    });
    const message = await writes(patient, 'My child has a fever.', {
      sender: createReference(parent),
      subject: undefined,
    });
    expect(await messaging.now(message.id)).toMatchObject({ subject: { reference: `Patient/${patient.id}` } });
    expect(await ticketsOf(patient)).toHaveLength(1);
    const other = await clinic.newPatient();
    const chat = await clinic.medplum.createResource<Communication>({
      resourceType: 'Communication',
      status: 'in-progress',
      topic: { text: 'A chat' },
    });
    const said = await writes(other, 'In a chat.', { partOf: [createReference(chat)] });
    const header = await writes(other, '', { payload: undefined, topic: { text: 'Another chat' } });
    for (const { id, meta } of [said, header]) {
      expect((await messaging.now(id)).meta?.versionId).toBe(meta?.versionId);
    }
    expect(await ticketsOf(other)).toEqual([]);
  });
});

describe('A number that nobody has', () => {
  const unknownThread = async (phone: string): Promise<WithId<Communication>> => {
    clinic.medplum.invalidateAll();
    const query = { category: 'unknown-sender', identifier: `tel:${phone}` };
    return (await clinic.medplum.searchOne('Communication', query)) as WithId<Communication>;
  };
  const ticketsAbout = async ({ resourceType, id }: WithId<Resource>): Promise<WithId<Task>[]> => {
    clinic.medplum.invalidateAll();
    return [...(await clinic.medplum.searchResources('Task', { focus: `${resourceType}/${id}` }))];
  };

  test('has one ticket in plain words, which goes along to the patient whom somebody names, and is settled there', async () => {
    const phone = newNumber();
    await messaging.receive(phone, 'It is me.');
    await messaging.receive(phone, 'Still me.');
    const thread = await unknownThread(phone);
    const tickets = await ticketsAbout(thread);
    expect(tickets).toMatchObject([{ description: expect.stringMatching(/say which patient/) }]);
    const patient = await withNumber(phone);
    await clinic.medplum.updateResource<Communication>({ ...thread, subject: createReference(patient) });
    await clinic.server.drain();
    expect(await ticketsAbout(thread)).toEqual([]);
    const moved = await ticketsOf(patient);
    expect(moved).toMatchObject([{ id: tickets[0]?.id, description: 'A patient wrote: read it and answer.' }]);
    const last = await messaging.now(latestOf(moved[0])?.split('/')[1] ?? '');
    await answers(patient, last);
    expect(await ticketsOf(patient, 'requested')).toEqual([]);
  });

  test('and said STOP: whose it turns out to be gets no messages there, unless they said START since', async () => {
    const phone = newNumber();
    await messaging.receive(phone, 'STOP');
    const patient = await withNumber(phone);
    await clinic.medplum.updateResource<Communication>({
      ...(await unknownThread(phone)),
      subject: createReference(patient),
    });
    const id = await messaging.send(patient, { payload: [{ contentString: 'Not wanted' }] }, 'sms');
    expect(await messaging.now(id)).toMatchObject({ statusReason: { coding: [{ code: 'opted-out' }] } });
    expect(await ticketsOf(patient, 'requested')).toEqual([]);
    await messaging.receive(phone, 'START');
    const again = await messaging.send(patient, { payload: [{ contentString: 'Wanted' }] }, 'sms');
    expect(await messaging.now(again)).toMatchObject({ status: 'completed' });
  });
});
