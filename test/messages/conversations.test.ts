import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, Communication, Patient, RelatedPerson, Task } from '@medplum/fhirtypes';
import { bookDirectly, setDeliveries } from '../appointments.ts';
import type { Clinic } from '../clinic.ts';
import { startMessaging } from './messaging.ts';
import type { Messaging } from './messaging.ts';

const REMINDER = 'https://careline.dev/fhir/ActivityDefinition/appointment-reminder';

let messaging: Messaging;
let clinic: Clinic;

beforeAll(async () => {
  messaging = await startMessaging();
  ({ clinic } = messaging);
});

afterAll(() => messaging.close());

let number = 600;
const newNumber = (): string => `+1202555${String(++number).padStart(4, '0')}`;
const withNumber = (value: string): Promise<WithId<Patient>> =>
  clinic.newPatient({ telecom: [{ system: 'phone', use: 'mobile', value }] });

/** A visit in some days of which the patient was reminded. */
async function remind(patient: WithId<Patient>, days = 3): Promise<WithId<Appointment>> {
  const start = new Date(clinic.clock.now() + days * 86_400_000).toISOString();
  const appointment = await bookDirectly(clinic, patient, start);
  await clinic.server.drain();
  await messaging.send(patient, { instantiatesCanonical: [REMINDER], about: [createReference(appointment)] });
  return appointment;
}

async function statusOf(patient: WithId<Patient>, appointment: WithId<Appointment>): Promise<string | undefined> {
  clinic.medplum.invalidateAll();
  const { participant } = await clinic.medplum.readResource('Appointment', appointment.id);
  return participant.find(({ actor }) => actor?.reference === `Patient/${patient.id}`)?.status;
}

async function responsesTo({ id }: WithId<Appointment>): Promise<(string | undefined)[]> {
  clinic.medplum.invalidateAll();
  const found = await clinic.medplum.searchResources('AppointmentResponse', { appointment: `Appointment/${id}` });
  return found.map(({ participantStatus }) => participantStatus);
}

async function ticketsOf(patient: WithId<Patient>): Promise<WithId<Task>[]> {
  clinic.medplum.invalidateAll();
  return [...(await clinic.medplum.searchResources('Task', { patient: `Patient/${patient.id}`, code: 'ticket' }))];
}

const lastTo = (phone: string): string | undefined => messaging.twilio.taken.findLast(({ to }) => to === phone)?.body;

const from = async (patient: WithId<Patient>): Promise<WithId<Communication>[]> =>
  (await messaging.incoming()).filter(({ sender }) => sender?.reference === `Patient/${patient.id}`);

