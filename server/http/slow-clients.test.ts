import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Basic, Binary } from '@medplum/fhirtypes';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { TestServer } from '../testing.ts';
import { MAX_MESSAGE_BYTES } from './body.ts';
import { DEFAULT_PATIENCE } from './listen.ts';

/** Short enough for a test. */
const SHORT = { ...DEFAULT_PATIENCE, headers: 1000, message: 1000, content: 2000, lingering: 300 };

/** Hurries those who send. */
let hasty: TestServer;
/** Hurries only those who take. */
let t: TestServer;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'careline-slow-'));
  hasty = await TestServer.start({ patience: SHORT, dataDir });
  t = await TestServer.start({ patience: { ...DEFAULT_PATIENCE, taking: 300 } });
});
afterAll(async () => {
  await Promise.all([t, hasty].map(({ server }) => server.close()));
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

async function open(on: TestServer): Promise<Socket> {
  const { port } = new URL(on.server.baseUrl);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Sends some text and then nothing, and resolves with what came until the server closed. */
async function stall(text: string, on = hasty): Promise<string> {
  const socket = await open(on);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(text);
  await closed;
  return answer;
}

const head = (line: string, length: number, on = hasty): string =>
  [
    `${line} HTTP/1.1`,
    'Host: x',
    `Authorization: Bearer ${on.medplum.getAccessToken()}`,
    'Content-Type: application/fhir+json',
    `Content-Length: ${length}`,
    '\r\n',
  ].join('\r\n');

const filesOf = (): Promise<string[]> => readdir(join(dataDir, 'binary')).catch(() => []);

describe('a client that does not finish', () => {
  test('its headers is let go', async () => {
    expect(await stall('GET /healthcheck HTTP/1.1\r\nHost: x\r\nX-Slow: ')).toMatch(/^(HTTP\/1.1 408|$)/);
  });

  test('its message is told so, and let go', async () => {
    const answer = await stall(`${head('POST /fhir/R4/Patient', 100)}{"resourceType":`);
    expect(answer).toMatch(/^HTTP\/1.1 408/);
    expect(answer).toContain('OperationOutcome');
  });

  test('its content is let go, and leaves nothing', async () => {
    const before = await filesOf();
    await stall(`${head('POST /fhir/R4/Binary', 1_000_000).replace('application/fhir+json', 'image/png')}half`);
    await waitFor('the file is gone', async () => (await filesOf()).length === before.length || undefined, 5_000);
  });

  test('content that nobody may send is not waited for', async () => {
    const start = head('POST /fhir/R4/Binary', 1_000_000).replace(/Authorization: .*\r\n/, '');
    for (const encoding of ['identity', 'gzip']) {
      expect(await stall(`${start.replace('Host: x', `Host: x\r\nContent-Encoding: ${encoding}`)}half`)).toMatch(
        /^HTTP\/1.1 401/,
      );
    }
  });

  test('says nothing at all is let go', async () => {
    expect(await stall('')).toMatch(/^(HTTP\/1.1 408|$)/);
  });
});

describe('a client that takes nothing is let go', () => {
  /** Asks, takes nothing until the server has ended it, and resolves with how much was on its way. */
  async function received(path: string, route: string): Promise<number> {
    const socket = await open(t);
    socket.pause();
    socket.on('error', () => undefined);
    const authorization = `Authorization: Bearer ${t.medplum.getAccessToken()}`;
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${authorization}\r\n\r\n`);
    await waitFor('a request that was cut off', () => logged(route), 10_000);
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => (bytes += chunk.byteLength));
    socket.resume();
    await once(socket, 'close');
    return bytes;
  }

  test('of content', async () => {
    const content = Buffer.alloc(30_000_000, 'x');
    const made = await t.fetch('/fhir/R4/Binary', {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: content,
    });
    const { url } = (await made.json()) as Binary & { url: string };
    const { pathname, search } = new URL(url);
    expect(await received(`${pathname}${search}`, '/storage/:id/:id')).toBeLessThan(content.byteLength);
  });

  test('of a page of resources', async () => {
    const div = `<div xmlns="http://www.w3.org/1999/xhtml">${'x'.repeat(1_000_000)}</div>`;
    for (let n = 0; n < 30; n++) {
      await t.medplum.createResource<Basic>({
        resourceType: 'Basic',
        code: { text: 'page' },
        text: { status: 'generated', div },
      });
    }
    expect(await received('/fhir/R4/Basic?_count=100', '/fhir/R4/Basic')).toBeLessThan(30_000_000);
  });
});

/** Counted once a request is over, however it ended. */
async function logged(route: string): Promise<true | undefined> {
  const metrics = await (await fetch(`${t.server.baseUrl}/metrics`)).text();
  return metrics.includes(`method="GET",route="${route}"`) ? true : undefined;
}

describe('what is too large', () => {
  test('as a message is refused, whether its length is known or not', async () => {
    const body = `"${'x'.repeat(MAX_MESSAGE_BYTES)}"`;
    const start = head('POST /fhir/R4/Patient', body.length, t).replace('Host: x', 'Host: x\r\nConnection: close');
    expect(await stall(`${start}${body}`, t)).toMatch(/^HTTP\/1.1 413/);
    const chunked = start.replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked');
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n`;
    expect(await stall(`${chunked}${chunk}0\r\n\r\n`, t)).toMatch(/^HTTP\/1.1 413/);
    // Without an end, too.
    const endless = chunked.replace(t.medplum.getAccessToken() as string, hasty.medplum.getAccessToken() as string);
    expect(await stall(`${endless}${chunk}`)).toMatch(/^HTTP\/1.1 4(08|13)/);
  });

  test('as headers is refused', async () => {
    expect(await stall(`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(40_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431/,
    );
  });
});

test('others are served while slow ones hold their connections', async () => {
  const slow = await Promise.all(Array.from({ length: 50 }, () => open(hasty)));
  slow.forEach((socket) => {
    socket.on('error', () => undefined);
    socket.write('GET /healthcheck HTTP/1.1\r\n');
  });
  const closed = Promise.all(slow.map((socket) => once(socket, 'close')));
  slow.forEach((socket) => socket.resume());
  expect((await hasty.fetch('/fhir/R4/Patient')).status).toBe(200);
  await closed;
});

test.each(['/healthcheck', '/fhir/R4/Patient', '/fhir/R4/metadata', '/nothing', '/auth/me', '/storage/a/b'])(
  'security headers stand on %s',
  async (path) => {
    const { headers } = await fetch(`${t.server.baseUrl}${path}`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store, no-cache, must-revalidate',
      'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'permissions-policy': expect.stringContaining('camera=()'),
    });
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
  },
);
