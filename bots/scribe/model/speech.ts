import './web-globals.ts';
import { randomUUID } from 'node:crypto';
import { Buffer } from 'node:buffer';
import { within } from './deadline.ts';
import { openAiClient } from './openai-client.ts';
import { openAiEndpoint, speechModel, timeLimit } from './settings.ts';
import type { Secrets } from './settings.ts';

/** What the speech endpoint takes, by how FHIR names it; the ending of the file's name is how it tells them apart. */
const ENDINGS: Readonly<Record<string, string>> = {
  'audio/flac': 'flac',
  'audio/x-flac': 'flac',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/mp4': 'm4a',
  'audio/m4a': 'm4a',
  'audio/x-m4a': 'm4a',
  'video/mp4': 'mp4',
  'audio/ogg': 'ogg',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/vnd.wave': 'wav',
  'audio/webm': 'webm',
  'video/webm': 'webm',
};
/** The most that the endpoint takes. */
export const MAX_AUDIO_BYTES = 25 * 1024 * 1024;

/** The ending for a type of content; nothing if it cannot be transcribed. */
export const endingOf = (contentType: string | undefined): string | undefined =>
  ENDINGS[(contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''];

export interface Recording {
  readonly bytes: Uint8Array;
  readonly ending: string;
  /** ISO 639-1, if it is known. */
  readonly language?: string;
}

/**
 * The words of a recording.
 * @returns Nothing where no speech service is set.
 * @throws ProviderFailure.
 */
export async function transcribe(secrets: Secrets, recording: Recording): Promise<string | undefined> {
  const endpoint = openAiEndpoint(secrets);
  if (!endpoint) {
    return undefined;
  }
  const limit = timeLimit(secrets);
  const client = openAiClient(endpoint, limit);
  const { body, contentType } = form(speechModel(secrets), recording);
  const { text } = await within(limit, (signal) =>
    client.post<{ text?: unknown }>('/audio/transcriptions', {
      body,
      headers: { 'content-type': contentType },
      signal,
    }),
  );
  return typeof text === 'string' ? text : '';
}

/** The form as bytes: a bot's context has no FormData, and its `fetch` may be one that knows none. */
function form(model: string, { bytes, ending, language }: Recording): { body: Buffer; contentType: string } {
  const boundary = `careline-${randomUUID()}`;
  const fields = { model, response_format: 'json', temperature: '0', ...(language && { language }) };
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file =
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="recording.${ending}"\r\n` +
    'content-type: application/octet-stream\r\n\r\n';
  const body = Buffer.concat([Buffer.from(parts.join('') + file), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { body, contentType: `multipart/form-data; boundary=${boundary}` };
}
