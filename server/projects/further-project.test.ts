import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { AccessPolicy, ClientApplication, Patient, ProjectMembership } from '@medplum/fhirtypes';
import { silentLogger } from '../http/log.ts';
import { startServer } from '../start.ts';
import type { RunningServer } from '../start.ts';
import { addProject } from './further-project.ts';

let dataDir: string;
let server: RunningServer;
/** The administrators of two projects. */
let one: MedplumClient;
let two: MedplumClient;
let patient: WithId<Patient>;

const signIn = async (clientId: string, clientSecret: string): Promise<MedplumClient> => {
  const medplum = new MedplumClient({ baseUrl: server.baseUrl, fetch, cacheTime: 0 });
  await medplum.startClientLogin(clientId, clientSecret);
  return medplum;
};

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'careline-projects-'));
  const start = (): Promise<RunningServer> => startServer({ port: 0, dataDir, logger: silentLogger });
  await (await start()).close();
  const made = await addProject(dataDir, 'Second clinic');
  server = await start();
  one = await signIn(server.credentials.clientId, server.credentials.clientSecret);
  two = await signIn(made.clientId, made.clientSecret);
  patient = await one.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Secretname' }] });
});
afterAll(async () => {
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

const PERSON = { email: 'a@example.com', password: 'nine loud geese' };

const membershipOf = async (medplum: MedplumClient): Promise<WithId<ProjectMembership>> =>
  (await medplum.searchOne('ProjectMembership', { profile: `ClientApplication/${await clientOf(medplum)}` }))!;
const clientOf = async (medplum: MedplumClient): Promise<string> =>
  (await medplum.searchResources('ClientApplication'))[0]!.id;

test('a further project sees nothing of the first, nor the first of it', async () => {
  const own = await two.createResource<Patient>({ resourceType: 'Patient' });
  for (const [medplum, { id }] of [
    [two, patient],
    [one, own],
  ] as const) {
    await expect(medplum.readResource('Patient', id)).rejects.toThrow('Not found');
    await expect(medplum.readHistory('Patient', id)).rejects.toThrow('Not found');
    expect(await medplum.searchResources('Patient', { _id: id })).toHaveLength(0);
    expect((await medplum.search('Patient', '_total=accurate')).total).toBe(1);
    await expect(medplum.updateResource<Patient>({ resourceType: 'Patient', id })).rejects.toThrow();
  }
  expect((await two.searchResources('Project')).map(({ name }) => name)).toEqual(['Second clinic']);
  expect(await two.searchResources('ProjectMembership')).toHaveLength(1);
});

test('a policy or a profile of another project gives nobody anything', async () => {
  const policy = await one.createResource<AccessPolicy>({
    resourceType: 'AccessPolicy',
    resource: [{ resourceType: 'Task' }],
  });
  const projectId = (await membershipOf(two)).project.reference!.split('/')[1]!;
  const client = await two.post<WithId<ClientApplication>>(`admin/projects/${projectId}/client`, {
    name: 'with a policy of the other',
    accessPolicy: { reference: `AccessPolicy/${policy.id}` },
  });
  await expect(signIn(client.id, client.secret!)).rejects.toThrow();

  const membership = await two.post<WithId<ProjectMembership>>(`admin/projects/${projectId}/invite`, {
    resourceType: 'Practitioner',
    firstName: 'A',
    lastName: 'B',
    sendEmail: false,
    ...PERSON,
  });
  await two.post(`admin/projects/${projectId}/members/${membership.id}`, {
    ...membership,
    profile: { reference: `Patient/${patient.id}` },
  });
  const told = await userInfoOf().then(JSON.stringify, String);
  expect(told).not.toContain('Secretname');
});

/** What the server tells somebody who signs in about themselves. */
async function userInfoOf(): Promise<unknown> {
  const verifier = 'v'.repeat(43);
  const { code } = await two.post<{ code: string }>('auth/login', {
    ...PERSON,
    scope: 'openid profile phone',
    codeChallenge: verifier,
    codeChallengeMethod: 'plain',
  });
  const { access_token: token } = await two.post<{ access_token: string }>(
    'oauth2/token',
    new URLSearchParams({ grant_type: 'authorization_code', code, code_verifier: verifier }).toString(),
    'application/x-www-form-urlencoded',
  );
  const answer = await fetch(`${server.baseUrl}/oauth2/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  return answer.text();
}
