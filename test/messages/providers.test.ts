import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Communication, Patient } from '@medplum/fhirtypes';
import { mediumOf } from '../../bots/messages/template.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { startMailServer } from './mail-server.ts';
import type { MailServer } from './mail-server.ts';
import { ACCOUNT, startTwilio } from './twilio-server.ts';
import type { TwilioServer } from './twilio-server.ts';

let clinic: Clinic;
let twilio: TwilioServer;
let mail: MailServer;

beforeAll(async () => {
  twilio = await startTwilio(() => new Date(clinic.clock.now()));
  mail = await startMailServer();
  mail.refuses.set('gone@example.org', 550).set('full@example.org', 452);
  clinic = await startClinic({
    now: '2030-03-04T12:00:00Z',
    secrets: {
      TWILIO_ACCOUNT_SID: ACCOUNT.sid,
      TWILIO_AUTH_TOKEN: ACCOUNT.token,
      TWILIO_FROM_SMS: ACCOUNT.from,
      TWILIO_API_BASE: twilio.baseUrl,
      CLINIC_COUNTRY: 'US',
      SMTP_URL: mail.url,
      MAIL_FROM: 'clinic@example.org',
    },
  });
});

afterEach(() => {
  twilio.mishaps.splice(0);
  delete twilio.list.failure;
});

afterAll(async () => {
  await clinic.close();
  await twilio.close();
  await mail.close();
});

const patientAt = (value: string, system: 'phone' | 'email' = 'phone'): Promise<WithId<Patient>> =>
  clinic.newPatient({ telecom: [{ system, value }] });

async function send(patient: WithId<Patient>, body: string, channel: 'sms' | 'email' = 'sms'): Promise<string> {
  const { id } = await clinic.medplum.createResource<Communication>({
    resourceType: 'Communication',
    status: 'preparation',
    recipient: [createReference(patient)],
    subject: createReference(patient),
    medium: [mediumOf(channel)],
    payload: [{ contentString: body }],
  });
  await clinic.server.drain();
  return id;
}

function now(id: string): Promise<WithId<Communication>> {
  clinic.medplum.invalidateAll();
  return clinic.medplum.readResource('Communication', id);
}

const takenOf = (body: string): string[] => twilio.taken.filter((one) => one.body === body).map(({ sid }) => sid);

describe('An SMS by Twilio', () => {
  test('goes to the number in E.164, once, and carries the provider’s id', async () => {
    const id = await send(await patientAt('(202) 555-0142'), 'One message.');
    expect(twilio.taken.filter(({ body }) => body === 'One message.')).toMatchObject([
      { to: '+12025550142', from: ACCOUNT.from },
    ]);
    expect(await now(id)).toMatchObject({
      status: 'completed',
      sent: '2030-03-04T12:00:00.000Z',
      identifier: [{ value: takenOf('One message.')[0] }],
    });
    await clinic.server.advance({ minutes: 10 });
    expect(takenOf('One message.')).toHaveLength(1);
  });

  test.each([
    [21211, 'invalid-address'],
    [21610, 'opted-out'],
    [63016, 'provider-refused'],
  ])('that it refuses with %i is not done: %s', async (code, reason) => {
    const number = `+1202555${code % 10000}`.slice(0, 12);
    twilio.refuses.set(number, code);
    const id = await send(await patientAt(number), `Refused ${code}.`);
    expect(await now(id)).toMatchObject({ status: 'not-done', statusReason: { coding: [{ code: reason }] } });
    await clinic.server.advance({ minutes: 10 });
    expect(takenOf(`Refused ${code}.`)).toEqual([]);
  });

  test('that it has no room for waits as long as it says, and then goes out once', async () => {
    twilio.mishaps.push({ status: 429, code: 20429, retryAfter: 180 });
    const id = await send(await patientAt('+12025550143'), 'Busy.');
    expect(await now(id)).toMatchObject({ status: 'on-hold' });
    await clinic.server.advance({ minutes: 2 });
    expect(takenOf('Busy.')).toEqual([]);
    await clinic.server.advance({ minutes: 2 });
    expect(await now(id)).toMatchObject({ status: 'completed' });
    expect(takenOf('Busy.')).toHaveLength(1);
  });

  test('that a provider refuses because it does not know the clinic waits, with one ticket for all of them', async () => {
    twilio.mishaps.push({ status: 401, code: 20003 }, { status: 403, code: 20005 }, { status: 408 });
    const first = await send(await patientAt('+12025550151'), 'Shut out.');
    const second = await send(await patientAt('+12025550152'), 'Shut out, too.');
    const slow = await send(await patientAt('+12025550153'), 'Too slow.');
    expect([await now(first), await now(second), await now(slow)].map(({ status }) => status)).toEqual([
      'on-hold',
      'on-hold',
      'in-progress',
    ]);
    clinic.medplum.invalidateAll();
    const tickets = await clinic.medplum.searchResources('Task', {
      identifier: 'https://careline.dev/fhir/sid/ticket|message-provider/twilio',
    });
    expect(tickets).toHaveLength(1);
    await clinic.server.advance({ minutes: 3 });
    expect(await now(first)).toMatchObject({ status: 'completed' });
  });

  test('that is refused at every attempt ends as not done', async () => {
    twilio.mishaps.push(...Array.from({ length: 50 }, () => ({ status: 503 })));
    const id = await send(await patientAt('+12025550144'), 'Never.');
    for (let attempt = 1; attempt < 16; attempt++) {
      clinic.clock.moveTo(clinic.clock.now() + 3_600_000);
      await clinic.server.advance({ minutes: 1 });
    }
    expect(await now(id)).toMatchObject({
      status: 'not-done',
      statusReason: { coding: [{ code: 'provider-refused' }] },
    });
    expect(takenOf('Never.')).toEqual([]);
  });

  test.each<[string, 'lost' | { status: number; take: boolean }]>([
    ['the line went dead', 'lost'],
    ['the provider failed behind it', { status: 500, take: true }],
  ])('of which %s after it was taken is found again, and not sent again', async (what, mishap) => {
    twilio.mishaps.push(mishap);
    const body = `Lost because ${what}.`;
    const id = await send(await patientAt('+12025550145'), body);
    expect(await now(id)).toMatchObject({ status: 'in-progress' });
    await clinic.server.advance({ minutes: 7 });
    expect(await now(id)).toMatchObject({ status: 'completed', identifier: [{ value: takenOf(body)[0] }] });
    expect(takenOf(body)).toHaveLength(1);
  });

  test('of which nobody can tell is unknown, with one task for a person, and is not sent again', async () => {
    twilio.mishaps.push({ status: 500 });
    const id = await send(await patientAt('+12025550146'), 'Who knows?');
    await clinic.server.advance({ minutes: 70 });
    expect(await now(id)).toMatchObject({ status: 'unknown' });
    const tasks = await clinic.medplum.searchResources('Task', { focus: `Communication/${id}` });
    expect(tasks).toHaveLength(1);
    await clinic.server.advance({ minutes: 10 });
    expect(takenOf('Who knows?')).toEqual([]);
  });
});

