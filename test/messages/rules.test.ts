import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { ActivityDefinition, Communication, Consent, Patient, RelatedPerson, Task } from '@medplum/fhirtypes';
import { CONSENT_CATEGORY, MESSAGE_TEMPLATE } from '../../bots/messages/names.ts';
import { TICKET_SID } from '../../bots/runtime/contract.ts';
import { channelOf } from '../../bots/messages/template.ts';
import type { Channel } from '../../bots/messages/template.ts';
import { bookDirectly } from '../appointments.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { startMailServer } from './mail-server.ts';
import type { MailServer } from './mail-server.ts';
import { startMessaging } from './messaging.ts';
import type { Messaging } from './messaging.ts';
import { ACCOUNT } from './twilio-server.ts';
import type { Taken } from './twilio-server.ts';

let messaging: Messaging;
let clinic: Clinic;
let mail: MailServer;

beforeAll(async () => {
  mail = await startMailServer();
  messaging = await startMessaging({
    TWILIO_FROM_WHATSAPP: ACCOUNT.from,
    QUIET_HOURS: '21:00-08:00',
    MESSAGES_PER_DAY: '3',
    CLINIC_TIMEZONE: 'America/New_York',
    SMTP_URL: mail.url,
    MAIL_FROM: 'clinic@example.org',
  });
  ({ clinic } = messaging);
});

afterAll(async () => {
  await messaging.close();
  await mail.close();
});

/** The next day at this time in New York, where the clinic is (in winter five hours behind UTC). */
function at(time: string): void {
  const day = new Date(clinic.clock.now() + 24 * 3_600_000).toISOString().slice(0, 10);
  clinic.clock.moveTo(Date.parse(`${day}T${time}:00-05:00`));
}

let number = 300;
const newPatient = (over: Partial<Patient> = {}): Promise<WithId<Patient>> => {
  const value = `+1202555${String(++number).padStart(4, '0')}`;
  const email = { system: 'email', value: `p${number}@example.org` } as const;
  return clinic.newPatient({ telecom: [{ system: 'phone', use: 'mobile', value }, email], ...over });
};
const phoneOf = ({ telecom }: Patient): string => telecom?.[0]?.value ?? '';
const own = (contentString: string): Partial<Communication> => ({ payload: [{ contentString }] });

let templates = 0;
async function newTemplate(...texts: [Channel, string, string?][]): Promise<Partial<Communication>> {
  const url = `https://example.org/ActivityDefinition/rules-${++templates}`;
  await clinic.medplum.createResource<ActivityDefinition>({
    resourceType: 'ActivityDefinition',
    status: 'active',
    kind: 'CommunicationRequest',
    url,
    extension: texts.map(([channel, body, providerTemplate]) => ({
      url: MESSAGE_TEMPLATE,
      extension: [
        { url: 'channel', valueCode: channel },
        { url: 'language', valueCode: 'en' },
        { url: 'body', valueString: body },
        ...(providerTemplate ? [{ url: 'providerTemplate', valueString: providerTemplate }] : []),
      ],
    })),
  });
  return { instantiatesCanonical: [url] };
}

const takenBy = (patient: Patient): Taken[] =>
  messaging.twilio.taken.filter(({ to }) => to.replace('whatsapp:', '') === phoneOf(patient));

/** Channel and status of every message to somebody, in the order in which they were made. */
async function messagesTo(patient: WithId<Patient>): Promise<string[]> {
  clinic.medplum.invalidateAll();
  const found = await clinic.medplum.searchResources('Communication', {
    recipient: `Patient/${patient.id}`,
    _sort: '_lastUpdated',
    _count: '100',
  });
  return found.map(({ medium, status, statusReason }) =>
    [channelOf(medium) ?? 'open', status, statusReason?.coding?.[0]?.code].filter(Boolean).join(' '),
  );
}

