import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { WithId } from '@medplum/core';
import type { Attachment, Communication } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { openTicket } from '../runtime/ticket.ts';
import { change, unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { askRaw, NoAnswer, TooLarge } from './http.ts';
import type { RawAnswer } from './http.ts';
import { mediaTypeOf } from './media-type.ts';
import { TWILIO_API } from './twilio-api.ts';

/** WhatsApp's own limit; MMS are smaller. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Twilio's address of a file leads to where it lies. */
const MOST_REDIRECTS = 3;
/** After this the provider is not asked any more. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/** What became of fetching a file: its bytes, a reason why it is not taken, or `later`. */
export type Fetched =
  | { readonly outcome: 'fetched'; readonly contentType: string; readonly bytes: Buffer }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'later' };

/** Fetches a file from Twilio. Only from there, and the account's token goes nowhere else. */
export async function fetchMedium(
  secrets: Run['secrets'],
  { url = '', contentType = '' }: Attachment,
): Promise<Fetched> {
  const { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: token, TWILIO_API_BASE: base = TWILIO_API } = secrets;
  if (originOf(url) !== originOf(base)) {
    return { outcome: 'refused', reason: 'its address is not the provider\u2019s' };
  }
  const authorization = `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`;
  try {
    const answer = await follow(url, { authorization }, url.startsWith('https:'));
    return verdictOf(answer, contentType);
  } catch (thrown) {
    if (thrown instanceof TooLarge) {
      return { outcome: 'refused', reason: `it is larger than ${MAX_BYTES / 1024 / 1024} MB` };
    }
    if (thrown instanceof NoAnswer) {
      return { outcome: 'later' };
    }
    throw thrown;
  }
}

async function follow(url: string, headers: Record<string, string>, isSecure: boolean): Promise<RawAnswer> {
  let next = url;
  let answer = await askRaw(next, { method: 'GET', headers }, MAX_BYTES);
  for (let redirects = 0; redirects < MOST_REDIRECTS; redirects++) {
    const { location } = answer.headers;
    if (answer.statusCode < 300 || answer.statusCode >= 400 || !location) {
      break;
    }
    next = new URL(location, next).href;
    if (!next.startsWith(isSecure ? 'https:' : 'http')) {
      throw new NoAnswer(true);
    }
    answer = await askRaw(next, { method: 'GET', headers: {} }, MAX_BYTES);
  }
  return answer;
}

function verdictOf({ statusCode, headers, bytes }: RawAnswer, named: string): Fetched {
  if (statusCode === 404 || statusCode === 410) {
    return { outcome: 'refused', reason: 'the provider does not have it any more' };
  }
  if (statusCode !== 200) {
    return { outcome: 'later' };
  }
  // The type by which it is kept is the one that its bytes have: what is named otherwise is not opened by mistake.
  const contentType = mediaTypeOf(headers['content-type'] ?? named, bytes);
  return contentType
    ? { outcome: 'fetched', contentType, bytes }
    : { outcome: 'refused', reason: 'it is not a picture, PDF, sound or film, or not what it says it is' };
}

function originOf(url: string): string | undefined {
  try {
    return new URL(url).origin;
  } catch {
    return undefined;
  }
}

/** Whether an attachment still lies with the provider. */
export const isOutside = (attachment: Attachment | undefined): attachment is Attachment & { readonly url: string } =>
  /^https?:/.test(attachment?.url ?? '');

/** A file that was stored, as it stands in the message. */
export function storedAs(binaryId: string, contentType: string, bytes: Buffer): Attachment {
  return {
    contentType,
    url: `Binary/${binaryId}`,
    size: bytes.length,
    hash: createHash('sha1').update(bytes).digest('base64'),
  };
}

/**
 * The message with a file in place of its address, complete when that was the last one. A file that is not taken stands
 * there by its type and the reason, and is a ticket: the patient believes that the clinic has it.
 * @param url - Where it lay. If it stands there no more, another run was faster.
 */
export function decideMedium(
  message: WithId<Communication>,
  url: string,
  file: Attachment | { readonly refused: string },
  now: Date,
): Decision<boolean> {
  const payload = message.payload ?? [];
  if (!payload.some(({ contentAttachment }) => contentAttachment?.url === url)) {
    return unchanged(false);
  }
  const replaced = payload.map((part) => {
    if (part.contentAttachment?.url !== url) {
      return part;
    }
    const { contentType } = part.contentAttachment;
    return 'refused' in file
      ? { contentAttachment: { ...(contentType && { contentType }), title: `Not taken: ${file.refused}` } }
      : { contentAttachment: file };
  });
  const isDone = !replaced.some(({ contentAttachment }) => isOutside(contentAttachment));
  const patient = message.subject?.reference;
  const raised =
    'refused' in file &&
    openTicket(
      {
        key: `message-attachment/${message.id}`,
        text: `Something that came with this message was not taken: ${file.refused}. Ask the sender for it.`,
        focus: { reference: `Communication/${message.id}` },
        ...(patient && { patient: { reference: patient } }),
      },
      now,
    );
  const { writes } = change<WithId<Communication>>(
    { ...message, payload: replaced, ...(isDone && { status: 'completed' as const }) },
    ...(raised ? [raised] : []),
  );
  return { writes, result: true };
}

/** Whether the provider has had its time to hand over what came with a message. */
export const isTooOld = ({ received }: Communication, now: Date): boolean =>
  now.getTime() - Date.parse(received ?? '') > GIVE_UP_AFTER_MS;
