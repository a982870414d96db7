import type { WithId } from '@medplum/core';
import { createReference, getIdentifier } from '@medplum/core';
import type { Communication, Patient } from '@medplum/fhirtypes';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { sid, WEBHOOK_SID } from '../../bots/runtime/contract.ts';
import { mediumOf } from '../../bots/messages/template.ts';
import type { Channel } from '../../bots/messages/template.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { ACCOUNT, startTwilio } from './twilio-server.ts';
import type { Taken, TwilioServer } from './twilio-server.ts';

/** What the outside world calls the clinic's server. */
export const PUBLIC = 'https://clinic.example.org';

/** A clinic whose SMS and WhatsApp leave by a Twilio that stands beside it. */
export interface Messaging {
  readonly clinic: Clinic;
  readonly twilio: TwilioServer;
  /** A message in preparation, which has had its chance to leave. Without a channel it is left open. */
  readonly send: (patient: WithId<Patient>, over: Partial<Communication>, channel?: Channel) => Promise<string>;
  /** The message as it is now. */
  readonly now: (id: string) => Promise<WithId<Communication>>;
  /** Posts a form as Twilio does, signed for the public url; the server itself is reached under its own. */
  readonly post: (url: string, form: Record<string, string>, token?: string) => Promise<number>;
  /** A message comes in; its answer's HTTP status. */
  readonly receive: (from: string, body: string, over?: Record<string, string>) => Promise<number>;
  /** Twilio reports what became of a message. */
  readonly report: (taken: Taken | undefined, status: string, errorCode?: number) => Promise<number>;
  readonly incoming: () => Promise<WithId<Communication>[]>;
  readonly close: () => Promise<void>;
}

export async function startMessaging(
  secrets: Record<string, string> = {},
  now = '2030-03-04T12:00:00Z',
): Promise<Messaging> {
  const told: { clinic?: Clinic } = {};
  const twilio = await startTwilio(() => new Date(told.clinic?.clock.now() ?? now));
  const clinic = await startClinic({
    now,
    secrets: {
      TWILIO_ACCOUNT_SID: ACCOUNT.sid,
      TWILIO_AUTH_TOKEN: ACCOUNT.token,
      TWILIO_FROM_SMS: ACCOUNT.from,
      TWILIO_API_BASE: twilio.baseUrl,
      PUBLIC_BASE_URL: `${PUBLIC}/`,
      CLINIC_COUNTRY: 'US',
      ...secrets,
    },
  });
  told.clinic = clinic;
  const { medplum, server } = clinic;
  const bot = await medplum.searchOne('Bot', { identifier: `${sid('bot')}|messages/twilio-inbound` });
  const inbound = `${PUBLIC}/webhook/${bot && getIdentifier(bot, WEBHOOK_SID)}`;
  let received = 0;
  const post: Messaging['post'] = async (url, form, token = ACCOUNT.token) => {
    const response = await fetch(url.replace(PUBLIC, server.baseUrl), {
      method: 'POST',
      headers: { 'x-twilio-signature': webhooks.getExpectedTwilioSignature(token, url, form) },
      body: new URLSearchParams(form),
    });
    await server.drain();
    return response.status;
  };
  return {
    clinic,
    twilio,
    send: async (patient, over, channel) => {
      const { id } = await medplum.createResource<Communication>({
        resourceType: 'Communication',
        status: 'preparation',
        recipient: [createReference(patient)],
        subject: createReference(patient),
        ...(channel && { medium: [mediumOf(channel)] }),
        ...over,
      });
      await server.drain();
      return id;
    },
    now: (id) => {
      medplum.invalidateAll();
      return medplum.readResource('Communication', id);
    },
    post,
    receive: (From, Body, over = {}) =>
      post(inbound, { MessageSid: `SMin${received++}`, From, To: ACCOUNT.from, Body, ...over }),
    report: (taken, MessageStatus, errorCode) =>
      post(taken?.statusCallback ?? '', {
        MessageSid: taken?.sid ?? '',
        MessageStatus,
        ...(errorCode && { ErrorCode: String(errorCode) }),
      }),
    incoming: () => {
      medplum.invalidateAll();
      return medplum.searchResources('Communication', { category: 'incoming', _count: '200' });
    },
    close: async () => {
      await clinic.close();
      await twilio.close();
    },
  };
}