describe('Quiet hours', () => {
  test('hold a message until the morning of its recipient, wherever they live', async () => {
    at('22:00');
    const here = await newPatient();
    const inHawaii = await newPatient({
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/timezone', valueCode: 'Pacific/Honolulu' }],
    });
    const id = await messaging.send(here, own('Good night.'), 'sms');
    expect(await messaging.now(id)).toMatchObject({ status: 'on-hold' });
    const far = await messaging.send(inHawaii, own('Good afternoon.'), 'sms');
    expect(await messaging.now(far)).toMatchObject({ status: 'completed' });
    at('07:58');
    await clinic.server.advance({ minutes: 1 });
    expect(takenBy(here)).toEqual([]);
    await clinic.server.advance({ minutes: 3 });
    expect(await messaging.now(id)).toMatchObject({ status: 'completed' });
    expect(takenBy(here)).toHaveLength(1);
  });

  test('do not hold the confirmation of a booking, an answer, or what somebody marked as stat', async () => {
    at('23:00');
    const patient = await newPatient();
    const appointment = await bookDirectly(clinic, patient, new Date(clinic.clock.now() + 9e8).toISOString());
    await clinic.server.drain();
    const confirmation = await clinic.medplum.searchResources('Communication', {
      recipient: `Patient/${patient.id}`,
      _count: '10',
    });
    expect([...confirmation]).toMatchObject([{ status: 'completed', about: [createReference(appointment)] }]);
    const urgent = await messaging.send(patient, { ...own('Please come at once.'), priority: 'stat' }, 'sms');
    expect(await messaging.now(urgent)).toMatchObject({ status: 'completed' });
    await messaging.receive(phoneOf(patient), 'Which door?');
    const asked = (await messaging.incoming()).find(({ sender }) => sender?.reference === `Patient/${patient.id}`);
    const answer = { ...own('The blue one.'), inResponseTo: [createReference(asked!)] };
    expect(await messaging.now(await messaging.send(patient, answer, 'sms'))).toMatchObject({ status: 'completed' });
  });

  test('let a message expire whose time they outlast', async () => {
    at('22:00');
    const patient = await newPatient();
    const expires = new Date(clinic.clock.now() + 3_600_000).toISOString();
    const extension = [{ url: 'https://careline.dev/fhir/StructureDefinition/message-expires', valueInstant: expires }];
    const id = await messaging.send(patient, { ...own('In an hour.'), extension }, 'sms');
    at('08:00');
    await clinic.server.advance({ minutes: 2 });
    expect(await messaging.now(id)).toMatchObject({
      status: 'not-done',
      statusReason: { coding: [{ code: 'expired' }] },
    });
    expect(takenBy(patient)).toEqual([]);
  });
});

describe('The limit of a day', () => {
  test('lets so many messages out, however many come at once, and the others the next day', async () => {
    at('10:00');
    const patient = await newPatient();
    await Promise.all(Array.from({ length: 5 }, (_one, n) => messaging.send(patient, own(`Number ${n}`), 'sms')));
    await clinic.server.drain();
    expect((await messagesTo(patient)).sort()).toEqual(
      [...Array.from({ length: 3 }, () => 'sms completed'), ...Array.from({ length: 2 }, () => 'sms on-hold')].sort(),
    );
    await clinic.server.advance({ minutes: 2 });
    expect(takenBy(patient)).toHaveLength(3);
    at('10:01');
    await clinic.server.advance({ minutes: 2 });
    expect(takenBy(patient)).toHaveLength(5);
    expect(new Set(takenBy(patient).map(({ body }) => body)).size).toBe(5);
  });
});

describe('A message whose channel is open', () => {
  test('goes by WhatsApp, by SMS when that is not delivered, and by e-mail when that is not either', async () => {
    at('10:00');
    const patient = await newPatient();
    const template = await newTemplate(
      ['whatsapp', 'On WhatsApp: {{ patient.given }}', 'HX1'],
      ['sms', 'On SMS: {{ patient.given }}'],
      ['email', 'By e-mail: {{ patient.given }}'],
    );
    await messaging.send(patient, template);
    expect(takenBy(patient)).toMatchObject([
      {
        to: `whatsapp:${phoneOf(patient)}`,
        from: `whatsapp:${ACCOUNT.from}`,
        content: { sid: 'HX1', variables: '{"1":"Test"}' },
      },
    ]);
    expect(await messagesTo(patient)).toEqual(['whatsapp completed']);
    expect(await messaging.report(takenBy(patient)[0], 'undelivered', 63024)).toBe(200);
    expect(await messagesTo(patient)).toEqual(['whatsapp not-done invalid-address', 'sms completed']);
    // Twilio says it once more.
    expect(await messaging.report(takenBy(patient)[0], 'failed', 63024)).toBe(200);
    expect(takenBy(patient).map(({ body }) => body)).toEqual(['', 'On SMS: Test']);
    expect(await messaging.report(takenBy(patient)[1], 'undelivered', 30005)).toBe(200);
    expect(await messagesTo(patient)).toEqual([
      'whatsapp not-done invalid-address',
      'sms not-done invalid-address',
      'email completed',
    ]);
    expect(mail.mails.filter(({ content }) => content.includes('By e-mail: Test'))).toHaveLength(1);
  });

  test('goes by the next one at once when its provider refuses it, and is a ticket when there is none left', async () => {
    at('10:00');
    const patient = await newPatient({ telecom: [{ system: 'phone', value: '+12025550901' }] });
    messaging.twilio.refuses.set('+12025550901', 21211);
    messaging.twilio.refuses.set('whatsapp:+12025550901', 63016);
    const template = await newTemplate(['whatsapp', 'W', 'HX2'], ['sms', 'S'], ['email', 'E']);
    await messaging.send(patient, template);
    expect(await messagesTo(patient)).toEqual(['whatsapp not-done provider-refused', 'sms not-done invalid-address']);
    const tickets = await clinic.medplum.searchResources('Task', { patient: `Patient/${patient.id}`, code: 'ticket' });
    expect([...tickets]).toMatchObject([{ status: 'requested' }]);
  });

  test('that somebody fixed stays on it', async () => {
    at('10:00');
    const patient = await newPatient();
    const template = await newTemplate(['sms', 'S'], ['email', 'E']);
    await messaging.send(patient, template, 'sms');
    await messaging.report(takenBy(patient)[0], 'undelivered', 30005);
    expect(await messagesTo(patient)).toEqual(['sms not-done invalid-address']);
  });
});

