import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import type { AccessPolicy, ClientApplication, Patient, ProjectMembershipAccess } from '@medplum/fhirtypes';
import { ManualClock } from '../manual-clock.ts';
import { TestServer } from '../testing.ts';

const clock = new ManualClock('2026-03-02T08:00:00Z');
let t: TestServer;

beforeAll(async () => {
  t = await TestServer.start({ clock });
});

afterAll(() => t.server.close());

async function token(form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${t.server.baseUrl}/oauth2/token`, { method: 'POST', headers, body: new URLSearchParams(form) });
}

function basic(id: string, secret: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

/** A client whose membership has the policies given. */
async function member(access: ProjectMembershipAccess[]): Promise<ClientApplication> {
  const client = await t.medplum.post<ClientApplication>(`admin/projects/${t.projectId}/client`, {
    name: 'member',
  });
  const membership = await t.medplum.searchOne('ProjectMembership', `profile=ClientApplication/${client.id}`);
  await t.medplum.post(`admin/projects/${t.projectId}/members/${membership?.id}`, { ...membership, access });
  return client;
}

describe('a token', () => {
  test('is given for a client id and secret, in the form or as Basic', async () => {
    const { clientId, clientSecret } = t.server.credentials;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const response = await token(form);
    expect(response.status).toBe(200);
    const body = (await response.json()) as Record<string, unknown>;
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'openid',
      project: { reference: `Project/${t.projectId}` },
      profile: { reference: `ClientApplication/${clientId}` },
    });
    const again = await token({ grant_type: 'client_credentials' }, basic(clientId, clientSecret));
    expect(again.status).toBe(200);
  });

  test.each([
    [{ client_secret: 'wrong' }, 'Invalid secret'],
    [{ client_id: 'nobody' }, 'Invalid client'],
    [{ client_id: '' }, 'Missing client_id'],
    [{ client_secret: '' }, 'Missing client_secret'],
    [{ grant_type: '' }, 'Missing grant_type'],
    [{ grant_type: 'magic' }, 'Unsupported grant_type'],
  ])('is refused for %j', async (change, description) => {
    const { clientId, clientSecret } = t.server.credentials;
    const good = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const response = await token({ ...good, ...change });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: 'invalid_request', error_description: description });
  });

  test('is good for an hour of the server’s clock', async () => {
    const { clientId, clientSecret } = t.server.credentials;
    const given = await token({ grant_type: 'client_credentials' }, basic(clientId, clientSecret));
    const { access_token: accessToken } = (await given.json()) as { access_token: string };
    const read = () => t.fetch('/fhir/R4/Patient', { headers: { authorization: `Bearer ${accessToken}` } });
    expect((await read()).status).toBe(200);
    await t.server.advance({ minutes: 59 });
    expect((await read()).status).toBe(200);
    await t.server.advance({ minutes: 2 });
    expect((await read()).status).toBe(401);
    await t.medplum.startClientLogin(clientId, clientSecret);
  });

  test('can be checked by others, with the published key', async () => {
    const configuration = await fetch(`${t.server.baseUrl}/.well-known/openid-configuration`);
    const { jwks_uri: url } = (await configuration.json()) as { jwks_uri: string };
    const { keys } = (await (await fetch(url)).json()) as { keys: Record<string, string>[] };
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ kty: 'EC', alg: 'ES256' });
    expect(keys[0]).not.toHaveProperty('d');
  });
});

describe('a request', () => {
  test.each([{}, { authorization: 'Bearer nonsense' }, basic('x', 'y'), { authorization: 'Digest x' }])(
    'with %j is unauthorized',
    async (headers) => {
      const response = await fetch(`${t.server.baseUrl}/fhir/R4/Patient`, {
        headers: headers,
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('realm=');
      expect(await response.json()).toMatchObject({ resourceType: 'OperationOutcome', id: 'unauthorized' });
    },
  );

  test('may bring id and secret as Basic', async () => {
    const { clientId, clientSecret } = t.server.credentials;
    const response = await t.fetch('/fhir/R4/Patient', { headers: basic(clientId, clientSecret) });
    expect(response.status).toBe(200);
  });

  test('finds out who it is from', async () => {
    const me = (await (await t.fetch('/auth/me')).json()) as Record<string, Record<string, unknown>>;
    expect(me.project).toMatchObject({
      id: t.projectId,
      features: expect.arrayContaining(['bots', 'cron', 'transaction-bundles', 'email']),
    });
    expect(me.membership).toMatchObject({ admin: true });
    expect(me.profile).toMatchObject({ resourceType: 'ClientApplication', id: t.server.credentials.clientId });
    expect(me.config?.menu).toHaveLength(2);
    expect(me).not.toHaveProperty('user');
    expect(me).not.toHaveProperty('accessPolicy');
  });
});

describe('a member', () => {
  test('sees what its policies allow with their parameters, added up, and nothing else', async () => {
    const patients = await Promise.all(
      ['a', 'b', 'c'].map((family) =>
        t.medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family }] }),
      ),
    );
    const policy = await t.medplum.createResource<AccessPolicy>({
      resourceType: 'AccessPolicy',
      resource: [{ resourceType: 'Patient', criteria: 'Patient?_id=%pt.id', readonly: true }],
    });
    const grant = (patient: Patient | undefined): ProjectMembershipAccess => ({
      policy: { reference: `AccessPolicy/${policy.id}` },
      parameter: [{ name: 'pt', valueReference: { reference: `Patient/${patient?.id}` } }],
    });
    const client = await member([grant(patients[0]), grant(patients[1])]);
    const other = new MedplumClient({ baseUrl: t.server.baseUrl, fetch });
    await other.startClientLogin(client.id as string, client.secret as string);
    expect((await other.searchResources('Patient')).map(({ id }) => id).sort()).toEqual(
      [patients[0]?.id, patients[1]?.id].sort(),
    );
    await expect(other.readResource('Patient', patients[2]?.id as string)).rejects.toThrow('Not found');
    await expect(other.searchResources('Observation')).rejects.toThrow('Forbidden');
    await expect(other.updateResource({ ...(patients[0] as Patient), gender: 'female' })).rejects.toThrow();
    await expect(other.post(`admin/projects/${t.projectId}/bot`, { name: 'x' })).rejects.toThrow('Forbidden');
  });

  test('is out as soon as its membership is switched off', async () => {
    const client = await member([]);
    const headers = basic(client.id as string, client.secret as string);
    expect((await t.fetch('/fhir/R4/Patient', { headers })).status).toBe(200);
    const membership = await t.medplum.searchOne('ProjectMembership', `profile=ClientApplication/${client.id}`);
    await t.medplum.patchResource('ProjectMembership', membership?.id as string, [
      { op: 'add', path: '/active', value: false },
    ]);
    expect((await t.fetch('/fhir/R4/Patient', { headers })).status).toBe(401);
  });
});