describe('A reply to a reminder', () => {
  test('"1" confirms the visit, once, with thanks and without a task', async () => {
    const phone = newNumber();
    const patient = await withNumber(phone);
    const appointment = await remind(patient);
    expect(lastTo(phone)).toMatch(/Reply 1 to confirm/);
    await Promise.all([1, 2].map(() => messaging.receive(phone, '1', { MessageSid: `SM1${phone.slice(1)}` })));
    expect(await statusOf(patient, appointment)).toBe('accepted');
    expect(await responsesTo(appointment)).toEqual(['accepted']);
    expect(messaging.twilio.taken.filter(({ to, body }) => to === phone && body.includes('is confirmed'))).toHaveLength(
      1,
    );
    expect(await ticketsOf(patient)).toEqual([]);
    expect(await from(patient)).toMatchObject([
      { about: [{ reference: `Appointment/${appointment.id}` }], payload: [{ contentString: '1' }] },
    ]);
  });

  test('"2" asks for another time: that is a task, and the visit stands until then', async () => {
    const phone = newNumber();
    const patient = await withNumber(phone);
    const appointment = await remind(patient);
    expect(await messaging.receive(phone, '2')).toBe(200);
    expect(await statusOf(patient, appointment)).toBe('tentative');
    expect(await responsesTo(appointment)).toEqual(['tentative']);
    expect(await ticketsOf(patient)).toMatchObject([{ focus: { reference: `Appointment/${appointment.id}` } }]);
    expect(lastTo(phone)).toMatch(/another time/);
    // That they have read it, and not that the old time suits after all.
    expect(await messaging.receive(phone, 'OK')).toBe(200);
    expect(await statusOf(patient, appointment)).toBe('tentative');
    expect(await messaging.receive(phone, '1')).toBe(200);
    expect(await statusOf(patient, appointment)).toBe('accepted');
  });

  test('that cannot be read, or is about nobody can say which visit, is a task', async () => {
    const phone = newNumber();
    const patient = await withNumber(phone);
    const first = await remind(patient, 3);
    await messaging.receive(phone, 'Maybe');
    expect(await ticketsOf(patient)).toHaveLength(1);
    const second = await remind(patient, 4);
    await messaging.receive(phone, '1');
    expect(await ticketsOf(patient)).toHaveLength(1);
    expect(await responsesTo(second)).toEqual([]);
    const { sid } = messaging.twilio.taken.findLast(({ to }) => to === phone) ?? {};
    await messaging.receive(phone, '2', { OriginalRepliedMessageSid: sid ?? '' });
    expect([await statusOf(patient, first), await statusOf(patient, second)]).toEqual(['accepted', 'tentative']);
  });

  test('finds out who wrote, where several share a number', async () => {
    const phone = newNumber();
    const [child, parent] = [await withNumber(phone), await withNumber(phone)];
    const appointment = await remind(child);
    await messaging.receive(phone, '1');
    expect(await responsesTo(appointment)).toEqual(['accepted']);
    expect(await from(child)).toHaveLength(1);
    await messaging.receive(phone, 'STOP');
    for (const patient of [child, parent]) {
      const id = await messaging.send(patient, { payload: [{ contentString: 'Not wanted' }] }, 'sms');
      expect(await messaging.now(id)).toMatchObject({ statusReason: { coding: [{ code: 'opted-out' }] } });
    }
  });
});

