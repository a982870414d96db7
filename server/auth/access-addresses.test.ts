import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AccessPolicy, AccessPolicyIpAccessRule, ClientApplication } from '@medplum/fhirtypes';
import { ManualClock } from '../manual-clock.ts';
import { TestServer } from '../testing.ts';

const PASSWORD = 'lamp orbit walnut';
const VERIFIER = 'v'.repeat(50);
const NOT_ALLOWED = 'IP address not allowed';

const clock = new ManualClock();
let t: TestServer;

beforeAll(async () => {
  t = await TestServer.start({ clock });
});
// A minute later nobody's attempts count any more.
beforeEach(() => t.server.advance({ minutes: 1 }));
afterAll(() => t.server.close());

const allow = (value: string): AccessPolicyIpAccessRule => ({ action: 'allow', value });
const block = (value: string): AccessPolicyIpAccessRule => ({ action: 'block', value });

/** A policy that opens everything to whoever comes from an address that its rules let in. */
async function policy(ipAccessRule: AccessPolicyIpAccessRule[]): Promise<AccessPolicy> {
  return t.medplum.createResource<AccessPolicy>({
    resourceType: 'AccessPolicy',
    resource: [{ resourceType: '*' }],
    ...(ipAccessRule.length > 0 && { ipAccessRule }),
  });
}

/** A client that has a policy of each list of rules, in this order. */
async function client(
  ...rules: AccessPolicyIpAccessRule[][]
): Promise<Required<Pick<ClientApplication, 'id' | 'secret'>>> {
  const made = await t.medplum.post<ClientApplication>(`admin/projects/${t.projectId}/client`, { name: 'elsewhere' });
  const membership = await t.medplum.searchOne('ProjectMembership', `profile=ClientApplication/${made.id}`);
  const access = [];
  for (const rule of rules) {
    access.push({ policy: { reference: `AccessPolicy/${(await policy(rule)).id}` } });
  }
  await t.medplum.post(`admin/projects/${t.projectId}/members/${membership?.id}`, { ...membership, access });
  return { id: made.id as string, secret: made.secret as string };
}

/** A request as a proxy on this machine passes it on for an address. */
function from(address: string, path: string, options: RequestInit = {}): Promise<Response> {
  return fetch(`${t.server.baseUrl}${path}`, {
    ...options,
    headers: { ...options.headers, 'x-forwarded-for': address },
  });
}

const form = (fields: Record<string, string>): RequestInit => ({ method: 'POST', body: new URLSearchParams(fields) });
const json = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

type Credentials = Awaited<ReturnType<typeof client>>;

const basic = ({ id, secret }: Credentials): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

/** The ways in that a client has, each as it is asked from an address. */
const WAYS: Record<string, (who: Credentials, address: string) => Promise<Response>> = {
  'client credentials': ({ id, secret }, address) =>
    from(address, '/oauth2/token', form({ grant_type: 'client_credentials', client_id: id, client_secret: secret })),
  'client credentials in a header': (who, address) =>
    from(address, '/oauth2/token', { ...form({ grant_type: 'client_credentials' }), headers: basic(who) }),
  'Basic on a request': (who, address) => from(address, '/fhir/R4/Patient', { headers: basic(who) }),
};

/** Who gets in from where, each way: `in`, or what it is refused with. */
async function entries(who: Credentials, address: string): Promise<string[]> {
  return Promise.all(
    Object.values(WAYS).map(async (ask) => {
      const response = await ask(who, address);
      const body = (await response.json()) as {
        error_description?: string;
        issue?: { details?: { text?: string } }[];
      };
      return response.ok ? 'in' : `${response.status} ${body.error_description ?? body.issue?.[0]?.details?.text}`;
    }),
  );
}

const IN = Object.keys(WAYS).map(() => 'in');
const OUT = Object.keys(WAYS).map(() => `400 ${NOT_ALLOWED}`);

