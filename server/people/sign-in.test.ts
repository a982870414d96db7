import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientStorage, MedplumClient, MemoryStorage } from '@medplum/core';
import type { InviteRequest, LoginAuthenticationResponse } from '@medplum/core';
import type { ClientApplication, ProjectMembership } from '@medplum/fhirtypes';
import { ManualClock } from '../manual-clock.ts';
import { TestServer } from '../testing.ts';

const PASSWORD = 'lamp orbit walnut';

/** As the machine's, so that a client that looks at a token's `exp` agrees with the server. */
const clock = new ManualClock();
let t: TestServer;

beforeAll(async () => {
  t = await TestServer.start({ clock });
});
// A minute later nobody's attempts count any more.
beforeEach(() => t.server.advance({ minutes: 1 }));
afterAll(() => t.server.close());

let count = 0;

/** Somebody new, with a password. */
async function invited(fields: Partial<InviteRequest> = {}): Promise<{ email: string; membership: ProjectMembership }> {
  const email = `person${++count}@example.com`;
  const membership = await t.medplum.invite(t.projectId, {
    resourceType: 'Practitioner',
    firstName: 'Ada',
    lastName: 'Example',
    email,
    password: PASSWORD,
    sendEmail: false,
    ...fields,
  });
  return { email, membership: membership as ProjectMembership };
}

const verifier = `${randomUUID()}${randomUUID()}`;
const challenge = {
  codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
  codeChallengeMethod: 'S256',
} as const;

/** Signs in as Medplum's own app does. Outside of a browser the client cannot hash its verifier, so it is given one. */
async function signedIn(email: string, scope = 'openid offline_access'): Promise<MedplumClient> {
  const storage = new ClientStorage(new MemoryStorage());
  storage.setString('codeVerifier', verifier);
  const medplum = new MedplumClient({ baseUrl: t.server.baseUrl, fetch, storage, refreshGracePeriod: 0 });
  const { code } = await medplum.startLogin({ email, password: PASSWORD, scope, ...challenge });
  await medplum.processCode(code as string);
  return medplum;
}

function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  const form = body instanceof URLSearchParams;
  return fetch(`${t.server.baseUrl}${path}`, {
    method: 'POST',
    headers: { ...(!form && { 'content-type': 'application/json' }), ...headers },
    body: form ? body : JSON.stringify(body),
  });
}

const textOf = async (response: Response): Promise<string | undefined> =>
  ((await response.json()) as { issue?: { details?: { text?: string } }[] }).issue?.[0]?.details?.text;

async function login(email: string, fields: object = {}): Promise<Required<LoginAuthenticationResponse>> {
  const response = await post('/auth/login', {
    email,
    password: PASSWORD,
    scope: 'openid offline_access',
    ...challenge,
    ...fields,
  });
  return (await response.json()) as Required<LoginAuthenticationResponse>;
}

interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
  error?: string;
  error_description?: string;
  [key: string]: unknown;
}

async function tokens(form: Record<string, string>, headers?: Record<string, string>): Promise<Tokens> {
  return (await (await post('/oauth2/token', new URLSearchParams(form), headers)).json()) as Tokens;
}

const redeem = (code: string, more: Record<string, string> = {}): Promise<Tokens> =>
  tokens({ grant_type: 'authorization_code', code, code_verifier: verifier, ...more });

const refresh = (refreshToken: string, more: Record<string, string> = {}): Promise<Tokens> =>
  tokens({ grant_type: 'refresh_token', refresh_token: refreshToken, ...more });

const statusOf = async (accessToken: string, path = '/auth/me'): Promise<number> =>
  (await fetch(`${t.server.baseUrl}${path}`, { headers: { authorization: `Bearer ${accessToken}` } })).status;

