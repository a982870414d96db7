import { createHash } from 'node:crypto';
import { Buffer } from 'node:buffer';
import type { MedplumClient } from '@medplum/core';
import type { Attachment, DocumentReference } from '@medplum/fhirtypes';
import { codeSystem } from '../../runtime/contract.ts';
import { cleaned } from './cleaned.ts';

const DOCUMENT_TYPE = codeSystem('document-type');
/** The search token of transcripts. */
export const TRANSCRIPT = `${DOCUMENT_TYPE}|transcript`;

/** The longest conversation that is drafted: about six hours of speech. */
export const MAX_WORDS = 50_000;
/** And for text that is not words. */
export const MAX_CHARACTERS = 500_000;

/** What keeps a transcript from being drafted. */
export type Unusable = 'no-attachment' | 'audio' | 'not-text' | 'unreadable' | 'empty' | 'too-long';
export type Transcript = { readonly text: string } | { readonly unusable: Unusable };

/** Whether a document is a transcript that counts. */
export function isTranscript({ type }: DocumentReference): boolean {
  return type?.coding?.some(({ system, code }) => system === DOCUMENT_TYPE && code === 'transcript') ?? false;
}

/** Text that can be drafted from, or why not. */
export function usable(raw: string): Transcript {
  const text = cleaned(raw);
  if (text.trim() === '') {
    return { unusable: 'empty' };
  }
  if (text.length > MAX_CHARACTERS || (text.match(/\S+/g)?.length ?? 0) > MAX_WORDS) {
    return { unusable: 'too-long' };
  }
  return { text };
}

/**
 * The text of a transcript: inline, or a Binary of this server. An address anywhere else is never followed, because the
 * bot's credentials would go with the request.
 */
export async function transcriptOf(fhir: MedplumClient, document: DocumentReference): Promise<Transcript> {
  const attachment = document.content[0]?.attachment;
  if (!attachment || (attachment.data === undefined && !attachment.url)) {
    return { unusable: 'no-attachment' };
  }
  if (isAudio(attachment)) {
    return { unusable: 'audio' };
  }
  if (attachment.contentType && !/^text\//i.test(attachment.contentType)) {
    return { unusable: 'not-text' };
  }
  const bytes = await bytesOf(fhir, attachment);
  if (!bytes) {
    return { unusable: 'unreadable' };
  }
  // A conversation of the longest kind needs no more than three bytes a character.
  if (bytes.length > 3 * MAX_CHARACTERS) {
    return { unusable: 'too-long' };
  }
  try {
    return usable(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { unusable: 'unreadable' };
  }
}

/** Whether what was said is there as a recording. */
export const isAudio = ({ contentType }: Attachment): boolean => /^(?:audio|video)\//i.test(contentType ?? '');

/** The content of an attachment, if it is inline or a Binary of this server that the bot may read. */
export async function bytesOf(fhir: MedplumClient, { data, url }: Attachment): Promise<Uint8Array | undefined> {
  if (data !== undefined) {
    return Buffer.from(data, 'base64');
  }
  const id = binaryIdOf(url ?? '');
  if (!id) {
    return undefined;
  }
  // `download` itself hands out the body of an error as if it were the content.
  const response = await fhir.downloadResponse(`Binary/${id}`);
  if ([403, 404, 410].includes(response.status)) {
    return undefined;
  }
  if (!response.ok) {
    throw new Error(`The download of Binary/${id} was answered with ${response.status}.`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

/** Of `Binary/1`, of the server's address of it, or of the signed address `…/1/version?…` that a read gives. */
export function binaryIdOf(url: string): string | undefined {
  const reference = /(?:^|\/)Binary\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?(?:\?.*)?$/.exec(url);
  const signed = /\/([A-Za-z0-9\-.]{1,64})\/[A-Za-z0-9\-.]{1,64}\?/.exec(url);
  return (reference ?? signed)?.[1];
}

/**
 * The business key of the draft that a document calls for: the document, and a hash of all that the draft depends on
 * (the words, the patient, the encounter). Other changes of the document leave the draft as it is.
 */
export function draftKey(document: DocumentReference & { id: string }): string {
  const { data, url } = document.content[0]?.attachment ?? {};
  const inputs = [
    data ?? binaryIdOf(url ?? ''),
    document.subject?.reference,
    document.context?.encounter?.[0]?.reference,
  ];
  const hash = createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
  return `${document.id}/${hash.slice(0, 16)}`;
}
