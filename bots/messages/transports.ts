import type { Run } from '../runtime/definition.ts';
import { email } from './email.ts';
import { outbox } from './outbox.ts';
import { numberOf } from './providers.ts';
import type { Channel } from './template.ts';
import type { Transport } from './transport.ts';
import { callbackFor } from './twilio-callback.ts';
import { TWILIO_API } from './twilio-api.ts';
import { twilio } from './twilio.ts';

/** How a channel leaves: by its provider, or into the outbox where the project has no credentials for one. */
export function transportFor(run: Run, channel: Channel): Transport {
  const { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: token, MAIL_FROM, TWILIO_API_BASE } = run.secrets;
  if (channel === 'email') {
    return MAIL_FROM ? email(run, MAIL_FROM) : outbox;
  }
  const from = numberOf(channel, run.secrets);
  const apiBase = TWILIO_API_BASE ?? TWILIO_API;
  return sid && token && from ? twilio({ sid, token, from, apiBase, callback: (id) => callbackFor(run, id) }) : outbox;
}
