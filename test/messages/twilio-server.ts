import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a client of Twilio's Messages resource gets to see of one message. */
export interface Taken {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  /** Of a message by an approved template instead of a body. */
  readonly content: { readonly sid: string; readonly variables: string } | undefined;
  readonly statusCallback: string | undefined;
  readonly created: Date;
}

/** What the next requests for a message are answered with. `lost`: the message is taken, and the line goes dead. */
export type Mishap =
  { readonly status: number; readonly code?: number; readonly retryAfter?: number; readonly take?: boolean } | 'lost';

export interface TwilioServer {
  readonly baseUrl: string;
  readonly taken: Taken[];
  /** Numbers that it refuses for good, with the code. */
  readonly refuses: Map<string, number>;
  /** Used up from the front, one for each request. */
  readonly mishaps: Mishap[];
  /** The status with which its list of messages is answered, if not as it should be. */
  readonly list: { failure?: number };
  /** What patients sent along, by its id; `broken` is answered with 500. */
  readonly media: Map<string, { readonly contentType: string; readonly bytes: Uint8Array } | 'broken'>;
  /** Where such a thing lies. */
  readonly mediaUrl: (id: string) => string;
  readonly close: () => Promise<void>;
}

export const ACCOUNT = { sid: `AC${'0'.repeat(31)}1`, token: 'local-token', from: '+12025550199' } as const;

/**
 * An HTTP server that follows the public API of Twilio's Messages resource: form bodies, Basic authentication, its error
 * bodies and codes, 429 with Retry-After, the list by number, and media, whose address leads to another one that wants no
 * credentials.
 * @param now - The time of what it takes.
 */
export async function startTwilio(now: () => Date): Promise<TwilioServer> {
  const taken: Taken[] = [];
  const refuses = new Map<string, number>();
  const mishaps: Mishap[] = [];
  const list: TwilioServer['list'] = {};
  const media: TwilioServer['media'] = new Map();
  const path = `/2010-04-01/Accounts/${ACCOUNT.sid}/Messages.json`;
  const server = createServer((request, response) => {
    void answer(request).then((result) => {
      if (result === 'dead') {
        request.socket.destroy();
        return;
      }
      const { status, body, retryAfter, location } = result;
      if (body instanceof Uint8Array || location) {
        response.writeHead(status, { ...(location && { location }), 'content-type': result.contentType ?? '' });
        response.end(body);
        return;
      }
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(retryAfter && { 'retry-after': retryAfter }),
      });
      response.end(JSON.stringify(body));
    });
  });

  async function answer(request: IncomingMessage): Promise<Answer | 'dead'> {
    const url = new URL(request.url ?? '', 'http://twilio');
    const form = new URLSearchParams(await text(request));
    const stored = /^\/stored\/(\w+)$/.exec(url.pathname)?.[1];
    if (stored) {
      // Who sends the account's token along has given it away.
      return request.headers.authorization ? failure(400, 0) : mediumOf(media.get(stored));
    }
    const basic = Buffer.from(`${ACCOUNT.sid}:${ACCOUNT.token}`).toString('base64');
    if (request.headers.authorization !== `Basic ${basic}`) {
      return failure(401, 20003);
    }
    const medium = /\/Messages\/\w+\/Media\/(\w+)$/.exec(url.pathname)?.[1];
    if (medium) {
      return media.has(medium) ? { status: 307, body: '', location: `/stored/${medium}` } : failure(404, 20404);
    }
    if (url.pathname !== path) {
      return failure(404, 20404);
    }
    if (request.method === 'GET') {
      if (list.failure) {
        return failure(list.failure, 0);
      }
      const listed = taken.filter(({ to }) => to === url.searchParams.get('To'));
      return {
        status: 200,
        body: { messages: listed.map(shown), page: 0, page_size: 50, next_page_uri: null, uri: path },
      };
    }
    const mishap = mishaps.shift();
    const code = refuses.get(form.get('To') ?? '');
    if (code) {
      return failure(400, code);
    }
    if (mishap && mishap !== 'lost' && !mishap.take) {
      return failure(mishap.status, mishap.code ?? 0, mishap.retryAfter);
    }
    const message = {
      sid: `SM${String(taken.length + 1).padStart(32, '0')}`,
      to: form.get('To') ?? '',
      from: form.get('From') ?? '',
      body: form.get('Body') ?? '',
      content: form.has('ContentSid')
        ? { sid: form.get('ContentSid') ?? '', variables: form.get('ContentVariables') ?? '' }
        : undefined,
      statusCallback: form.get('StatusCallback') ?? undefined,
      created: now(),
    };
    taken.push(message);
    if (mishap === 'lost') {
      return 'dead';
    }
    return mishap ? failure(mishap.status, mishap.code ?? 0) : { status: 201, body: shown(message) };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    taken,
    refuses,
    mishaps,
    list,
    media,
    mediaUrl: (id) => `http://127.0.0.1:${port}${path.replace('.json', '')}/MM1/Media/${id}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter?: string;
  readonly location?: string;
  readonly contentType?: string;
}

const mediumOf = (medium: { contentType: string; bytes: Uint8Array } | 'broken' | undefined): Answer =>
  medium && medium !== 'broken'
    ? { status: 200, body: medium.bytes, contentType: medium.contentType }
    : failure(500, 0);

const failure = (status: number, code: number, retryAfter?: number): Answer => ({
  status,
  body: { code, message: `Error ${code}`, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
  ...(retryAfter !== undefined && { retryAfter: String(retryAfter) }),
});

const shown = ({ sid, to, from, body, created }: Taken): object => ({
  sid,
  account_sid: ACCOUNT.sid,
  to,
  from,
  body,
  direction: 'outbound-api',
  status: 'queued',
  date_created: created.toUTCString(),
  date_updated: created.toUTCString(),
  date_sent: null,
  num_media: '0',
  num_segments: '1',
  error_code: null,
  error_message: null,
});
