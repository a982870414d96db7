import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference, getIdentifier } from '@medplum/core';
import type { Communication, Patient } from '@medplum/fhirtypes';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { sid, WEBHOOK_SID } from '../../bots/runtime/contract.ts';
import { mediumOf } from '../../bots/messages/template.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { ACCOUNT, startTwilio } from './twilio-server.ts';
import type { TwilioServer } from './twilio-server.ts';

const PUBLIC = 'https://clinic.example.org';

let clinic: Clinic;
let twilio: TwilioServer;

beforeAll(async () => {
  twilio = await startTwilio(() => new Date(clinic.clock.now()));
  clinic = await startClinic({
    now: '2030-03-04T12:00:00Z',
    secrets: {
      TWILIO_ACCOUNT_SID: ACCOUNT.sid,
      TWILIO_AUTH_TOKEN: ACCOUNT.token,
      TWILIO_FROM_SMS: ACCOUNT.from,
      TWILIO_API_BASE: twilio.baseUrl,
      PUBLIC_BASE_URL: `${PUBLIC}/`,
    },
  });
});

afterAll(async () => {
  await clinic.close();
  await twilio.close();
});

async function send(patient: WithId<Patient>, body: string): Promise<string> {
  const { id } = await clinic.medplum.createResource<Communication>({
    resourceType: 'Communication',
    status: 'preparation',
    recipient: [createReference(patient)],
    subject: createReference(patient),
    medium: [mediumOf('sms')],
    payload: [{ contentString: body }],
  });
  await clinic.server.drain();
  return id;
}

function now(id: string): Promise<WithId<Communication>> {
  clinic.medplum.invalidateAll();
  return clinic.medplum.readResource('Communication', id);
}

/** Posts a form as Twilio does, signed for the public url; the server itself is reached under its own. */
async function post(url: string, form: Record<string, string>, token: string = ACCOUNT.token): Promise<number> {
  const response = await fetch(url.replace(PUBLIC, clinic.server.baseUrl), {
    method: 'POST',
    headers: { 'x-twilio-signature': webhooks.getExpectedTwilioSignature(token, url, form) },
    body: new URLSearchParams(form),
  });
  await clinic.server.drain();
  return response.status;
}

describe('A report of Twilio', () => {
  const sent = async (body: string): Promise<{ id: string; url: string; sid: string }> => {
    const id = await send(await clinic.newPatient(), body);
    const taken = twilio.taken.find((one) => one.body === body);
    return { id, url: taken?.statusCallback ?? '', sid: taken?.sid ?? '' };
  };

  test('says that a message has arrived, once, in whatever order', async () => {
    const { id, url, sid: MessageSid } = await sent('Arrives.');
    expect(url).toMatch(new RegExp(`^${PUBLIC}/webhook/[0-9a-f-]+\\?message=${id}$`));
    expect(await post(url, { MessageSid, MessageStatus: 'delivered' })).toBe(200);
    const arrived = await now(id);
    expect(arrived).toMatchObject({ status: 'completed', received: '2030-03-04T12:00:00.000Z' });
    for (const MessageStatus of ['sent', 'delivered', 'undelivered', 'queued']) {
      expect(await post(url, { MessageSid, MessageStatus })).toBe(200);
    }
    expect((await now(id)).meta?.versionId).toBe(arrived.meta?.versionId);
  });

  test('says why a message did not arrive', async () => {
    const { id, url, sid: MessageSid } = await sent('Does not arrive.');
    expect(await post(url, { MessageSid, MessageStatus: 'undelivered', ErrorCode: '30005' })).toBe(200);
    expect(await now(id)).toMatchObject({
      status: 'not-done',
      statusReason: { coding: [{ code: 'invalid-address' }] },
    });
    expect(await post(url, { MessageSid, MessageStatus: 'sent' })).toBe(200);
    expect((await now(id)).status).toBe('not-done');
  });

  test('settles a message whose record was lost', async () => {
    twilio.mishaps.push('lost');
    const { id, url, sid: MessageSid } = await sent('Lost and reported.');
    expect((await now(id)).status).toBe('in-progress');
    expect(await post(url, { MessageSid, MessageStatus: 'sent' })).toBe(200);
    expect(await now(id)).toMatchObject({ status: 'completed', identifier: [{ value: MessageSid }] });
  });

  test('that is forged, or signed for another message, changes nothing', async () => {
    const { id, url, sid: MessageSid } = await sent('Not to be forged.');
    const { versionId } = (await now(id)).meta ?? {};
    expect(await post(url, { MessageSid, MessageStatus: 'failed' }, 'another-token')).toBe(403);
    const other = url.replace(id, '00000000-0000-4000-8000-000000000000');
    expect(await post(other, { MessageSid, MessageStatus: 'failed' })).toBe(403);
    expect((await now(id)).meta?.versionId).toBe(versionId);
  });
});

