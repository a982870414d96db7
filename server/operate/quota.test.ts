import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Bundle, OperationOutcome, Patient, ProjectMembership, UserConfiguration } from '@medplum/fhirtypes';
import { ManualClock } from '../manual-clock.ts';
import { TestServer } from '../testing.ts';

const clock = new ManualClock('2026-03-02T12:00:00Z');
let t: TestServer;
let basic: string;

beforeAll(async () => {
  t = await TestServer.start({ clock, quota: true });
  const { clientId, clientSecret } = t.server.credentials;
  basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
});

beforeEach(() => t.server.advance({ minutes: 1 }));

afterAll(() => t.server.close());

/** Signs in with every request: a token would run out on the test's clock. */
function send(method: string, path: string, body?: unknown, authorization = basic): Promise<Response> {
  const headers = { authorization, 'content-type': 'application/fhir+json' };
  return fetch(`${t.server.baseUrl}${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

const left = (response: Response): number =>
  Number(/"fhirInteractions";r=(\d+);t=\d+/.exec(response.headers.get('ratelimit') ?? '')?.[1]);

const PATIENT: Patient = { resourceType: 'Patient' };

/** So many entries, each of which counts. */
function batch(count: number): Bundle {
  const entry = Array.from({ length: count }, () => ({
    request: { method: 'POST' as const, url: 'Patient' },
    resource: PATIENT,
  }));
  return { resourceType: 'Bundle', type: 'batch', entry };
}

test('reads, searches, history and writes cost what they cost in Medplum', async () => {
  const made = await send('POST', '/fhir/R4/Patient', PATIENT);
  const { id } = (await made.json()) as { id: string };
  let before = left(made);
  expect(before).toBe(49_900);
  for (const [method, path, body, cost] of [
    ['GET', `/fhir/R4/Patient/${id}`, undefined, 1],
    ['GET', '/fhir/R4/Patient?active=true', undefined, 20],
    ['GET', `/fhir/R4/Patient/${id}/_history`, undefined, 10],
    ['PUT', `/fhir/R4/Patient/${id}`, { ...PATIENT, id, active: true }, 100],
    ['POST', '/fhir/R4', batch(3), 300],
    ['DELETE', `/fhir/R4/Patient/${id}`, undefined, 100],
  ] as const) {
    const after = left(await send(method, path, body));
    expect([path, before - after]).toEqual([path, cost]);
    before = after;
  }
  expect(made.headers.get('ratelimit')).toMatch(/^"requests";r=\d+;t=60, "fhirInteractions";r=49900;t=60$/);
});

test('what is used up is refused until the minute is over, inside of a batch too', async () => {
  for (let i = 0; i < 9; i++) {
    await send('POST', '/fhir/R4', batch(50));
  }
  await t.server.advance({ seconds: 20 });
  const last = (await (await send('POST', '/fhir/R4', batch(60))).json()) as Bundle;
  const statuses = last.entry?.map(({ response }) => response?.status);
  expect(statuses?.filter((status) => status === '201')).toHaveLength(50);
  expect(statuses?.filter((status) => status === '429')).toHaveLength(10);

  const refused = await send('GET', '/fhir/R4/Patient?active=true');
  const outcome = (await refused.json()) as OperationOutcome;
  expect([refused.status, outcome.id, outcome.issue[0]?.code]).toEqual([429, 'too-many-requests', 'throttled']);
  expect(JSON.parse(outcome.issue[0]?.diagnostics ?? '')).toMatchObject({ _msBeforeNext: 40_000, limit: 50_000 });
  expect(left(refused)).toBe(0);

  await t.server.advance({ seconds: 40 });
  expect((await send('GET', '/fhir/R4/Patient?active=true')).status).toBe(200);
});

test('a member’s own quota is the one of its UserConfiguration', async () => {
  const client = (await (await send('POST', `/admin/projects/${t.projectId}/client`, { name: 'small' })).json()) as {
    id: string;
    secret: string;
  };
  const made = await send('POST', '/fhir/R4/UserConfiguration', {
    resourceType: 'UserConfiguration',
    option: [{ id: 'fhirQuota', valueInteger: 250 }],
  } satisfies UserConfiguration);
  const { id } = (await made.json()) as { id: string };
  const found = (await (
    await send('GET', `/fhir/R4/ProjectMembership?profile=ClientApplication/${client.id}`)
  ).json()) as Bundle<ProjectMembership>;
  const membership = found.entry?.[0]?.resource as ProjectMembership;
  await send('POST', `/admin/projects/${t.projectId}/members/${membership.id}`, {
    ...membership,
    userConfiguration: { reference: `UserConfiguration/${id}` },
  });
  const small = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) {
    statuses.push((await send('POST', '/fhir/R4/Patient', PATIENT, small)).status);
  }
  expect(statuses).toEqual([201, 201, 429, 429]);
  expect((await send('POST', '/fhir/R4/Patient', PATIENT)).status).toBe(201);
});

test('a bot uses its own quota', async () => {
  const bot = await t.bot('async (m) => { await m.createResource({ resourceType: "Patient" }); }');
  const before = left(await send('GET', '/fhir/R4/Patient?active=true'));
  await send('POST', `/fhir/R4/Bot/${bot.id}/$execute`, {});
  expect(before - left(await send('GET', '/fhir/R4/Patient?active=true'))).toBeLessThan(100);
});

test('one address may sign in so often a minute', async () => {
  const attempt = (path: string, from: string): Promise<Response> =>
    fetch(`${t.server.baseUrl}${path}`, { method: 'POST', headers: { 'x-forwarded-for': from } });
  for (let i = 0; i < 5; i++) {
    expect((await attempt('/auth/login', '192.0.2.1')).status).not.toBe(429);
  }
  const refused = await attempt('/auth/login', '192.0.2.1');
  expect([refused.status, refused.headers.get('ratelimit')]).toEqual([429, '"requests";r=0;t=60']);
  expect((await attempt('/auth/login', '192.0.2.2')).status).not.toBe(429);
  expect((await attempt('/oauth2/token', '192.0.2.1')).status).not.toBe(429);
});