describe('An opt-out that names no channel', () => {
  const optOut = (patient: WithId<Patient>): Promise<WithId<Consent>> =>
    clinic.medplum.createResource<Consent>({
      resourceType: 'Consent',
      status: 'active',
      scope: { coding: [{ code: 'patient-privacy' }] },
      category: [{ coding: [{ system: CONSENT_CATEGORY, code: 'messages' }] }],
      patient: createReference(patient),
      policyRule: { text: 'Messages of the clinic' },
      provision: { type: 'deny' },
    });

  test('stops messages on every channel, whoever sends them, and START lets through the one it came by', async () => {
    at('10:00');
    const patient = await newPatient();
    await messaging.receive(`whatsapp:${phoneOf(patient)}`, 'Hello!');
    const consent = await optOut(patient);
    const reason = { status: 'not-done', statusReason: { coding: [{ code: 'opted-out' }] } };
    for (const channel of ['sms', 'whatsapp', 'email'] as const) {
      expect(await messaging.now(await messaging.send(patient, own('Not wanted'), channel))).toMatchObject(reason);
    }
    const template = await newTemplate(['whatsapp', 'W', 'HX9'], ['sms', 'S'], ['email', 'E']);
    expect(await messaging.now(await messaging.send(patient, template))).toMatchObject(reason);
    const visit = await bookDirectly(clinic, patient, new Date(clinic.clock.now() + 9e8).toISOString());
    await clinic.server.drain();
    expect(takenBy(patient)).toEqual([]);
    expect(mail.mails.filter(({ content }) => content.includes(`p${number}@example.org`))).toEqual([]);
    expect(await messagesTo(patient)).toEqual(Array.from({ length: 5 }, () => expect.stringMatching(/opted-out$/)));

    await messaging.receive(phoneOf(patient), 'START');
    await messaging.send(patient, template);
    await messaging.send(patient, own('Still not wanted'), 'email');
    expect(takenBy(patient)).toMatchObject([{ to: phoneOf(patient), body: 'S' }]);
    await clinic.medplum.updateResource<Consent>({ ...consent, status: 'inactive' });
    expect(await messaging.now(await messaging.send(patient, own('Wanted'), 'email'))).toMatchObject({
      status: 'completed',
    });
    await clinic.medplum.deleteResource('Appointment', visit.id);
    await clinic.server.drain();
  });
});

