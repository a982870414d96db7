import { Buffer } from 'node:buffer';
import domain from 'twilio/lib/base/Domain.js';
import version from 'twilio/lib/base/Version.js';
import { MessageListInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import type { Identifier } from '@medplum/fhirtypes';
import { ask, NoAnswer } from './http.ts';
import type { HttpAnswer } from './http.ts';
import { TWILIO_SID } from './names.ts';
import type { HandedOver, Outgoing, Refused, Transport } from './transport.ts';

/** The account that messages go out by. */
export interface TwilioAccount {
  readonly sid: string;
  readonly token: string;
  /** `https://api.twilio.com`, or what stands in for it. */
  readonly apiBase: string;
  /** The number that a channel sends from, E.164. */
  readonly from: string;
  /** Where it reports what becomes of a message; undefined where it cannot reach this server. */
  readonly callback: (messageId: string) => Promise<string | undefined>;
}

/** What Twilio refuses for good (its error dictionary), beside what it refuses for reasons that the clinic has to mend. */
const REASONS: Readonly<Record<number, Refused>> = {
  21211: 'invalid-address',
  21214: 'invalid-address',
  21217: 'invalid-address',
  21265: 'invalid-address',
  21610: 'opted-out',
  21614: 'invalid-address',
  30005: 'invalid-address',
  30006: 'invalid-address',
  63003: 'invalid-address',
  63024: 'invalid-address',
};

/** Too many at once, or a queue that is full: the same message may be taken later. */
const LATER = [20429, 14107, 30001, 30022, 63018];

/** The status reason of one of Twilio's error codes. */
export const reasonOf = (code: number): Refused => REASONS[code] ?? 'provider-refused';

/** SMS and WhatsApp by Twilio's Messages resource. */
export function twilio(account: TwilioAccount): Transport {
  return {
    send: (message) => send(account, message),
    find: (message, since) => find(account, message, since),
  };
}

async function send(account: TwilioAccount, message: Outgoing): Promise<HandedOver> {
  const last: { answer?: HttpAnswer } = {};
  const statusCallback = await account.callback(message.id);
  try {
    const { sid } = await messagesOf(account, last).create({
      to: addressFor(message, message.address),
      from: addressFor(message, account.from),
      ...(message.content
        ? { contentSid: message.content.template, contentVariables: JSON.stringify(message.content.variables) }
        : { body: message.body }),
      ...(statusCallback && { statusCallback }),
    });
    return sid ? { outcome: 'sent', identifier: identifierOf(sid) } : { outcome: 'unclear' };
  } catch (thrown) {
    if (thrown instanceof NoAnswer) {
      return thrown.reached ? { outcome: 'unclear' } : { outcome: 'later' };
    }
    return last.answer ? verdictOf(last.answer) : { outcome: 'unclear' };
  }
}

/** What an answer that is no success comes to. */
function verdictOf({ statusCode, body, retryAfter }: HttpAnswer): HandedOver {
  const code = codeOf(body);
  if (statusCode === 429 || statusCode === 503 || LATER.includes(code)) {
    return { outcome: 'later', ...(retryAfter && { afterSeconds: retryAfter }) };
  }
  if (statusCode === 401 || (statusCode === 403 && !REASONS[code])) {
    return { outcome: 'later', shutOut: { provider: 'twilio', code: String(code || statusCode) } };
  }
  if (statusCode >= 400 && statusCode < 500 && statusCode !== 408) {
    return { outcome: 'refused', reason: reasonOf(code), text: `Twilio ${code || statusCode}` };
  }
  // A server error, a request that took too long, or a success that cannot be read: the message may be there.
  return { outcome: 'unclear' };
}

function codeOf(body: string): number {
  try {
    return Number((JSON.parse(body) as { code?: unknown }).code) || 0;
  } catch {
    return 0;
  }
}

/** Twilio's list of what it took for this number since the claim, as far as it has the same text. */
async function find(account: TwilioAccount, message: Outgoing, since: Date): Promise<Identifier[]> {
  const listed = await messagesOf(account, {}).list({ to: addressFor(message, message.address), limit: 100 });
  const from = since.getTime() - 60_000;
  const same = listed.filter(
    ({ body, dateCreated, direction }) =>
      body === message.body && direction.startsWith('outbound') && dateCreated.getTime() >= from,
  );
  return same.map(({ sid }) => identifierOf(sid));
}

const addressFor = ({ channel }: Outgoing, number: string): string =>
  channel === 'whatsapp' ? `whatsapp:${number}` : number;

const identifierOf = (sid: string): Identifier => ({ system: TWILIO_SID, value: sid });

interface Request {
  readonly uri: string;
  readonly method: string;
  readonly headers?: Record<string, string>;
  readonly params?: Record<string, unknown>;
  readonly data?: Record<string, unknown>;
}

/** The package's own Messages resource over our request: its HTTP client alone is larger than a bot may be. */
function messagesOf(
  { sid, token, apiBase }: TwilioAccount,
  last: { answer?: HttpAnswer },
): ReturnType<typeof MessageListInstance> {
  const authorization = `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`;
  const request = async ({ uri, method, headers, params, data }: Request): Promise<HttpAnswer> => {
    const query = params && Object.keys(params).length > 0 ? `?${encoded(params)}` : '';
    last.answer = await ask(`${uri}${query}`, {
      method,
      headers: { ...headers, authorization, 'content-type': 'application/x-www-form-urlencoded' },
      ...(data && { body: encoded(data) }),
    });
    return last.answer;
  };
  const api = new domain.default({ request } as never, apiBase);
  return MessageListInstance(new version.default(api, '2010-04-01') as never, sid);
}

const encoded = (values: Record<string, unknown>): string =>
  new URLSearchParams(
    Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
