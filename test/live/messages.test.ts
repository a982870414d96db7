import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { MedplumClient, WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Communication, Patient, ProjectSetting } from '@medplum/fhirtypes';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { mediumOf } from '../../bots/messages/template.ts';
import { deploy } from '../../scripts/deploy/deploy.ts';
import type { Deployed } from '../../scripts/deploy/deploy.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { ACCOUNT, startTwilio } from '../messages/twilio-server.ts';
import type { TwilioServer } from '../messages/twilio-server.ts';

/** Not the address by which the server is reached: signatures are for what the outside world calls it. */
const PUBLIC = 'https://clinic.example.org/';

let medplum: MedplumClient;
let twilio: TwilioServer;
let deployed: Deployed;
let projectUrl: string;
/** The project's secrets, once they are known. */
let before: ProjectSetting[] | undefined;

beforeAll(async () => {
  twilio = await startTwilio(() => new Date());
  medplum = await signIn(readCredentials(process.env));
  deployed = await deploy(medplum);
  projectUrl = `admin/projects/${medplum.getProject()?.id}`;
  const { project } = await medplum.get<{ project: { secret?: ProjectSetting[] } }>(projectUrl);
  const present = project.secret ?? [];
  before = present;
  const own = {
    TWILIO_ACCOUNT_SID: ACCOUNT.sid,
    TWILIO_AUTH_TOKEN: ACCOUNT.token,
    TWILIO_FROM_SMS: ACCOUNT.from,
    TWILIO_API_BASE: twilio.baseUrl,
    PUBLIC_BASE_URL: PUBLIC,
  };
  const secrets = Object.entries(own).map(([name, valueString]): ProjectSetting => ({ name, valueString }));
  await medplum.post(`${projectUrl}/secrets`, [...present.filter(({ name }) => !(name in own)), ...secrets]);
});

afterAll(async () => {
  await twilio.close();
  if (before) {
    await medplum.post(`${projectUrl}/secrets`, before);
  }
});

test('an SMS leaves once, its report comes back, and STOP holds up the next one', async () => {
  const number = `+1202555${String(Date.now()).slice(-4)}`;
  const patient = await medplum.createResource<Patient>({
    resourceType: 'Patient',
    name: [{ given: ['Live'], family: 'Patient' }],
    telecom: [{ system: 'phone', value: number }],
  });
  const settledAs = async (id: string, field: 'sent' | 'received' | 'statusReason'): Promise<WithId<Communication>> =>
    waitFor(`${field} of Communication/${id}`, async () => {
      const message = await medplum.readResource('Communication', id);
      return message[field] ? message : undefined;
    });
  const send = async (text: string): Promise<string> => {
    const { id } = await medplum.createResource<Communication>({
      resourceType: 'Communication',
      status: 'preparation',
      recipient: [createReference(patient)],
      subject: createReference(patient),
      medium: [mediumOf('sms')],
      payload: [{ contentString: text }],
    });
    return id;
  };
  const post = async (url: string, form: Record<string, string>, token: string = ACCOUNT.token): Promise<number> => {
    const { status } = await fetch(url.replace(PUBLIC, medplum.getBaseUrl()), {
      method: 'POST',
      headers: { 'x-twilio-signature': webhooks.getExpectedTwilioSignature(token, url, form) },
      body: new URLSearchParams(form),
    });
    return status;
  };

  const id = await send('Live.');
  expect(await settledAs(id, 'sent')).toMatchObject({ status: 'completed' });
  const taken = twilio.taken.filter(({ to }) => to === number);
  expect(taken).toHaveLength(1);
  const report = { MessageSid: taken[0]?.sid ?? '', MessageStatus: 'delivered' };
  const callback = taken[0]?.statusCallback ?? '';
  expect(await post(callback, report, 'forged')).toBe(403);
  expect(await post(callback, report)).toBe(200);
  await settledAs(id, 'received');

  const inbound = `${PUBLIC}${deployed.webhooks.get('messages/twilio-inbound')}`;
  expect(await post(inbound, { MessageSid: `SM${patient.id}`, From: number, Body: 'STOP' })).toBe(200);
  const stopped = await settledAs(await send('Not wanted.'), 'statusReason');
  expect(stopped).toMatchObject({ status: 'not-done', statusReason: { coding: [{ code: 'opted-out' }] } });
});