describe('a client', () => {
  test.each<[string, AccessPolicyIpAccessRule[], { in?: string[]; out?: string[] }]>([
    ['without rules', [], { in: ['203.0.113.7', '2001:db8::7'] }],
    ['of whom one address is blocked', [block('203.0.113.7')], { in: ['203.0.113.6'], out: ['203.0.113.7'] }],
    [
      'of whom a range is blocked',
      [block('203.0.113.')],
      { in: ['203.0.114.1', '20.3.0.113'], out: ['203.0.113.0', '203.0.113.255'] },
    ],
    [
      'that is let in from one address',
      [allow('192.0.2.10'), block('*')],
      { in: ['192.0.2.10'], out: ['192.0.2.11', '192.0.2.1', '10.192.0.2'] },
    ],
    [
      'that is let in from two ranges',
      [allow('10.1.'), allow('192.0.2.'), block('*')],
      { in: ['10.1.2.3', '192.0.2.200'], out: ['10.2.0.1', '10.10.1.1', '110.1.2.3', '2001:db8::7'] },
    ],
    [
      'of whom one address of a range is blocked',
      [block('10.1.2.3'), allow('10.1.'), block('*')],
      { in: ['10.1.2.4'], out: ['10.1.2.3', '10.2.0.1'] },
    ],
    ['whose first rule blocks everything', [block('*'), allow('10.1.')], { out: ['10.1.2.3', '203.0.113.7'] }],
    ['whose rules only allow', [allow('10.1.')], { in: ['10.1.2.3', '203.0.113.7'] }],
    ['that is let in from everywhere first', [allow('*'), block('10.1.')], { in: ['10.1.2.3'] }],
    [
      'of whom an address of IPv6 is blocked',
      [block('2001:db8::7')],
      { in: ['2001:db8::8', '203.0.113.7'], out: ['2001:db8::7'] },
    ],
    [
      'that is let in from a range of IPv6',
      [allow('2001:db8:1:'), block('*')],
      { in: ['2001:db8:1::5', '2001:db8:1:2::5'], out: ['2001:db8:2::5', '2001:db8::1', '203.0.113.7'] },
    ],
    [
      'of whom a range of IPv4 is blocked, seen through a socket of IPv6',
      [block('203.0.113.')],
      { in: ['::ffff:203.0.114.1'], out: ['::ffff:203.0.113.7'] },
    ],
    [
      'of whom a range of IPv4 is blocked as a socket of IPv6 writes it',
      [block('::ffff:203.0.113.')],
      { in: ['::ffff:203.0.114.1'], out: ['::ffff:203.0.113.7'] },
    ],
    // A rule is the beginning of an address and no more, as in Medplum.
    [
      'with a rule that begins several addresses',
      [allow('192.0.2.1'), block('*')],
      { in: ['192.0.2.1', '192.0.2.10', '192.0.2.100'], out: ['192.0.2.2'] },
    ],
    ['with a rule that begins no address', [block('203.0.113.0/24')], { in: ['203.0.113.7'] }],
  ])('%s', async (_name, rules, { in: inside = [], out = [] }) => {
    const who = await client(rules);
    const expected = [...inside.map((address) => [address, IN]), ...out.map((address) => [address, OUT])];
    const actual = [];
    for (const address of [...inside, ...out]) {
      actual.push([address, await entries(who, address)]);
    }
    expect(actual).toEqual(expected);
  });

  test('of several policies is judged by their rules one after the other', async () => {
    const strict = await client([allow('10.1.')], [block('*')]);
    expect(await entries(strict, '10.1.2.3')).toEqual(IN);
    expect(await entries(strict, '10.2.0.1')).toEqual(OUT);
    const shut = await client([block('*')], [allow('10.1.')]);
    expect(await entries(shut, '10.1.2.3')).toEqual(OUT);
  });

  test('is judged by where the proxy saw it, not by where it says that it is', async () => {
    const who = await client([allow('10.1.'), block('*')]);
    expect(await entries(who, '10.1.2.3, 203.0.113.7')).toEqual(OUT);
    expect(await entries(who, '203.0.113.7, 10.1.2.3')).toEqual(IN);
  });

  test('that comes without a proxy is judged by its own address', async () => {
    const here = async (rules: AccessPolicyIpAccessRule[]): Promise<number> =>
      (await fetch(`${t.server.baseUrl}/fhir/R4/Patient`, { headers: basic(await client(rules)) })).status;
    expect([await here([allow('127.0.0.1'), block('*')]), await here([block('127.')])]).toEqual([200, 400]);
  });

  test('gets in or is shut out as soon as the policy says so', async () => {
    const who = await client([]);
    const membership = await t.medplum.searchOne('ProjectMembership', `profile=ClientApplication/${who.id}`);
    const given = await t.medplum.readReference<AccessPolicy>(membership?.access?.[0]?.policy ?? {});
    expect(await entries(who, '203.0.113.7')).toEqual(IN);
    const shut = await t.medplum.updateResource<AccessPolicy>({ ...given, ipAccessRule: [block('203.0.113.')] });
    expect(await entries(who, '203.0.113.7')).toEqual(OUT);
    await t.medplum.updateResource<AccessPolicy>({ ...shut, ipAccessRule: [block('198.51.100.')] });
    expect(await entries(who, '203.0.113.7')).toEqual(IN);
  });

  test('with a wrong secret is told that, wherever it comes from', async () => {
    const who = await client([block('*')]);
    const wrong = { ...who, secret: 'wrong' };
    expect(await entries(wrong, '203.0.113.7')).toEqual([
      '400 Invalid secret',
      '400 Invalid secret',
      expect.stringMatching(/^401 /),
    ]);
  });

  test('that is shut out does nothing', async () => {
    const who = await client([block('203.0.113.')]);
    const body = JSON.stringify({ resourceType: 'Basic', code: { text: 'not to be written' } });
    const headers = { 'content-type': 'application/fhir+json', ...basic(who) };
    const write = async (address: string): Promise<[number, number | undefined]> => {
      const { status } = await from(address, '/fhir/R4/Basic', { method: 'POST', headers, body });
      return [status, (await t.medplum.search('Basic', { _summary: 'count' }, { cache: 'reload' })).total];
    };
    const form = { grant_type: 'client_credentials', client_id: who.id ?? '', client_secret: who.secret ?? '' };
    await from('203.0.113.9', '/oauth2/token', { method: 'POST', body: new URLSearchParams(form) });
    expect(await attempts(`ClientApplication/${who.id}`)).toEqual(['4 203.0.113.9']);
    expect(await write('203.0.113.7')).toEqual([400, 0]);
    expect(await write('203.0.114.7')).toEqual([201, 1]);
  });
});

