import type { Run } from '../runtime/definition.ts';
import { email } from './email.ts';
import { outbox } from './outbox.ts';
import type { Channel } from './template.ts';
import type { Transport } from './transport.ts';
import { callbackFor } from './twilio-callback.ts';
import { twilio } from './twilio.ts';

/** Project secrets that choose and open the ways out. */
export const TRANSPORT_SECRETS = [
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_FROM_SMS',
  'TWILIO_FROM_WHATSAPP',
  'TWILIO_API_BASE',
  'MAIL_FROM',
  'PUBLIC_BASE_URL',
];

type Secrets = Run['secrets'];

/** How a channel leaves: by its provider, or into the outbox where the project has no credentials for one. */
export function transportFor(run: Run, channel: Channel): Transport {
  const { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: token, MAIL_FROM, ...secrets } = run.secrets;
  if (channel === 'email') {
    return MAIL_FROM ? email(run, MAIL_FROM) : outbox;
  }
  const from = channel === 'sms' ? secrets.TWILIO_FROM_SMS : secrets.TWILIO_FROM_WHATSAPP;
  const apiBase = secrets.TWILIO_API_BASE ?? 'https://api.twilio.com';
  return sid && token && from ? twilio({ sid, token, from, apiBase, callback: (id) => callbackFor(run, id) }) : outbox;
}

/** Whether any message may leave by a provider. */
export const hasProvider = ({ TWILIO_ACCOUNT_SID, MAIL_FROM }: Secrets): boolean =>
  TWILIO_ACCOUNT_SID !== undefined || MAIL_FROM !== undefined;
