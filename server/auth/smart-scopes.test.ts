import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Resource, Subscription } from '@medplum/fhirtypes';
import { TestServer } from '../testing.ts';

let t: TestServer;

beforeAll(async () => {
  t = await TestServer.start();
});
afterAll(() => t.server.close());

/** What a client that signed in with these scopes is answered. */
async function asked(scope: string, method: string, path: string, body?: Resource): Promise<number> {
  const { clientId, clientSecret } = t.server.credentials;
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope };
  const signedIn = await fetch(`${t.server.baseUrl}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
  const { access_token: token } = (await signedIn.json()) as { access_token: string };
  const { status } = await t.fetch(path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return status;
}

const subscription = (type: 'websocket' | 'rest-hook'): Subscription => ({
  resourceType: 'Subscription',
  status: 'active',
  reason: 'test',
  criteria: 'Observation',
  channel: { type, ...(type === 'rest-hook' && { endpoint: 'https://example.com/hook' }) },
});

test('a sign-in has of a member\u2019s rights what its scopes name', async () => {
  const ofPatients = 'openid user/Patient.rs?gender=female';
  const [her, him] = await Promise.all(
    (['female', 'male'] as const).map((gender) => t.medplum.createResource({ resourceType: 'Patient', gender })),
  );
  expect(await asked(ofPatients, 'GET', `/fhir/R4/Patient/${her?.id}`)).toBe(200);
  expect(await asked(ofPatients, 'GET', `/fhir/R4/Patient/${him?.id}`)).toBe(404);
  expect(await asked(ofPatients, 'GET', '/fhir/R4/Observation')).toBe(403);
  expect(await asked(ofPatients, 'POST', '/fhir/R4/Patient', { resourceType: 'Patient' })).toBe(403);
  expect(await asked(ofPatients, 'GET', `/admin/projects/${t.projectId}`)).toBe(403);
});

test.each(['user/Subscription.cruds user/Observation.rs', 'user/*.cruds'])(
  'with %s hears of changes over a WebSocket only: a hook would not know of the scopes',
  async (scope) => {
    expect(await asked(scope, 'POST', '/fhir/R4/Subscription', subscription('websocket'))).toBe(201);
    expect(await asked(scope, 'POST', '/fhir/R4/Subscription', subscription('rest-hook'))).toBe(403);
    const own = await t.medplum.createResource(subscription('rest-hook'));
    expect(await asked(scope, 'PUT', `/fhir/R4/Subscription/${own.id}`, { ...own, criteria: 'Patient' })).toBe(403);
    expect(await asked('openid', 'PUT', `/fhir/R4/Subscription/${own.id}`, { ...own, criteria: 'Patient' })).toBe(200);
  },
);

test('with scopes for all types, what is no Subscription is written as ever', async () => {
  expect(await asked('user/*.cruds', 'POST', '/fhir/R4/Patient', { resourceType: 'Patient' })).toBe(201);
});
