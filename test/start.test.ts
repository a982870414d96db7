import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import type { LoginAuthenticationResponse } from '@medplum/core';
import type { Basic } from '@medplum/fhirtypes';
import type { DemoUser } from '../scripts/lib/demo-users.ts';
import type { Credentials } from '../scripts/lib/settings.ts';
import { adminOf, killAll, spawnStart, untilReady } from './start-process.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'careline-'));
});
afterAll(async () => {
  killAll();
  await rm(dataDir, { recursive: true, force: true });
});

/** The first step of a sign-in by password. */
async function signInWith(
  baseUrl: string,
  projectId: string,
  email: string,
  password: string,
): Promise<LoginAuthenticationResponse> {
  const medplum = new MedplumClient({ baseUrl, fetch });
  const codeChallenge = createHash('sha256').update('verifier').digest('base64url');
  return medplum.startLogin({ email, password, projectId, codeChallenge, codeChallengeMethod: 'S256' });
}

const basic = (text: string): Basic => ({ resourceType: 'Basic', code: { text } });

describe('npm start', () => {
  test('a hundred acknowledged writes survive kill -9, and SIGTERM stops it cleanly', async () => {
    const first = spawnStart({ PORT: '0', CARELINE_DATA: dataDir });
    await untilReady(first);
    const { medplum, credentials } = await adminOf(dataDir);
    expect((await stat(join(dataDir, 'credentials.json'))).mode & 0o777).toBe(0o600);

    const health = await fetch(`${credentials.baseUrl}/healthcheck`);
    expect(await health.json()).toEqual({ ok: true, version: expect.any(String) });
    const schedules = await medplum.searchResources('Schedule');
    expect(schedules.length).toBeGreaterThanOrEqual(2);

    const { users } = credentials as Credentials & { users: DemoUser[] };
    expect(users.map(({ role }) => role)).toEqual(['front desk', 'clinician', 'patient']);
    for (const { email, password } of users) {
      expect(first.output()).toContain(password);
      expect(
        (await signInWith(credentials.baseUrl, credentials.projectId as string, email, password)).code,
      ).toBeTruthy();
    }

    const written = await Promise.all(
      Array.from({ length: 100 }, (_none, index) => medplum.createResource(basic(`write ${index}`))),
    );
    first.child.kill('SIGKILL');
    await first.ended;

    const second = spawnStart({ PORT: '0', CARELINE_DATA: dataDir });
    await untilReady(second);
    const again = await adminOf(dataDir);
    expect(again.credentials).toMatchObject({ clientId: credentials.clientId, clientSecret: credentials.clientSecret });
    for (const { id, code } of written) {
      expect(await again.medplum.readResource('Basic', id)).toMatchObject({ code });
    }
    expect(await again.medplum.searchResources('Schedule')).toHaveLength(schedules.length);
    expect(again.credentials).toMatchObject({ users });
    expect(second.output()).not.toContain(users[0]?.password);

    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  }, 180_000);

  test.each([
    [{ PORT: 'http' }, 'PORT must be a whole number'],
    [{ CARELINE_DEMO: 'maybe' }, 'CARELINE_DEMO must be 0 or 1'],
    [{ MEDPLUM_CLIENT_SECRET: 'x' }, 'must be set together'],
  ])('a wrong setting (%j) is one clear line and exit code 2', async (settings, line) => {
    const started = spawnStart({ CARELINE_DATA: dataDir, ...settings });
    expect(await started.ended).toBe(2);
    expect(started.output()).toContain(line);
    expect(started.output().trim().split('\n')).toHaveLength(1);
  });

  test('a port in use says so', async () => {
    const taken = createServer().listen(0, '127.0.0.1').unref();
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const started = spawnStart({ PORT: String(port), CARELINE_DATA: join(dataDir, 'other') });
    expect(await started.ended).toBe(2);
    expect(started.output()).toMatch(new RegExp(`${port}.*in use`));
    taken.close();
  });
});
