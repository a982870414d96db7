import type { Run } from '../runtime/definition.ts';
import { CHANNELS } from './template.ts';
import type { Channel } from './template.ts';

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

/** The channels that leave by a provider. */
export const providedChannels = (secrets: Secrets): Channel[] =>
  CHANNELS.filter((channel) =>
    channel === 'email'
      ? secrets.MAIL_FROM
      : secrets.TWILIO_ACCOUNT_SID && secrets.TWILIO_AUTH_TOKEN && numberOf(channel, secrets),
  );

/** The number that SMS or WhatsApp goes out from, E.164. */
export const numberOf = (channel: Channel, secrets: Secrets): string | undefined =>
  channel === 'sms' ? secrets.TWILIO_FROM_SMS : secrets.TWILIO_FROM_WHATSAPP;
