import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Patient } from '@medplum/fhirtypes';
import { TestServer } from '../testing.ts';

let t: TestServer;

beforeAll(async () => {
  t = await TestServer.start();
});

afterAll(() => t.server.close());

async function metrics(): Promise<Map<string, number>> {
  const response = await fetch(`${t.server.baseUrl}/metrics`, { headers: { accept: 'text/plain' } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

test('count requests by route and status, however many ids and names there are', async () => {
  const patient = await t.medplum.createResource<Patient>({ resourceType: 'Patient' });
  await t.fetch(`/fhir/R4/Patient/${patient.id}`);
  await t.fetch('/fhir/R4/Patient/Berta');
  await t.fetch('/fhir/R4/Patient/$berta');
  await t.fetch('/berta/berta');
  const found = await metrics();
  const requests = (route: string, status: number): number | undefined =>
    found.get(`careline_http_requests_total{method="GET",route="${route}",status="${status}"}`);
  expect(requests('/fhir/R4/Patient/:id', 200)).toBe(1);
  expect(requests('/fhir/R4/Patient/*', 404)).toBe(2);
  expect(requests('unknown', 404)).toBe(1);
  const latency = 'careline_http_request_duration_seconds';
  expect(found.get(`${latency}_count{method="POST",route="/fhir/R4/Patient"}`)).toBe(1);
  expect(found.get(`${latency}_bucket{le="30",method="POST",route="/fhir/R4/Patient"}`)).toBe(1);
  expect([...found.keys()].join()).not.toMatch(/berta/i);
  expect([...found.keys()].join()).not.toContain(patient.id);
});

test('count runs of bots and what waits for one, and watch the event loop', async () => {
  const bot = await t.bot('async (m, e) => { if (e.input.active) { throw new Error("no"); } }', { name: 'counted' });
  await t.subscribe(`Bot/${bot.id}`, 'Patient');
  await t.medplum.createResource<Patient>({ resourceType: 'Patient' });
  await t.medplum.createResource<Patient>({ resourceType: 'Patient', active: true });
  await t.server.drain();
  const found = await metrics();
  expect(found.get('careline_bot_runs_total{bot="counted",outcome="success"}')).toBe(1);
  expect(found.get('careline_bot_runs_total{bot="counted",outcome="failure"}')).toBe(1);
  expect(found.get('careline_bot_run_duration_seconds_count{bot="counted"}')).toBe(2);
  for (const state of ['due', 'delayed', 'running']) {
    expect(found.get(`careline_subscription_jobs{state="${state}"}`)).toBe(0);
  }
  // A URL that nobody answers is tried again later.
  await t.subscribe('http://127.0.0.1:9/', 'Observation');
  await t.medplum.createResource({ resourceType: 'Observation', status: 'final', code: { text: 'x' } });
  await t.server.drain();
  expect((await metrics()).get('careline_subscription_jobs{state="delayed"}')).toBe(1);
  expect((await metrics()).has('nodejs_eventloop_lag_seconds')).toBe(true);
});

test('are for this machine and for the administrator only', async () => {
  const path = `${t.server.baseUrl}/metrics`;
  const asked = (headers: Record<string, string>): Promise<number> => fetch(path, { headers }).then((r) => r.status);
  expect(await asked({ 'x-forwarded-for': '192.0.2.1' })).toBe(401);
  expect(await asked({ origin: 'https://elsewhere.example' })).toBe(401);
  const { clientId, clientSecret } = t.server.credentials;
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  expect(await asked({ 'x-forwarded-for': '192.0.2.1', authorization: basic })).toBe(200);
  const { id, secret } = (await (
    await t.post(`/admin/projects/${t.projectId}/client`, { name: 'no administrator' })
  ).json()) as { id: string; secret: string };
  const other = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  expect(await asked({ authorization: other })).toBe(403);
});