describe('MedplumClient', () => {
  test('signs in with PKCE, refreshes, and signs out', async () => {
    const { email, membership } = await invited();
    const medplum = await signedIn(email);
    expect(medplum.getProfile()).toMatchObject({ resourceType: 'Practitioner', name: [{ family: 'Example' }] });
    const first = medplum.getAccessToken();
    expect(await medplum.get('auth/me', { cache: 'reload' })).toMatchObject({
      user: { resourceType: 'User', email },
      membership: { id: membership.id, user: { reference: membership.user?.reference } },
      profile: { resourceType: 'Practitioner' },
      security: {
        mfaEnrolled: false,
        sessions: [{ authMethod: 'password', remoteAddress: expect.any(String) }],
        memberships: [{ id: membership.id }],
      },
    });
    await t.server.advance({ minutes: 61 });
    await medplum.searchResources('Patient', {}, { cache: 'reload' });
    expect(medplum.getAccessToken()).not.toBe(first);
    const latest = medplum.getAccessToken() as string;
    expect(await statusOf(latest)).toBe(200);
    await medplum.signOut();
    expect(medplum.getActiveLogin()).toBeUndefined();
    expect(await statusOf(latest)).toBe(401);
  });

  test('is told that its session is over, when it is', async () => {
    const { email } = await invited();
    const medplum = await signedIn(email);
    await t.server.advance({ days: 15 });
    await expect(medplum.searchResources('Patient', {}, { cache: 'reload' })).rejects.toThrow();
    expect(medplum.getActiveLogin()).toBeUndefined();
    await t.medplum.startClientLogin(t.server.credentials.clientId, t.server.credentials.clientSecret);
  });

  test('without a refresh token is out after an hour', async () => {
    const { email } = await invited();
    const { code } = await login(email, { scope: 'openid' });
    const given = await redeem(code);
    expect(given).not.toHaveProperty('refresh_token');
    await t.server.advance({ minutes: 59 });
    expect(await statusOf(given.access_token)).toBe(200);
    await t.server.advance({ minutes: 2 });
    expect(await statusOf(given.access_token)).toBe(401);
    await t.medplum.startClientLogin(t.server.credentials.clientId, t.server.credentials.clientSecret);
  });
});