describe('WhatsApp', () => {
  test('takes a text without a template for 24 hours after the patient wrote, and never an hour more', async () => {
    at('10:00');
    const patient = await newPatient();
    const reason = { status: 'not-done', statusReason: { coding: [{ code: 'provider-refused' }] } };
    expect(await messaging.now(await messaging.send(patient, own('Hello?'), 'whatsapp'))).toMatchObject(reason);
    await messaging.receive(phoneOf(patient), 'By SMS, this opens nothing');
    expect(await messaging.now(await messaging.send(patient, own('Hello?'), 'whatsapp'))).toMatchObject(reason);
    await messaging.receive(`whatsapp:${phoneOf(patient)}`, 'Hello!');
    const answered = await messaging.send(patient, own('Hello, too!'), 'whatsapp');
    expect(await messaging.now(answered)).toMatchObject({ status: 'completed' });
    at('10:30');
    expect(await messaging.now(await messaging.send(patient, own('Still there?'), 'whatsapp'))).toMatchObject(reason);
    expect(takenBy(patient)).toMatchObject([{ body: 'Hello, too!', content: undefined }]);
  });

  test('takes a text for 24 hours after somebody wrote who acts for the patient', async () => {
    at('10:00');
    const patient = await newPatient({ telecom: [] });
    const phone = '+12025558601';
    const mother = await clinic.medplum.createResource<RelatedPerson>({
      resourceType: 'RelatedPerson',
      active: true,
      patient: createReference(patient),
      telecom: [{ system: 'phone', value: phone }],
    });
    const toMother = { ...own('Hello, too!'), recipient: [createReference(mother)] };
    const reason = { status: 'not-done', statusReason: { coding: [{ code: 'provider-refused' }] } };
    expect(await messaging.now(await messaging.send(patient, toMother, 'whatsapp'))).toMatchObject(reason);
    await messaging.receive(`whatsapp:${phone}`, 'Hello!');
    expect(await messaging.now(await messaging.send(patient, toMother, 'whatsapp'))).toMatchObject({
      status: 'completed',
    });
  });

  test('is passed over for a template that the provider does not know, and gets the values of one that it knows', async () => {
    at('10:00');
    const patient = await newPatient();
    await messaging.send(patient, await newTemplate(['whatsapp', 'W'], ['sms', 'S']));
    expect(takenBy(patient)).toMatchObject([{ to: phoneOf(patient), body: 'S' }]);
    const appointment = await bookDirectly(clinic, patient, new Date(clinic.clock.now() + 9e8).toISOString());
    await clinic.server.drain();
    const text =
      'At {{ appointment.time }}, {{ patient.given }} {{ patient.family }}: {{ patient.given }}{{ location.name | default: "" }}!';
    const template = await newTemplate(['whatsapp', text, 'HX3']);
    await messaging.send(patient, { ...template, about: [createReference(appointment)] });
    const content = takenBy(patient).find((taken) => taken.content?.sid === 'HX3')?.content;
    expect(JSON.parse(content?.variables ?? '{}')).toMatchObject({
      2: 'Test',
      3: expect.stringMatching(/^Patient/),
      4: expect.any(String),
    });
  });
});

describe('$resend', () => {
  const resend = (id: string, over: object = {}): Promise<WithId<Communication>> =>
    clinic.call('Communication/$resend', { message: `Communication/${id}`, ...over });

  test('sends what did not go out once more, and only once', async () => {
    at('10:00');
    const patient = await newPatient();
    messaging.twilio.refuses.set(phoneOf(patient), 21211);
    const id = await messaging.send(patient, own('Important.'), 'sms');
    expect(await messaging.now(id)).toMatchObject({ status: 'not-done' });
    messaging.twilio.refuses.delete(phoneOf(patient));
    const [one, other] = await Promise.all([resend(id, { channel: 'sms' }), resend(id, { channel: 'sms' })]);
    expect(one.id).toBe(other.id);
    await clinic.server.drain();
    expect((await resend(id)).id).toBe(one.id);
    expect(await messaging.now(one.id)).toMatchObject({
      status: 'completed',
      payload: [{ contentString: 'Important.' }],
    });
    expect(takenBy(patient)).toHaveLength(1);
  });

  test('does not send what has left, or goes nowhere', async () => {
    at('10:00');
    const patient = await newPatient();
    const id = await messaging.send(patient, own('Sent.'), 'sms');
    const refused = (code: string, parameter: string): object => ({
      outcome: { issue: [{ code, expression: [parameter] }] },
    });
    await expect(resend(id)).rejects.toMatchObject(refused('business-rule', 'message'));
    await expect(resend('none')).rejects.toMatchObject(refused('not-found', 'message'));
    await expect(resend(id, { channel: 'pigeon' })).rejects.toMatchObject(refused('value', 'channel'));
  });
});

test('A setting that cannot be read is told, once, and again if it is not put right', async () => {
  const mistyped = await startClinic({ secrets: { QUIET_HOURS: '21-8', CLINIC_TIMEZONE: 'Europe/Vienna' } });
  const tickets = (): Promise<WithId<Task>[]> =>
    mistyped.medplum.searchResources('Task', { identifier: `${TICKET_SID}|message-settings` }, { cache: 'reload' });
  await mistyped.server.advance({ minutes: 3 });
  const [raised, ...others] = await tickets();
  expect(others).toEqual([]);
  expect(raised).toMatchObject({ status: 'requested', description: expect.stringMatching(/^QUIET_HOURS [^.]*\.$/) });
  await mistyped.medplum.updateResource({ ...raised!, status: 'completed' });
  await mistyped.server.advance({ minutes: 2 });
  expect((await tickets()).map(({ status }) => status).sort()).toEqual(['completed', 'requested']);
  await mistyped.close();
});