test('of two of the same text to one number that which was lost is not taken for the one that left', async () => {
  const patient = await patientAt('+12025550150');
  const sent = await send(patient, 'Twins.');
  twilio.mishaps.push({ status: 500 });
  const lost = await send(patient, 'Twins.');
  await clinic.server.advance({ minutes: 7 });
  expect(await now(sent)).toMatchObject({ status: 'completed', identifier: [{ value: takenOf('Twins.')[0] }] });
  expect(await now(lost)).toMatchObject({ status: 'in-progress' });
  // What arrived behind a failure of the provider is still told apart from it.
  twilio.mishaps.push({ status: 500, take: true });
  const behind = await send(patient, 'Twins.');
  await clinic.server.advance({ minutes: 7 });
  expect([await now(lost), await now(behind)].map(({ status }) => status).sort()).toEqual(['completed', 'in-progress']);
});

test('a provider whose list cannot be had keeps nothing else from leaving, and what it would tell is given up', async () => {
  twilio.mishaps.push({ status: 500 }, { status: 429 });
  const lost = await send(await patientAt('+12025550147'), 'Is it there?');
  const waiting = await send(await patientAt('+12025550148'), 'In a minute.');
  twilio.list.failure = 500;
  await clinic.server.advance({ minutes: 7 });
  expect(await now(lost)).toMatchObject({ status: 'in-progress' });
  expect(await now(waiting)).toMatchObject({ status: 'completed' });
  const later = await send(await patientAt('+12025550149'), 'Now.');
  expect(await now(later)).toMatchObject({ status: 'completed' });
  await clinic.server.advance({ minutes: 60 });
  expect(await now(lost)).toMatchObject({ status: 'unknown' });
});

describe('An e-mail', () => {
  test('goes through SMTP once', async () => {
    const id = await send(await patientAt('lena@example.org', 'email'), 'Dear Lena, see you.', 'email');
    const got = mail.mails.filter(({ content }) => content.includes('Dear Lena, see you.'));
    expect(got).toMatchObject([{ to: ['lena@example.org'] }]);
    expect(got[0]?.content).toMatch(/^From: clinic@example\.org/m);
    expect(await now(id)).toMatchObject({ status: 'completed' });
  });

  test('is not sent again when the line went dead behind it: nobody can tell, which is a task', async () => {
    mail.loses.add('lost@example.org');
    const id = await send(await patientAt('lost@example.org', 'email'), 'Dear nobody.', 'email');
    expect(await now(id)).toMatchObject({ status: 'in-progress' });
    await clinic.server.advance({ minutes: 70 });
    expect(await now(id)).toMatchObject({ status: 'unknown' });
    expect(mail.mails.filter(({ to }) => to.includes('lost@example.org'))).toHaveLength(1);
    expect(await clinic.medplum.searchResources('Task', { focus: `Communication/${id}` })).toHaveLength(1);
  });

  test('that is too long to be one is not done: it has certainly not left', async () => {
    const long = await send(await patientAt('long@example.org', 'email'), 'x'.repeat(50_001), 'email');
    expect(await now(long)).toMatchObject({
      status: 'not-done',
      statusReason: { coding: [{ code: 'provider-refused' }] },
    });
  });

  test('to an address that is not there is not done; to a full one it waits', async () => {
    const gone = await send(await patientAt('gone@example.org', 'email'), 'x', 'email');
    expect(await now(gone)).toMatchObject({
      status: 'not-done',
      statusReason: { coding: [{ code: 'invalid-address' }] },
    });
    const full = await send(await patientAt('full@example.org', 'email'), 'x', 'email');
    expect(await now(full)).toMatchObject({ status: 'on-hold' });
  });
});
