import { buffer } from 'node:stream/consumers';
import { MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { FetchLike } from '@medplum/core';
import type { Session } from '../auth/session.ts';
import { parseRequestBody } from '../http/body.ts';
import { isStreamed, outcomeResponse, serialize } from '../http/messages.ts';
import type { ApiRequest, ApiResponse } from '../http/messages.ts';

/** Answers a member's request; the path that a request over HTTP takes once its sender is known. */
export type Dispatch = (request: ApiRequest, session: Session) => Promise<ApiResponse>;

/** The client of one run, with the number of requests that it made. */
export interface BotClient {
  medplum: MedplumClient;
  requests(): number;
  /** After this, what the run left behind can do nothing any more. */
  end(): void;
}

/** A MedplumClient whose requests to this server take no socket, but the same path as everybody's. */
export function createBotClient(baseUrl: string, session: Session, dispatch: Dispatch): BotClient {
  const root = `${baseUrl}/`;
  let requests = 0;
  let ended = false;

  const inProcess: FetchLike = async (url: string, options: RequestInit = {}) => {
    if (!url.startsWith(root)) {
      return fetch(url, options);
    }
    if (ended) {
      throw new Error('This run of the bot is over');
    }
    requests++;
    return toFetchResponse(await answer(url.slice(baseUrl.length), options, session, dispatch));
  };

  return {
    medplum: new MedplumClient({ baseUrl: root, fetch: inProcess }),
    requests: () => requests,
    end: () => {
      ended = true;
    },
  };
}

async function answer(url: string, options: RequestInit, session: Session, dispatch: Dispatch): Promise<ApiResponse> {
  const message = new Request(`http://bot${url}`, { ...options, body: options.body ?? null });
  const headers = Object.fromEntries(message.headers);
  try {
    const content = new Uint8Array(await message.arrayBuffer());
    const body = parseRequestBody({ method: message.method, url, contentType: headers['content-type'], content });
    return await dispatch({ method: message.method, url, headers, body }, session);
  } catch (err) {
    if (err instanceof OperationOutcomeError) {
      return outcomeResponse(err.outcome);
    }
    throw err;
  }
}

async function toFetchResponse(response: ApiResponse): Promise<Response> {
  const bodyless = response.status === 204 || response.status === 304;
  const body = bodyless ? undefined : serialize(response);
  const bytes = isStreamed(body) ? await buffer(body.open()) : body;
  return new Response(typeof bytes === 'object' ? Buffer.from(bytes) : bytes, {
    status: response.status,
    headers: response.headers,
  });
}