/** The outcomes of somebody's attempts to sign in, as the audit has them, with where each came from. */
async function attempts(profile: string): Promise<string[]> {
  await t.server.drain();
  const events = await t.medplum.searchResources('AuditEvent', { _count: '1000', _sort: '_lastUpdated' });
  return events
    .filter(({ agent }) => agent[0]?.who?.reference === profile)
    .map(({ outcome, agent }) => `${outcome} ${agent[0]?.network?.address}`);
}

describe('a person', () => {
  test('signs in from where their policy lets them, and with the right password only', async () => {
    const email = 'ada@example.com';
    const rules = await policy([allow('10.1.'), allow('2001:db8:1:'), block('*')]);
    await t.medplum.invite(t.projectId, {
      resourceType: 'Practitioner',
      firstName: 'Ada',
      lastName: 'Example',
      email,
      password: PASSWORD,
      sendEmail: false,
      membership: { access: [{ policy: { reference: `AccessPolicy/${rules.id}` } }] },
    });
    const signIn = async (address: string, password = PASSWORD): Promise<string> => {
      const codeChallenge = createHash('sha256').update(VERIFIER).digest('base64url');
      const fields = { email, password, scope: 'openid', codeChallenge, codeChallengeMethod: 'S256' };
      const response = await from(address, '/auth/login', json(fields));
      const body = (await response.json()) as { code?: string; issue?: { details?: { text?: string } }[] };
      return body.code ? 'in' : `${response.status} ${body.issue?.[0]?.details?.text}`;
    };
    expect(await signIn('10.1.2.3')).toBe('in');
    expect(await signIn('2001:db8:1::5')).toBe('in');
    expect(await signIn('10.2.2.3')).toBe(`400 ${NOT_ALLOWED}`);
    expect(await signIn('2001:db8:2::5')).toBe(`400 ${NOT_ALLOWED}`);
    const ada = await t.medplum.searchOne('Practitioner', 'name=Ada');
    expect(await attempts(`Practitioner/${ada?.id}`)).toEqual([
      '0 10.1.2.3',
      '0 2001:db8:1::5',
      '4 10.2.2.3',
      '4 2001:db8:2::5',
    ]);
    // Who does not know the password learns nothing of the rules.
    expect(await signIn('10.2.2.3', 'lamp orbit chestnut')).toBe('400 Email or password is invalid');
  });
});
