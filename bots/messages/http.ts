import { Buffer } from 'node:buffer';
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

/** What a server answered. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly body: string;
  /** Seconds, of `Retry-After`. */
  readonly retryAfter?: number;
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
export function ask(
  url: string,
  options: { readonly method: string; readonly headers: Record<string, string>; readonly body?: string },
): Promise<HttpAnswer> {
  const start = url.startsWith('https:') ? secure : plain;
  const { method, headers, body } = options;
  return new Promise((resolve, reject) => {
    const fail = (thrown: NodeJS.ErrnoException): void =>
      reject(new NoAnswer(!NOT_REACHED.includes(thrown.code ?? '')));
    const sent = start(url, { method, headers, timeout: TIMEOUT_MS }, (answer) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on('data', (part: Buffer) => {
        size += part.length;
        parts.push(part);
        if (size > MAX_BYTES) {
          answer.destroy(new Error('too large'));
        }
      });
      answer.on('error', fail);
      answer.on('end', () => {
        const retryAfter = Number(answer.headers['retry-after']);
        resolve({
          statusCode: answer.statusCode ?? 0,
          body: Buffer.concat(parts).toString('utf8'),
          ...(retryAfter > 0 && { retryAfter }),
        });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('timeout')));
    sent.on('error', fail);
    sent.end(body);
  });
}
