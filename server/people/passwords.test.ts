import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { compare } from 'bcrypt';
import type { User, UserSecurityRequest } from '@medplum/fhirtypes';
import { ManualClock } from '../manual-clock.ts';
import { DATABASE_FILE } from '../store/store.ts';
import { TestServer } from '../testing.ts';
import { Passwords } from './passwords.ts';

/** bcrypt with 12 rounds, as it is written. */
const HASH = /^\$2[ab]\$12\$[./A-Za-z0-9]{53}$/;

const clock = new ManualClock();
let folder: string;
let t: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'careline-passwords-'));
  t = await TestServer.start({ clock, dataDir: folder });
});
// A minute later nobody's attempts count any more.
beforeEach(() => t.server.advance({ minutes: 1 }));
afterAll(async () => {
  await t.server.close();
  await rm(folder, { recursive: true });
});

const VERIFIER = 'v'.repeat(50);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${t.server.baseUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** Somebody of this project alone, with a password. */
async function invited(email: string, password: string): Promise<void> {
  await t.medplum.invite(t.projectId, {
    resourceType: 'Practitioner',
    firstName: 'Ada',
    lastName: 'Example',
    scope: 'project',
    email,
    password,
    sendEmail: false,
  });
}

function signIn(email: string, password: string, headers?: Record<string, string>): Promise<Response> {
  const fields = { scope: 'openid', codeChallenge: CHALLENGE, codeChallengeMethod: 'S256', projectId: t.projectId };
  return post('/auth/login', { email, password, ...fields }, headers);
}

/** A token for somebody's password. */
async function tokenOf(email: string, password: string): Promise<string> {
  const { code } = (await (await signIn(email, password)).json()) as { code: string };
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, code_verifier: VERIFIER });
  const response = await fetch(`${t.server.baseUrl}/oauth2/token`, { method: 'POST', body });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Every version of the resources of a type, as they stand in the database, oldest first. */
function stored<T>(type: string): T[] {
  const db = new DatabaseSync(join(folder, DATABASE_FILE), { readOnly: true });
  const rows = db
    .prepare(
      `SELECT v.content AS content FROM every_version v JOIN resource r ON r.rid = v.rid
       WHERE r.type = ? AND v.content IS NOT NULL ORDER BY v.rid, v.seq`,
    )
    .all(type) as { content: string }[];
  db.close();
  return rows.map(({ content }) => JSON.parse(content) as T);
}

/** The files of the data folder that have a text, plain or in base64. */
async function filesWith(text: string): Promise<string[]> {
  const bytes = Buffer.from(text);
  const forms = [bytes, Buffer.from(text, 'utf16le'), Buffer.from(bytes.toString('base64').replace(/.?=*$/, ''))];
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const file of files.filter((entry) => entry.isFile())) {
    const content = await readFile(join(file.parentPath, file.name));
    if (forms.some((form) => content.includes(form))) {
      found.push(file.name);
    }
  }
  return found;
}

