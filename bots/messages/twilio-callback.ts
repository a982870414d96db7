import { Buffer } from 'node:buffer';
import { getIdentifier } from '@medplum/core';
import type { MedplumClient } from '@medplum/core';
import type { Bot } from '@medplum/fhirtypes';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { sid, WEBHOOK_SID } from '../runtime/contract.ts';
import type { Run, WebhookRequest } from '../runtime/definition.ts';

// Twilio's package takes this global of Node for granted, and a bot's context lacks it.
if (!('Buffer' in globalThis)) {
  Object.defineProperty(globalThis, 'Buffer', { value: Buffer, configurable: true, writable: true });
}

const SIGNATURE = 'x-twilio-signature';

/** Beside the transport's own, what a webhook reads. */
export const TWILIO_WEBHOOK_SECRETS = ['PUBLIC_BASE_URL', 'TWILIO_AUTH_TOKEN'];

/** Where Twilio reports what becomes of a message. Its id in the url is covered by Twilio's signature. */
export async function callbackFor({ fhir, secrets }: Run, messageId: string): Promise<string | undefined> {
  if (!secrets.PUBLIC_BASE_URL) {
    return undefined;
  }
  const bot = await fhir.searchOne('Bot', { identifier: `${sid('bot')}|messages/twilio-status` });
  const url = addressOf(bot, secrets);
  return url && withMessage(url, messageId);
}

/** The same url as it was given to Twilio for a message. */
export const withMessage = (url: string, messageId: string): string => `${url}?message=${messageId}`;

/** What the outside world calls a webhook. */
function addressOf(bot: Bot | undefined, { PUBLIC_BASE_URL }: Run['secrets']): string | undefined {
  const membership = bot && getIdentifier(bot, WEBHOOK_SID);
  return membership && PUBLIC_BASE_URL ? `${PUBLIC_BASE_URL.replace(/\/+$/, '')}/webhook/${membership}` : undefined;
}

/** Whether a request has a signature at all: without one nothing is looked up. */
export const isSigned = ({ headers }: WebhookRequest): boolean => Boolean(headers[SIGNATURE]);

/** Tells whether Twilio signed a request for a url. */
export type Signed = (toUrl: (own: string) => string) => boolean;

/**
 * Looks at the signature of what came in. A server hands a bot no url, and the Host header is the sender's to choose: the
 * url is made from `PUBLIC_BASE_URL`.
 */
export async function signatureOf(
  fhir: MedplumClient,
  secrets: Run['secrets'],
  { form, headers, bot }: WebhookRequest,
): Promise<Signed> {
  const url = addressOf(await fhir.readReference(bot), secrets);
  const token = secrets.TWILIO_AUTH_TOKEN;
  const signature = headers[SIGNATURE];
  return (toUrl) =>
    url !== undefined &&
    token !== undefined &&
    signature !== undefined &&
    validateRequest(token, signature, toUrl(url), { ...form });
}

/** Ends the request with HTTP 403: it is not from Twilio, or not for this server. */
export function refuseForged(): never {
  throw Object.assign(new Error('The signature is not right.'), {
    outcome: {
      resourceType: 'OperationOutcome',
      id: 'forbidden',
      issue: [{ severity: 'error', code: 'forbidden', details: { text: 'The signature is not right.' } }],
    },
  });
}