describe('a sign-in', () => {
  let email: string;
  beforeAll(async () => {
    ({ email } = await invited());
  });

  test.each([
    ['no fields', { email: undefined, password: undefined }, ['email', 'password']],
    ['a short password', { password: 'short' }, ['password']],
    ['what is no address', { email: 'nobody' }, ['email']],
    ['a method without challenge', { codeChallenge: undefined }, ['code_challenge']],
    ['a challenge without method', { codeChallengeMethod: undefined }, ['code_challenge_method']],
    ['an unknown method', { codeChallengeMethod: 'S512' }, ['code_challenge_method']],
  ])('with %s is refused', async (_name, change, expressions) => {
    const response = await post('/auth/login', { email, password: PASSWORD, ...challenge, ...change });
    const { issue } = (await response.json()) as { issue: { expression: string[] }[] };
    expect([response.status, issue.flatMap(({ expression }) => expression)]).toEqual([400, expressions]);
  });

  test('through a client that there is not, or of another project, is refused', async () => {
    const { clientId } = t.server.credentials;
    const attempt = (change: object) => post('/auth/login', { email, password: PASSWORD, ...challenge, ...change });
    expect((await attempt({ clientId: randomUUID() })).status).toBe(404);
    expect(await textOf(await attempt({ clientId, projectId: randomUUID() }))).toBe('Invalid projectId');
  });

  test('answers alike for nobody, a wrong password and a member who is out, with one comparison each', async () => {
    const out = await invited();
    await t.medplum.patchResource('ProjectMembership', out.membership.id as string, [
      { op: 'add', path: '/active', value: false },
    ]);
    const attempts: [string, string][] = [
      ['nobody@example.com', PASSWORD],
      [email, 'lamp orbit chestnut'],
      [out.email, PASSWORD],
    ];
    const answers: unknown[] = [];
    for (const [address, password] of attempts) {
      const before = await comparisons();
      const response = await post('/auth/login', { email: address, password, ...challenge });
      answers.push([response.status, await response.json(), (await comparisons()) - before]);
    }
    expect(answers[0]).toEqual([
      400,
      expect.objectContaining({
        issue: [expect.objectContaining({ details: { text: 'Email or password is invalid' } })],
      }),
      1,
    ]);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test('does not mind how the address is written', async () => {
    expect(await login(email.toUpperCase())).toHaveProperty('code');
  });
});

/** How many passwords the server has checked. */
async function comparisons(): Promise<number> {
  const text = await (await fetch(`${t.server.baseUrl}/metrics`)).text();
  return Number(/^careline_password_checks_total (\d+)/m.exec(text)?.[1]);
}

describe('a code', () => {
  let email: string;
  beforeAll(async () => {
    ({ email } = await invited());
  });

  test.each([
    ['no code', { code: '' }, 'invalid_request', 'Missing code'],
    ['another code', { code: 'nope' }, 'invalid_request', 'Invalid code'],
    ['no verifier', { code_verifier: '' }, 'invalid_request', 'Missing code verifier'],
    ['another verifier', { code_verifier: 'nope' }, 'invalid_request', 'Invalid code verifier'],
    ['another client', { client_id: randomUUID() }, 'invalid_request', 'Invalid client'],
    ['a secret of no client', { client_secret: 'x' }, 'invalid_request', 'Invalid secret'],
  ])('is not taken with %s', async (_name, change, error, description) => {
    const { code } = await login(email);
    expect(await redeem(code, change)).toEqual({ error, error_description: description });
  });

  test('is good once: a second use ends the session that the first began', async () => {
    const { code } = await login(email);
    const given = await redeem(code);
    expect(await statusOf(given.access_token)).toBe(200);
    expect(await redeem(code)).toEqual({ error: 'invalid_grant', error_description: 'Token already granted' });
    expect(await statusOf(given.access_token)).toBe(401);
    expect(await refresh(given.refresh_token)).toMatchObject({ error: 'invalid_grant' });
  });

  test('is good once however many bring it at the same moment', async () => {
    const { code } = await login(email);
    const all = await Promise.all(Array.from({ length: 8 }, () => redeem(code)));
    const [won, ...others] = all.filter(({ error }) => !error);
    expect(others).toEqual([]);
    expect(await statusOf(won?.access_token as string)).toBe(401);
  });

  test('waits five minutes', async () => {
    const { code } = await login(email);
    await t.server.advance({ minutes: 6 });
    expect(await redeem(code)).toMatchObject({ error: 'invalid_grant' });
  });

  test('with a plain challenge is good for what the challenge says', async () => {
    const plain = { codeChallenge: verifier, codeChallengeMethod: 'plain' };
    const { code } = await login(email, plain);
    expect(await redeem(code, { code_verifier: 'nope' })).toMatchObject({ error_description: 'Invalid code verifier' });
    expect(await redeem(code)).toHaveProperty('access_token');
  });

  test('without a challenge is good only with the secret of a client that needs none', async () => {
    const client = await t.medplum.post<ClientApplication>(`admin/projects/${t.projectId}/client`, {
      name: 'old app',
      pkceOptional: true,
    });
    const bare = { codeChallenge: undefined, codeChallengeMethod: undefined };
    const open = await login(email, bare);
    expect(await redeem(open.code)).toMatchObject({ error_description: 'Missing verification context' });
    const { code } = await login(email, { ...bare, clientId: client.id });
    const id = client.id as string;
    expect(await redeem(code, { client_id: id })).toMatchObject({ error_description: 'Missing client_secret' });
    expect(await redeem(code, { client_id: id, client_secret: 'no' })).toMatchObject({
      error_description: 'Invalid secret',
    });
    expect(await redeem(code, { client_id: id, client_secret: client.secret as string })).toMatchObject({
      profile: { reference: expect.stringContaining('Practitioner/') },
    });
  });
});

describe('a refresh token', () => {
  let email: string;
  beforeAll(async () => {
    ({ email } = await invited());
  });

  test('is good once: using an old one ends the session', async () => {
    const first = await redeem((await login(email)).code);
    const second = await refresh(first.refresh_token);
    expect(await statusOf(second.access_token)).toBe(200);
    expect(await refresh(first.refresh_token)).toEqual({
      error: 'invalid_request',
      error_description: 'Invalid token',
    });
    expect(await statusOf(second.access_token)).toBe(401);
    expect(await refresh(second.refresh_token)).toEqual({ error: 'invalid_grant', error_description: 'Token revoked' });
  });

  test.each([
    ['none', '', 'Invalid refresh token'],
    ['nonsense', 'nonsense', 'Invalid refresh token'],
  ])('that is %s is refused', async (_name, given, description) => {
    expect(await refresh(given)).toEqual({ error: 'invalid_request', error_description: description });
  });

  test('lives as long as its client says, and only for that client', async () => {
    const client = await t.medplum.post<ClientApplication>(`admin/projects/${t.projectId}/client`, {
      name: 'short-lived',
      accessTokenLifetime: '5m',
      refreshTokenLifetime: '1d',
    });
    const given = await redeem((await login(email, { clientId: client.id })).code);
    expect(given.expires_in).toBe(300);
    expect(await refresh(given.refresh_token, { client_id: randomUUID() })).toMatchObject({
      error_description: 'Incorrect client',
    });
    await t.server.advance({ minutes: 6 });
    expect(await statusOf(given.access_token)).toBe(401);
    const next = await refresh(given.refresh_token, { client_id: client.id as string });
    expect(await statusOf(next.access_token)).toBe(200);
    await t.server.advance({ days: 2 });
    expect(await refresh(next.refresh_token)).toMatchObject({ error_description: 'Invalid refresh token' });
    await t.medplum.startClientLogin(t.server.credentials.clientId, t.server.credentials.clientSecret);
  });

  test('no token is taken for another kind of token', async () => {
    const given = await redeem((await login(email)).code);
    expect(await statusOf(given.refresh_token)).toBe(401);
    expect(await statusOf(given.id_token)).toBe(401);
    expect(await refresh(given.access_token)).toMatchObject({ error_description: 'Invalid refresh token' });
  });
});

describe('a session', () => {
  test('ends at once for whoever is switched off, taken out, or deleted', async () => {
    const ends: ((person: { email: string; membership: ProjectMembership }) => Promise<unknown>)[] = [
      ({ membership }) =>
        t.medplum.patchResource('ProjectMembership', membership.id as string, [
          { op: 'add', path: '/active', value: false },
        ]),
      ({ membership }) => t.medplum.delete(`admin/projects/${t.projectId}/members/${membership.id}`),
      ({ membership }) =>
        t.medplum.deleteResource('User', (membership.user?.reference as string).split('/')[1] as string),
    ];
    for (const end of ends) {
      const person = await invited({ scope: 'project' });
      const given = await redeem((await login(person.email, { projectId: t.projectId })).code);
      expect(await statusOf(given.access_token, '/fhir/R4/Patient')).toBe(200);
      await end(person);
      expect(await statusOf(given.access_token, '/fhir/R4/Patient')).toBe(401);
      expect(await refresh(given.refresh_token)).toHaveProperty('error');
    }
  });

  test('can be ended from another one, by its own person only', async () => {
    const { email } = await invited();
    const other = await invited();
    const lost = await redeem((await login(email)).code);
    const own = await signedIn(email);
    const stranger = await signedIn(other.email);
    const { security } = await own.get<{ security: { sessions: { id: string }[] } }>('auth/me', { cache: 'reload' });
    expect(security.sessions).toHaveLength(2);
    const { login_id: loginId } = JSON.parse(
      Buffer.from(lost.access_token.split('.')[1] as string, 'base64url').toString(),
    ) as { login_id: string };
    await expect(stranger.post('auth/revoke', { loginId })).rejects.toThrow('Not found');
    await expect(own.post('auth/revoke', {})).rejects.toThrow('Login ID is required.');
    expect(await statusOf(lost.access_token)).toBe(200);
    await own.post('auth/revoke', { loginId });
    expect(await statusOf(lost.access_token)).toBe(401);
    expect(await statusOf(own.getAccessToken() as string)).toBe(200);
  });

  test('says who it is of, as far as its scopes go, to its person and to whoever has the token', async () => {
    const { email } = await invited();
    const given = await redeem((await login(email, { scope: 'openid profile email' })).code);
    const headers = { authorization: `Bearer ${given.access_token}` };
    const info = await (await fetch(`${t.server.baseUrl}/oauth2/userinfo`, { headers })).json();
    expect(info).toMatchObject({ name: 'Ada Example', given_name: 'Ada', email, email_verified: false });
    const introspected = await (
      await post('/oauth2/introspect', new URLSearchParams({ token: given.access_token }))
    ).json();
    expect(introspected).toMatchObject({ active: true, scope: 'openid profile email', sub: expect.any(String) });
    await post('/oauth2/logout', {}, headers);
    const after = await post('/oauth2/introspect', new URLSearchParams({ token: given.access_token }));
    expect(await after.json()).toEqual({ active: false });
    const nonsense = await post('/oauth2/introspect', new URLSearchParams({ token: 'x' }));
    expect(await nonsense.json()).toEqual({ active: false });
    expect((await post('/oauth2/introspect', new URLSearchParams({}))).status).toBe(400);
  });
});
