import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Far below any time limit, so that no wait for the next byte is ever long. */
const DRIP_MS = 20;

/** What a provider's server does with one request. */
export type Behaviour =
  /** It answers with this as its whole text. */
  | { readonly text: string }
  /** Its answer was cut off after this. */
  | { readonly truncated: string }
  | { readonly refusal: string }
  /** It answers with this HTTP status; `parameter` is the one at fault. */
  | { readonly status: number; readonly parameter?: string }
  /** It takes the request and says nothing. */
  | 'silent'
  /** It begins to answer, and adds a space now and then for as long as anybody listens. */
  | 'dripping';

/** A request as it came. */
export interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The body, where it is JSON. */
  readonly json: Record<string, unknown>;
}

/** A server of this machine that speaks the protocols of OpenAI (chat and speech) and Anthropic. */
export interface Providers {
  readonly url: string;
  readonly asked: Asked[];
  /** What it does with the next requests, one after another; the last of these with all that follow. */
  readonly behave: (...behaviours: Behaviour[]) => void;
  readonly close: () => Promise<void>;
}

export async function startProviders(): Promise<Providers> {
  const asked: Asked[] = [];
  let plan: Behaviour[] = [{ status: 500 }];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const path = request.url ?? '';
      asked.push({ path, headers: request.headers, body, json: parsed(body) });
      const behaviour = (plan.length > 1 ? plan.shift() : plan[0]) ?? 'silent';
      answer(response, path, behaviour);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    behave: (...behaviours) => {
      plan = behaviours;
      asked.length = 0;
    },
    close: () => stop(server),
  };
}

function answer(response: ServerResponse, path: string, behaviour: Behaviour): void {
  if (behaviour === 'silent') {
    return;
  }
  if (behaviour === 'dripping') {
    drip(response);
    return;
  }
  if ('status' in behaviour) {
    const error = { type: 'invalid_request_error', message: 'No.', param: behaviour.parameter ?? null, code: null };
    send(response, behaviour.status, { type: 'error', error });
  } else if (path.endsWith('/chat/completions')) {
    send(response, 200, chatCompletion(behaviour));
  } else if (path.endsWith('/v1/messages')) {
    send(response, 200, message(behaviour));
  } else if (path.endsWith('/audio/transcriptions') && 'text' in behaviour) {
    send(response, 200, { text: behaviour.text });
  } else {
    send(response, 404, { error: { message: `There is no ${path}.` } });
  }
}

type Answered = Exclude<Behaviour, string | { readonly status: number }>;

function chatCompletion(behaviour: Answered): object {
  const refusal = 'refusal' in behaviour ? behaviour.refusal : null;
  const content = 'text' in behaviour ? behaviour.text : 'truncated' in behaviour ? behaviour.truncated : null;
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model: 'test-model',
    choices: [
      {
        index: 0,
        finish_reason: 'truncated' in behaviour ? 'length' : 'stop',
        logprobs: null,
        message: { role: 'assistant', content, refusal },
      },
    ],
  };
}

function message(behaviour: Answered): object {
  const text = 'text' in behaviour ? behaviour.text : 'truncated' in behaviour ? behaviour.truncated : '';
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'test-model',
    content: [{ type: 'text', text, citations: null }],
    stop_reason: 'refusal' in behaviour ? 'refusal' : 'truncated' in behaviour ? 'max_tokens' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), DRIP_MS);
  response.on('close', () => clearInterval(timer));
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('latin1');
}

function parsed(body: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(body, 'latin1').toString('utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