describe('A message that comes in', () => {
  let url: string;
  beforeAll(async () => {
    const bot = await clinic.medplum.searchOne('Bot', { identifier: `${sid('bot')}|messages/twilio-inbound` });
    url = `${PUBLIC}/webhook/${bot && getIdentifier(bot, WEBHOOK_SID)}`;
  });
  let count = 0;
  const receive = (From: string, Body: string, MessageSid = `SMin${count++}`): Promise<number> =>
    post(url, { MessageSid, From, To: ACCOUNT.from, Body });
  const incoming = (): Promise<WithId<Communication>[]> => {
    clinic.medplum.invalidateAll();
    return clinic.medplum.searchResources('Communication', { category: 'incoming', _count: '100' });
  };

  test("goes into its patient's thread, whatever way their number is written, and is a task for a person", async () => {
    const patient = await clinic.newPatient({ telecom: [{ system: 'phone', value: '(202) 555-0177' }] });
    expect(await receive('+12025550177', 'May I bring my dog?')).toBe(200);
    expect(await receive('whatsapp:+12025550177', 'And my cat?')).toBe(200);
    const own = (await incoming()).filter(({ sender }) => sender?.reference === `Patient/${patient.id}`);
    expect(own.map(({ payload }) => payload?.[0]?.contentString).sort()).toEqual([
      'And my cat?',
      'May I bring my dog?',
    ]);
    expect(new Set(own.map(({ partOf }) => partOf?.[0]?.reference)).size).toBe(1);
    expect(await clinic.medplum.searchResources('Task', { patient: `Patient/${patient.id}` })).toHaveLength(2);
  });

  test('is stored once, however often it comes', async () => {
    const before = (await incoming()).length;
    await clinic.newPatient({ telecom: [{ system: 'phone', value: '+12025550178' }] });
    await Promise.all(Array.from({ length: 4 }, () => receive('+12025550178', 'Again?', 'SMreplay')));
    expect(await receive('+12025550178', 'Again?', 'SMreplay')).toBe(200);
    expect(await incoming()).toHaveLength(before + 1);
  });

  test('of a number that nobody has stands in a thread of its own, with a task', async () => {
    expect(await receive('+12025550179', 'Who am I?')).toBe(200);
    const [message] = (await incoming()).filter(({ payload }) => payload?.[0]?.contentString === 'Who am I?');
    expect(message).toMatchObject({ sender: { identifier: { value: 'tel:+12025550179' } } });
    const thread = message?.partOf?.[0]?.reference ?? '';
    expect(await clinic.medplum.searchResources('Task', { focus: thread })).toHaveLength(1);
  });

  test('that is forged is not stored', async () => {
    const before = (await incoming()).length;
    expect(await post(url, { MessageSid: 'SMforged', From: '+12025550178', Body: 'STOP' }, 'wrong')).toBe(403);
    expect(await incoming()).toHaveLength(before);
  });

  test('STOP ends messages by its channel, START lets them through again, and an old STOP does not come back', async () => {
    const patient = await clinic.newPatient({ telecom: [{ system: 'phone', value: '+12025550180' }] });
    expect(await receive('+12025550180', ' Stop. ', 'SMstop')).toBe(200);
    expect(await now(await send(patient, 'Not wanted.'))).toMatchObject({
      status: 'not-done',
      statusReason: { coding: [{ code: 'opted-out' }] },
    });
    expect(await receive('+12025550180', 'START')).toBe(200);
    expect(await receive('+12025550180', ' Stop. ', 'SMstop')).toBe(200);
    expect(await now(await send(patient, 'Wanted again.'))).toMatchObject({ status: 'completed' });
    expect(await clinic.medplum.searchResources('Consent', { patient: `Patient/${patient.id}` })).toHaveLength(1);
  });
});