describe('Who acts for a patient', () => {
  const acting = (patient: WithId<Patient>, phone: string, over: Partial<RelatedPerson> = {}): Promise<string> =>
    clinic.medplum
      .createResource<RelatedPerson>({
        resourceType: 'RelatedPerson',
        active: true,
        patient: createReference(patient),
        telecom: [{ system: 'phone', value: phone }],
        ...over,
      })
      .then(({ id }) => `RelatedPerson/${id}`);
  const about = async (patient: WithId<Patient>): Promise<WithId<Communication>[]> =>
    (await messaging.incoming()).filter(({ subject }) => subject?.reference === `Patient/${patient.id}`);

  test('writes for them by their own phone, confirms their visit, is thanked, and stops messages about them', async () => {
    const phone = newNumber();
    const child = await clinic.newPatient({ telecom: [] });
    const parent = await acting(child, phone);
    const start = new Date(clinic.clock.now() + 3 * 86_400_000).toISOString();
    const visit = await bookDirectly(clinic, child, start);
    const reminder = {
      recipient: [{ reference: parent }],
      instantiatesCanonical: [REMINDER],
      about: [createReference(visit)],
    };
    await messaging.send(child, reminder, 'sms');
    expect(lastTo(phone)).toMatch(/Reply 1 to confirm/);
    await messaging.receive(phone, '1');
    expect(await statusOf(child, visit)).toBe('accepted');
    expect(lastTo(phone)).toMatch(/is confirmed/);
    await messaging.receive(phone, 'May her brother come along?');
    expect(await about(child)).toMatchObject([{ sender: { reference: parent } }, { sender: { reference: parent } }]);
    const question = (await about(child)).find(({ inResponseTo }) => !inResponseTo)!;
    const open = async (): Promise<WithId<Task>[]> =>
      (await ticketsOf(child)).filter(
        ({ focus, status }) => status === 'requested' && focus?.reference === question.partOf?.[0]?.reference,
      );
    expect(await open()).toHaveLength(1);
    const answer = { payload: [{ contentString: 'Yes.' }], inResponseTo: [createReference(question)] };
    await messaging.send(child, { ...answer, recipient: [{ reference: parent }] }, 'sms');
    expect(lastTo(phone)).toBe('Yes.');
    expect(await open()).toEqual([]);
    await messaging.receive(phone, 'STOP');
    const id = await messaging.send(
      child,
      { ...reminder, instantiatesCanonical: undefined, payload: [{ contentString: 'Not wanted' }] },
      'sms',
    );
    expect(await messaging.now(id)).toMatchObject({ statusReason: { coding: [{ code: 'opted-out' }] } });
  });

  test('is asked about whom, where they act for several: a ticket says for whom; but a reply tells', async () => {
    const phone = newNumber();
    const [one, two] = [await clinic.newPatient({ telecom: [] }), await clinic.newPatient({ telecom: [] })];
    await acting(one, phone);
    const asked = await acting(two, phone);
    await messaging.receive(phone, 'She has a fever.');
    clinic.medplum.invalidateAll();
    const thread = await clinic.medplum.searchOne('Communication', { identifier: `tel:${phone}` });
    const tickets = await clinic.medplum.searchResources('Task', { focus: `Communication/${thread?.id}` });
    const suggested = tickets[0]?.input?.filter(({ type }) => type.coding?.[0]?.code === 'candidate');
    expect(suggested?.map(({ valueReference }) => valueReference?.reference).sort()).toEqual(
      [`Patient/${one.id}`, `Patient/${two.id}`].sort(),
    );
    const visit = await bookDirectly(clinic, two, new Date(clinic.clock.now() + 3 * 86_400_000).toISOString());
    const about = [createReference(visit)];
    await messaging.send(two, { recipient: [{ reference: asked }], instantiatesCanonical: [REMINDER], about }, 'sms');
    await messaging.receive(phone, '2');
    expect(await statusOf(two, visit)).toBe('tentative');
  });

  test.each<[string, Partial<RelatedPerson>]>([
    ['not any more', { active: false }],
    ['only until yesterday', { period: { end: '2030-03-03' } }],
    ['only from next year on', { period: { start: '2031-01-01' } }],
  ])('but %s, is somebody whom nobody knows', async (_when, over) => {
    const phone = newNumber();
    const patient = await clinic.newPatient({ telecom: [] });
    await acting(patient, phone, over);
    await messaging.receive(phone, 'Hello?');
    expect(await about(patient)).toEqual([]);
  });
});

describe('A number that nobody has', () => {
  const unknownThread = async (phone: string): Promise<WithId<Communication>> => {
    clinic.medplum.invalidateAll();
    const query = { category: 'unknown-sender', identifier: `tel:${phone}` };
    const [thread, ...others] = await clinic.medplum.searchResources('Communication', query);
    expect(others).toEqual([]);
    return thread!;
  };

  test.each(['at once', 'by the sweep'])(
    'is matched to a patient by the subject of its thread, %s: what was written is theirs, and what will be',
    async (how) => {
      const phone = newNumber();
      await messaging.receive(phone, 'It is me.');
      await messaging.receive(phone, 'Still me.');
      const patient = await clinic.newPatient();
      if (how === 'by the sweep') {
        await setDeliveries(clinic, 'off');
      }
      const thread = await unknownThread(phone);
      await clinic.medplum.updateResource<Communication>({ ...thread, subject: createReference(patient) });
      await clinic.server.drain();
      if (how === 'by the sweep') {
        await clinic.server.advance({ minutes: 2 });
        await setDeliveries(clinic, 'active');
      }
      expect(await messaging.now(thread.id)).toMatchObject({ status: 'completed' });
      await messaging.receive(phone, 'And again.');
      const messages = await from(patient);
      expect(messages.map(({ payload }) => payload?.[0]?.contentString).sort()).toEqual([
        'And again.',
        'It is me.',
        'Still me.',
      ]);
      expect(new Set(messages.map(({ partOf }) => partOf?.[0]?.reference)).size).toBe(1);
      expect(messages[0]?.partOf?.[0]?.reference).not.toBe(`Communication/${thread.id}`);
    },
  );
});

