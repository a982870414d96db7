import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bot, ClientApplication, Project, ProjectMembership } from '@medplum/fhirtypes';
import { silentLogger } from '../http/log.ts';
import { startServer } from '../start.ts';
import { TestServer } from '../testing.ts';

describe('an administrator', () => {
  let t: TestServer;

  beforeAll(async () => {
    t = await TestServer.start({ secrets: { MAIL_FROM: 'clinic@example.com' } });
  });

  afterAll(() => t.server.close());

  test('sees the project with its secrets', async () => {
    expect(await t.medplum.get(`admin/projects/${t.projectId}`)).toMatchObject({
      project: { id: t.projectId, secret: [{ name: 'MAIL_FROM', valueString: 'clinic@example.com' }] },
    });
  });

  test('makes a bot with a membership', async () => {
    const response = await t.post(`/admin/projects/${t.projectId}/bot`, {
      name: 'made',
      accessPolicy: { reference: 'AccessPolicy/x' },
      cronString: 'dropped',
    });
    expect(response.status).toBe(201);
    const bot = (await response.json()) as Bot;
    expect(bot).toMatchObject({ name: 'made', runtimeVersion: 'vmcontext', sourceCode: { title: 'index.ts' } });
    expect(bot).not.toHaveProperty('cronString');
    const membership = await t.medplum.searchOne('ProjectMembership', `profile=Bot/${bot.id}`);
    expect(membership).toMatchObject({
      accessPolicy: { reference: 'AccessPolicy/x' },
      user: { reference: `Bot/${bot.id}` },
    });
    expect(membership?.admin).toBeUndefined();
    const nameless = await t.post(`/admin/projects/${t.projectId}/bot`, {});
    expect(nameless.status).toBe(400);
    expect(await nameless.json()).toMatchObject({
      issue: [{ code: 'invalid', expression: ['name'], details: { text: 'Bot name is required' } }],
    });
  });

  test('makes a client with a secret of its own', async () => {
    const response = await t.post(`/admin/projects/${t.projectId}/client`, { name: 'made' });
    expect(response.status).toBe(201);
    expect(((await response.json()) as ClientApplication).secret).toMatch(/^[0-9a-f]{64}$/);
  });

  test('changes and removes a membership', async () => {
    const client = await t.medplum.post<ClientApplication>(`admin/projects/${t.projectId}/client`, {
      name: 'made',
    });
    const membership = await t.medplum.searchOne('ProjectMembership', `profile=ClientApplication/${client.id}`);
    const path = `/admin/projects/${t.projectId}/members/${membership?.id}`;
    const changed = await t.post(path, { ...membership, admin: true });
    expect(await changed.json()).toMatchObject({ admin: true });
    expect(((await (await t.fetch(path)).json()) as ProjectMembership).admin).toBe(true);
    expect((await t.post(path, { ...membership, id: 'other' })).status).toBe(403);
    expect((await t.fetch(path, { method: 'DELETE' })).status).toBe(200);
    expect((await t.fetch(path)).status).toBe(410);
  });

  test('sets the secrets, which bots then have', async () => {
    const bot = await t.bot('async (m, e) => Object.keys(e.secrets)');
    const response = await t.post(`/admin/projects/${t.projectId}/secrets`, [{ name: 'A', valueString: 'b' }]);
    expect(((await response.json()) as Project).secret).toEqual([{ name: 'A', valueString: 'b' }]);
    expect(await (await t.post(`/fhir/R4/Bot/${bot.id}/$execute`, {})).json()).toEqual(['A']);
  });
});

describe('a server that starts', () => {
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'careline-'));
  });

  afterAll(() => rm(dataDir, { recursive: true }));

  const start = (options: object = {}) => startServer({ dataDir, port: 0, logger: silentLogger, ...options });

  test('keeps its credentials for its owner’s eyes, and finds them and its data again', async () => {
    const first = await start({ secrets: { A: '1', B: '1' } });
    const file = join(dataDir, 'credentials.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(first.credentials);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await first.close();

    const second = await start({ secrets: { B: '2' } });
    expect(second.credentials).toEqual({ ...first.credentials, baseUrl: second.baseUrl });
    const { clientId, clientSecret, projectId } = second.credentials;
    const headers = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
    const response = await fetch(`${second.baseUrl}/admin/projects/${projectId}`, { headers });
    expect(((await response.json()) as { project: Project }).project.secret).toEqual([
      { name: 'A', valueString: '1' },
      { name: 'B', valueString: '2' },
    ]);
    await second.close();
  });

  test('takes the client that it is given over the one that it knows', async () => {
    const adminClient = { id: '11111111-2222-4333-8444-555555555555', secret: 'given' };
    const server = await start({ adminClient });
    expect(server.credentials).toMatchObject({ clientId: adminClient.id, clientSecret: 'given' });
    const authorization = `Basic ${Buffer.from(`${adminClient.id}:given`).toString('base64')}`;
    expect((await fetch(`${server.baseUrl}/auth/me`, { headers: { authorization } })).status).toBe(200);
    await server.close();
  });

  test('says so when its port or its folder is taken', async () => {
    const server = await start();
    const port = Number(new URL(server.baseUrl).port);
    await expect(startServer({ port, logger: silentLogger })).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use`);
    await expect(start()).rejects.toThrow('is in use by another Careline server');
    await server.close();
  });
});
