import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { getIdentifier } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { sid, WEBHOOK_SID } from '../../bots/runtime/contract.ts';
import type { Clinic } from '../clinic.ts';
import { PUBLIC, startMessaging } from './messaging.ts';
import type { Messaging } from './messaging.ts';
import type { TwilioServer } from './twilio-server.ts';

let messaging: Messaging;
let clinic: Clinic;
let twilio: TwilioServer;
let post: Messaging['post'];
let receive: Messaging['receive'];
let incoming: Messaging['incoming'];
let now: Messaging['now'];

beforeAll(async () => {
  messaging = await startMessaging();
  ({ clinic, twilio, post, receive, incoming, now } = messaging);
});

afterAll(() => messaging.close());

const send = (patient: WithId<Patient>, body: string): Promise<string> =>
  messaging.send(patient, { payload: [{ contentString: body }] }, 'sms');

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

  test('that comes when nobody knew any more closes the ticket that asked about it', async () => {
    twilio.mishaps.push('lost');
    const { id, url, sid: MessageSid } = await sent('Unknown, and reported.');
    twilio.list.failure = 500;
    await clinic.server.advance({ minutes: 70 });
    delete twilio.list.failure;
    expect((await now(id)).status).toBe('unknown');
    expect(await post(url, { MessageSid, MessageStatus: 'delivered' })).toBe(200);
    expect((await now(id)).status).toBe('completed');
    clinic.medplum.invalidateAll();
    const tickets = await clinic.medplum.searchResources('Task', { focus: `Communication/${id}` });
    expect(tickets.map(({ status }) => status)).toEqual(['completed']);
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
  test("goes into its patient's thread, whatever way their number is written, and is one task for a person", async () => {
    const patient = await clinic.newPatient({ telecom: [{ system: 'phone', value: '(202) 555-0177' }] });
    expect(await receive('+12025550177', 'May I bring my dog?')).toBe(200);
    expect(await receive('whatsapp:+12025550177', 'And my cat?')).toBe(200);
    const own = (await incoming()).filter(({ sender }) => sender?.reference === `Patient/${patient.id}`);
    expect(own.map(({ payload }) => payload?.[0]?.contentString).sort()).toEqual([
      'And my cat?',
      'May I bring my dog?',
    ]);
    expect(new Set(own.map(({ partOf }) => partOf?.[0]?.reference)).size).toBe(1);
    expect(await clinic.medplum.searchResources('Task', { patient: `Patient/${patient.id}` })).toHaveLength(1);
  });

  test('is stored once, however often it comes', async () => {
    const before = (await incoming()).length;
    await clinic.newPatient({ telecom: [{ system: 'phone', value: '+12025550178' }] });
    await Promise.all(Array.from({ length: 4 }, () => receive('+12025550178', 'Again?', { MessageSid: 'SMreplay' })));
    expect(await receive('+12025550178', 'Again?', { MessageSid: 'SMreplay' })).toBe(200);
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
    const bot = await clinic.medplum.searchOne('Bot', { identifier: `${sid('bot')}|messages/twilio-inbound` });
    const url = `${PUBLIC}/webhook/${bot && getIdentifier(bot, WEBHOOK_SID)}`;
    expect(await post(url, { MessageSid: 'SMforged', From: '+12025550178', Body: 'STOP' }, 'wrong')).toBe(403);
    expect(await incoming()).toHaveLength(before);
  });

  test('STOP ends messages by its channel, START lets them through again, and an old STOP does not come back', async () => {
    const patient = await clinic.newPatient({ telecom: [{ system: 'phone', value: '+12025550180' }] });
    expect(await receive('+12025550180', ' Stop. ', { MessageSid: 'SMstop' })).toBe(200);
    expect(await now(await send(patient, 'Not wanted.'))).toMatchObject({
      status: 'not-done',
      statusReason: { coding: [{ code: 'opted-out' }] },
    });
    expect(await receive('+12025550180', 'START')).toBe(200);
    expect(await receive('+12025550180', ' Stop. ', { MessageSid: 'SMstop' })).toBe(200);
    expect(await now(await send(patient, 'Wanted again.'))).toMatchObject({ status: 'completed' });
    expect(await clinic.medplum.searchResources('Consent', { patient: `Patient/${patient.id}` })).toHaveLength(1);
  });

  test.each(['202-555-0181', '202.555.0182', '1 202/555 01 83'])(
    'STOP is obeyed for a number that is written %s',
    async (value) => {
      const patient = await clinic.newPatient({ telecom: [{ system: 'phone', value }] });
      await send(patient, 'Before.');
      const digits = value.replace(/\D/g, '');
      expect(await receive(`+1${digits.slice(-10)}`, 'STOP')).toBe(200);
      expect(await now(await send(patient, 'After.'))).toMatchObject({
        status: 'not-done',
        statusReason: { coding: [{ code: 'opted-out' }] },
      });
    },
  );

  test('STOP of a number that many share is obeyed for all of them, and an old one does not come back', async () => {
    const sharing: WithId<Patient>[] = [];
    for (let n = 0; n < 14; n++) {
      sharing.push(await clinic.newPatient({ telecom: [{ system: 'phone', value: '+12025550184' }] }));
    }
    const denied = async (): Promise<number> => {
      clinic.medplum.invalidateAll();
      const patient = sharing.map(({ id }) => `Patient/${id}`).join(',');
      const consents = await clinic.medplum.searchResources('Consent', { patient, _count: '100' });
      return consents.filter(({ provision }) => provision?.type === 'deny').length;
    };
    await receive('+12025550184', 'STOP', { MessageSid: 'SMshared' });
    expect(await denied()).toBe(14);
    await receive('+12025550184', 'START');
    expect(await denied()).toBe(0);
    await receive('+12025550184', 'STOP', { MessageSid: 'SMshared' });
    expect(await denied()).toBe(0);
  });
});
