import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestServer } from '../testing.ts';
import type { Logger } from './log.ts';

const lines: string[] = [];
const logger: Logger = {
  info: (message, fields) => lines.push(JSON.stringify({ message, ...fields })),
  warn: () => undefined,
  error: (message, error) => lines.push(`${message} ${String(error)}`),
};

let t: TestServer;

beforeAll(async () => {
  t = await TestServer.start({ logger });
});

afterAll(() => t.server.close());

test('tells that it is well, to anybody', async () => {
  const response = await fetch(`${t.server.baseUrl}/healthcheck`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ ok: true, version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  expect((await fetch(`${t.server.baseUrl}/`)).status).toBe(200);
  expect((await fetch(`${t.server.baseUrl}/nothing`)).status).toBe(404);
});

test('answers under /api as well, and HEAD without a body', async () => {
  expect((await t.fetch('/api/fhir/R4/Patient')).status).toBe(200);
  const head = await t.fetch('/fhir/R4/Patient', { method: 'HEAD' });
  expect(head.status).toBe(200);
  expect(await head.text()).toBe('');
});

test('lets pages of any origin call, with security headers on everything', async () => {
  const origin = 'https://clinic.example';
  const response = await t.fetch('/fhir/R4/Patient', { headers: { origin } });
  expect(response.headers.get('access-control-allow-origin')).toBe(origin);
  expect(response.headers.get('access-control-allow-credentials')).toBe('true');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  const preflight = await fetch(`${t.server.baseUrl}/fhir/R4/Patient`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'if-match' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toBe('if-match');
});

describe('bad input gets an OperationOutcome and a 4xx', () => {
  const json = { 'content-type': 'application/fhir+json' };
  test.each<[string, string, RequestInit, number]>([
    ['malformed JSON', '/fhir/R4/Patient', { method: 'POST', headers: json, body: '{"a":' }, 400],
    ['no body', '/fhir/R4/Patient', { method: 'POST', headers: json }, 400],
    ['null', '/fhir/R4/Patient', { method: 'POST', headers: json, body: 'null' }, 400],
    ['deep nesting', '/fhir/R4/Patient', { method: 'POST', headers: json, body: '['.repeat(50_000) }, 400],
    ['a large body', '/fhir/R4/Patient', { method: 'POST', headers: json, body: `"${'x'.repeat(1_100_000)}"` }, 413],
    ['a bad path', '/fhir/R4/%E0%A4%A', {}, 400],
    ['an unknown type', '/fhir/R4/Nothing', {}, 400],
    [
      'an unknown encoding',
      '/fhir/R4/Patient',
      { method: 'POST', headers: { ...json, 'content-encoding': 'x' }, body: '{}' },
      415,
    ],
    ['prototype keys', '/fhir/R4/Patient', { method: 'POST', headers: json, body: '{"__proto__":{"a":1}}' }, 400],
    ['a bot that is none', '/fhir/R4/Bot/nobody/$execute', { method: 'POST', headers: json, body: '{}' }, 404],
  ])('%s', async (_name, path, options, status) => {
    const response = await t.fetch(path, options);
    const body = (await response.json()) as { resourceType: string };
    expect([response.status, body.resourceType]).toEqual([status, 'OperationOutcome']);
  });
});

test('logs what was asked for, but neither queries nor bodies nor names', async () => {
  lines.length = 0;
  await t.fetch('/fhir/R4/Patient?name=Berta');
  await t.fetch('/fhir/R4/Berta%20Muster', { method: 'POST', body: 'Berta' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0] as string)).toMatchObject({ method: 'GET', route: '/fhir/R4/Patient', status: 200 });
  expect(lines.join()).not.toContain('Berta');
});

test('sends e-mail for administrators only, and only with a mail server', async () => {
  const message = { to: 'a@example.com', subject: 'x', text: 'y' };
  const response = await t.post('/email/v1/send', message);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ issue: [{ details: { text: expect.stringContaining('SMTP_URL') } }] });
});
