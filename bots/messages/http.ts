import { Buffer } from 'node:buffer';
import { request as plain } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { request as secure } from 'node:https';

/** What a server answered. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly body: string;
  /** Seconds, of `Retry-After`. */
  readonly retryAfter?: number;
}

/** The same, with whatever it sent. */
export interface RawAnswer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** It sent more than was wanted. */
export class TooLarge extends Error {}

interface AskOptions {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** The request did not come to an answer. `reached`: it may have been read at the other end. */
export class NoAnswer extends Error {
  readonly reached: boolean;

  constructor(reached: boolean) {
    super('The provider did not answer.');
    this.reached = reached;
  }
}

const TIMEOUT_MS = 15_000;
/** Answers of a provider are small; what is larger is none. */
const MAX_BYTES = 1_000_000;
/** Before anything was sent. */
const NOT_REACHED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'];

/**
 * One HTTP request, with a time limit: a bot's context has no AbortController for `fetch`.
 * @throws NoAnswer
 */
export async function ask(url: string, options: AskOptions): Promise<HttpAnswer> {
  const { statusCode, headers, bytes } = await askRaw(url, options, MAX_BYTES).catch((thrown: unknown) => {
    throw thrown instanceof TooLarge ? new NoAnswer(true) : thrown;
  });
  const retryAfter = Number(headers['retry-after']);
  return { statusCode, body: bytes.toString('utf8'), ...(retryAfter > 0 && { retryAfter }) };
}

/**
 * The same for an answer of any kind. Redirects are the caller's to follow.
 * @param maxBytes - What is larger is not read to its end.
 * @throws NoAnswer, TooLarge
 */
export function askRaw(url: string, { method, headers, body }: AskOptions, maxBytes: number): Promise<RawAnswer> {
  const start = url.startsWith('https:') ? secure : plain;
  return new Promise((resolve, reject) => {
    const fail = (thrown: NodeJS.ErrnoException): void =>
      reject(thrown instanceof TooLarge ? thrown : new NoAnswer(!NOT_REACHED.includes(thrown.code ?? '')));
    const sent = start(url, { method, headers, timeout: TIMEOUT_MS }, (answer) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on('data', (part: Buffer) => {
        size += part.length;
        parts.push(part);
        if (size > maxBytes) {
          answer.destroy(new TooLarge());
        }
      });
      answer.on('error', fail);
      answer.on('end', () =>
        resolve({ statusCode: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(parts) }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error('timeout')));
    sent.on('error', fail);
    sent.end(body);
  });
}