describe('a password', () => {
  test('is kept as a hash of bcrypt with 12 rounds, however it was set, and stands in no file', async () => {
    const email = 'ada@example.com';
    const passwords = [
      'lamp orbit walnut',
      'cedar violin moss',
      'quartz ferry lentil',
      'pepper harbour slate',
    ] as const;
    const [first, second, third, fourth] = passwords;
    const wrong = 'maple tunnel oyster';
    await invited(email, first);
    expect((await signIn(email, wrong)).status).toBe(400);
    expect((await signIn(wrong, first)).status).toBe(400);

    const change = async (oldPassword: string): Promise<number> => {
      const headers = { authorization: `Bearer ${await tokenOf(email, first)}` };
      return (await post('/auth/changepassword', { oldPassword, newPassword: second }, headers)).status;
    };
    expect([await change(wrong), await change(first)]).toEqual([400, 200]);
    expect([(await signIn(email, first)).status, (await signIn(email, second)).status]).toEqual([400, 200]);

    expect((await t.post('/admin/projects/setpassword', { email, password: third })).status).toBe(200);
    expect([(await signIn(email, second)).status, (await signIn(email, third)).status]).toEqual([400, 200]);

    await t.server.advance({ minutes: 1 });
    await post('/auth/resetpassword', { email, projectId: t.projectId, sendEmail: false });
    await t.server.drain();
    const { id, secret } =
      stored<UserSecurityRequest>('UserSecurityRequest').find(({ type }) => type === 'reset') ?? {};
    expect((await post('/auth/setpassword', { id, secret, password: fourth })).status).toBe(200);
    expect([(await signIn(email, third)).status, (await signIn(email, fourth)).status]).toEqual([400, 200]);

    const hashes = stored<User>('User').map(({ passwordHash }) => passwordHash as string);
    expect(hashes).toEqual(passwords.map(() => expect.stringMatching(HASH)));
    expect(await Promise.all(hashes.map((hash, n) => compare(passwords[n] as string, hash)))).toEqual(
      passwords.map(() => true),
    );
    // What is looked for in this way is found where it is there.
    expect(await filesWith(email)).not.toEqual([]);
    for (const password of [...passwords, wrong]) {
      expect(await filesWith(password)).toEqual([]);
    }
  });

  test('has another hash each time', async () => {
    const passwords = new Passwords();
    const [one, other] = await Promise.all(['a', 'b'].map(() => passwords.hash('lamp orbit walnut')));
    expect(one).toMatch(HASH);
    expect(other).not.toBe(one);
  });

  test('of nobody costs as much to be refused as one of somebody', async () => {
    const passwords = new Passwords();
    const kept = await passwords.hash('lamp orbit walnut');
    /** By the processor's time: how long it takes depends on what else the machine does. */
    const cost = async (hash: string | undefined): Promise<number> => {
      const before = process.cpuUsage();
      expect(await passwords.matches('cedar violin moss', hash)).toBe(false);
      return process.cpuUsage(before).user;
    };
    const nobody: number[] = [];
    const somebody: number[] = [];
    for (let n = 0; n < 3; n++) {
      nobody.push(await cost(undefined));
      somebody.push(await cost(kept));
    }
    // One round less would be half of it, and a hash that is none nothing at all.
    expect(Math.min(...nobody) / Math.min(...somebody)).toBeGreaterThan(0.7);
  });
});

/** What an answer tells. */
const told = async (response: Response): Promise<unknown[]> => [response.status, await response.json()];

describe('whether there is somebody', () => {
  const KNOWN = 'known@example.com';
  const UNKNOWN = 'unknown@example.com';
  beforeAll(() => invited(KNOWN, 'lamp orbit walnut'));

  test('is not told by how attempts to sign in are answered, the last of which are too many', async () => {
    const answers = async (email: string): Promise<unknown[][]> => {
      const all: unknown[][] = [];
      for (let n = 0; n < 7; n++) {
        // Each from an address of its own, so that only the account is counted.
        all.push(await told(await signIn(email, 'cedar violin moss', { 'x-forwarded-for': `192.0.2.${n}` })));
      }
      return all;
    };
    const known = await answers(KNOWN);
    const issue = [expect.objectContaining({ details: { text: 'Email or password is invalid' } })];
    expect(known[0]).toEqual([400, expect.objectContaining({ issue })]);
    expect(known[6]?.[0]).toBe(429);
    expect(await answers(UNKNOWN)).toEqual(known);
  });

  test('is not told to who asks for a new password', async () => {
    const ask = async (email: string): Promise<unknown[]> => {
      const answer = await told(await post('/auth/resetpassword', { email, projectId: t.projectId, sendEmail: false }));
      await t.server.drain();
      return [...answer, stored<UserSecurityRequest>('UserSecurityRequest').length - before];
    };
    const before = stored<UserSecurityRequest>('UserSecurityRequest').length;
    // Only one of the two gets a link, and only their mailbox knows.
    const [unknown, known] = [await ask(UNKNOWN), await ask(KNOWN)];
    expect([unknown[2], known[2]]).toEqual([0, 1]);
    expect(known.slice(0, 2)).toEqual(unknown.slice(0, 2));
    expect(known[0]).toBe(200);
  });
});
