import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Communication, Patient } from '@medplum/fhirtypes';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { mediumOf } from '../../bots/messages/template.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { ACCOUNT, startTwilio } from './twilio-server.ts';
import type { TwilioServer } from './twilio-server.ts';

let clinic: Clinic;
let twilio: TwilioServer;
let smtp: SMTPServer;
const mails: { to: string[]; content: string }[] = [];

beforeAll(async () => {
  twilio = await startTwilio(() => new Date(clinic.clock.now()));
  smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: ({ address }, _session, done) => {
      const code = { 'gone@example.org': 550, 'full@example.org': 452 }[address];
      done(code ? Object.assign(new Error('not here'), { responseCode: code }) : null);
    },
    onData: (stream, { envelope }, done) => {
      void text(stream).then((content) => {
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), content });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
  const { port } = smtp.server.address() as AddressInfo;
  clinic = await startClinic({
    now: '2030-03-04T12:00:00Z',
    secrets: {
      TWILIO_ACCOUNT_SID: ACCOUNT.sid,
      TWILIO_AUTH_TOKEN: ACCOUNT.token,
      TWILIO_FROM_SMS: ACCOUNT.from,
      TWILIO_API_BASE: twilio.baseUrl,
      CLINIC_COUNTRY: 'US',
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      MAIL_FROM: 'clinic@example.org',
    },
  });
});

afterEach(() => {
  twilio.mishaps.splice(0);
});

afterAll(async () => {
  await clinic.close();
  await twilio.close();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
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

  test('that is refused at every attempt ends as not done', async () => {
    twilio.mishaps.push(...Array.from({ length: 50 }, () => ({ status: 503 })));
    const id = await send(await patientAt('+12025550144'), 'Never.');
    for (let hour = 0; hour < 12; hour++) {
      await clinic.server.advance({ hours: 1 });
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

describe('An e-mail', () => {
  test('goes through SMTP once', async () => {
    const id = await send(await patientAt('lena@example.org', 'email'), 'Dear Lena, see you.', 'email');
    const got = mails.filter(({ content }) => content.includes('Dear Lena, see you.'));
    expect(got).toMatchObject([{ to: ['lena@example.org'] }]);
    expect(got[0]?.content).toMatch(/^From: clinic@example\.org/m);
    expect(await now(id)).toMatchObject({ status: 'completed' });
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