describe('What is sent along', () => {
  const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
  const receive = async (
    phone: string,
    id: string,
    contentType: string,
    url = messaging.twilio.mediaUrl(id),
  ): Promise<void> => {
    const media = { NumMedia: '1', MediaUrl0: url, MediaContentType0: contentType };
    expect(await messaging.receive(phone, 'Look', media)).toBe(200);
  };

  test('is kept, and whoever may read the message may read it', async () => {
    const phone = newNumber();
    const patient = await withNumber(phone);
    messaging.twilio.media.set('ME1', { contentType: 'image/png', bytes: png });
    await receive(phone, 'ME1', 'image/png');
    const [message] = await from(patient);
    expect(message).toMatchObject({
      status: 'completed',
      payload: [{ contentString: 'Look' }, { contentAttachment: { contentType: 'image/png', size: png.length } }],
    });
    const url = message?.payload?.[1]?.contentAttachment?.url ?? '';
    const kept = await clinic.medplum.download(url);
    expect(new Uint8Array(await kept.arrayBuffer())).toEqual(png);
    const id = /(?:Binary|storage)\/([\w-]+)/.exec(url)?.[1] ?? '';
    expect(await clinic.medplum.readResource('Binary', id)).toMatchObject({
      securityContext: { reference: `Communication/${message?.id}` },
    });
  });

  test.each<[string, string, Uint8Array, string]>([
    ['a page', 'text/html', new TextEncoder().encode('<script>alert(1)</script>'), ''],
    ['a page that calls itself a picture', 'image/png', new TextEncoder().encode('<script>alert(1)</script>'), ''],
    ['a drawing with a script', 'image/svg+xml', new TextEncoder().encode('<svg onload="alert(1)"/>'), ''],
    ['more than is taken', 'image/png', Uint8Array.from([...png.slice(0, 8), ...new Uint8Array(17 * 1024 * 1024)]), ''],
    ['what lies somewhere else', 'image/png', png, 'http://127.0.0.1:9/secret'],
  ])('is not taken, but shown and a task, if it is %s', async (_what, contentType, bytes, url) => {
    const phone = newNumber();
    const patient = await withNumber(phone);
    messaging.twilio.media.set('MEbad', { contentType, bytes });
    await receive(phone, 'MEbad', contentType, url || undefined);
    const [message] = await from(patient);
    const attachment = message?.payload?.[1]?.contentAttachment;
    expect(message?.status).toBe('completed');
    expect(attachment).toEqual({ contentType, title: expect.stringMatching(/^Not taken: /) });
    expect((await ticketsOf(patient)).map(({ description }) => description)).toContainEqual(
      expect.stringMatching(/was not taken/),
    );
  });

  test('is fetched later if the provider does not hand it over now, for a day', async () => {
    const phone = newNumber();
    const patient = await withNumber(phone);
    messaging.twilio.media.set('ME2', 'broken');
    await receive(phone, 'ME2', 'image/png');
    expect(await from(patient)).toMatchObject([{ status: 'in-progress' }]);
    messaging.twilio.media.set('ME2', { contentType: 'image/png', bytes: png });
    await clinic.server.advance({ minutes: 3 });
    expect(await from(patient)).toMatchObject([{ status: 'completed' }]);
    messaging.twilio.media.set('ME3', 'broken');
    await receive(phone, 'ME3', 'image/png');
    clinic.clock.moveTo(clinic.clock.now() + 25 * 3_600_000);
    await clinic.server.advance({ minutes: 2 });
    const given = (await from(patient)).flatMap(({ payload }) => payload?.[1]?.contentAttachment?.title ?? []);
    expect(given).toEqual([expect.stringMatching(/did not hand it over/)]);
  });
});
