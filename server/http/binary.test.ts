import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type {
  AccessPolicyResource,
  Attachment,
  Binary,
  ClientApplication,
  DocumentReference,
  Patient,
} from '@medplum/fhirtypes';
import { ManualClock } from '../manual-clock.ts';
import { TestServer } from '../testing.ts';
import { DiskFiles } from './binary-files.ts';
import { MAX_CONTENT_BYTES } from './body.ts';

let folder: string;
let t: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'careline-binary-'));
  t = await start('main');
});

afterAll(async () => {
  await t.server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const start = (name: string): Promise<TestServer> =>
  TestServer.start({ dataDir: join(folder, name), clock: new ManualClock('2026-03-02T08:00:00Z') });

const filesOf = async (name: string): Promise<string[]> => {
  const content = join(folder, name, 'binary');
  return existsSync(content) ? readdir(content) : [];
};

async function upload(
  body: RequestInit['body'],
  headers: Record<string, string> = { 'content-type': 'text/plain' },
  on: TestServer = t,
): Promise<WithId<Binary> & { url: string }> {
  const made = await on.fetch('/fhir/R4/Binary', { method: 'POST', headers, body });
  expect(made.status).toBe(201);
  return (await made.json()) as WithId<Binary> & { url: string };
}

async function contentOf(id: string, on: TestServer = t, version?: string): Promise<string> {
  const path = `/fhir/R4/Binary/${id}${version ? `/_history/${version}` : ''}`;
  return (await on.fetch(path)).text();
}

/** A member with a policy, who signs in with every request. */
async function memberWith(
  resource: AccessPolicyResource[],
): Promise<(path: string, options?: RequestInit) => Promise<Response>> {
  const policy = await t.medplum.createResource({ resourceType: 'AccessPolicy', name: 'test', resource });
  const { id, secret } = await t.medplum.post<ClientApplication>(`admin/projects/${t.projectId}/client`, {
    name: 'member',
    accessPolicy: { reference: `AccessPolicy/${policy.id}` },
  });
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  return (path, options = {}) =>
    fetch(`${t.server.baseUrl}${path}`, { ...options, headers: { authorization, ...options.headers } });
}

describe('content', () => {
  test('is kept in a file beside the database, and given back as it was', async () => {
    const before = await filesOf('main');
    const bytes = Buffer.alloc(5_000_000, 'x');
    const { id } = await upload(bytes, { 'content-type': 'application/x-thing' });
    expect((await filesOf('main')).length).toBe(before.length + 1);
    const read = await t.fetch(`/fhir/R4/Binary/${id}`);
    expect(read.headers.get('content-type')).toBe('application/x-thing');
    expect(read.headers.get('content-length')).toBe('5000000');
    expect(Buffer.from(await read.arrayBuffer()).equals(bytes)).toBe(true);
    const head = await t.fetch(`/fhir/R4/Binary/${id}`, { method: 'HEAD' });
    expect([head.headers.get('content-length'), await head.text()]).toEqual(['5000000', '']);
  });

  test('that comes compressed is kept as what it is', async () => {
    const { id } = await upload(gzipSync('hello'), { 'content-type': 'text/plain', 'content-encoding': 'gzip' });
    expect(await contentOf(id)).toBe('hello');
    const before = await filesOf('main');
    for (const [encoding, status] of [
      ['gzip', 400],
      ['br', 415],
    ] as const) {
      const headers = { 'content-type': 'text/plain', 'content-encoding': encoding };
      expect((await t.fetch('/fhir/R4/Binary', { method: 'POST', headers, body: 'not so' })).status).toBe(status);
    }
    expect(await filesOf('main')).toEqual(before);
  });

  test('of each version is kept', async () => {
    const { id, meta } = await upload('one');
    const put = (body: string, type: string): Promise<Response> =>
      t.fetch(`/fhir/R4/Binary/${id}`, { method: 'PUT', headers: { 'content-type': type }, body });
    expect((await put('two', 'text/csv')).status).toBe(200);
    expect([await contentOf(id), await contentOf(id, t, meta?.versionId)]).toEqual(['two', 'one']);
    // Whatever else changes in the resource, the content stays.
    await t.medplum.patchResource('Binary', id, [{ op: 'replace', path: '/contentType', value: 'text/x' }]);
    expect(await contentOf(id)).toBe('two');
    expect((await t.fetch(`/fhir/R4/Binary/${id}`)).headers.get('content-type')).toBe('text/x; charset=utf-8');
  });

  test('in a bundle is the resource', async () => {
    const { id } = await upload('in a bundle');
    const { entry } = await t.medplum.executeBatch({
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'GET', url: `Binary/${id}` } }],
    });
    expect(entry?.[0]?.resource).toMatchObject({ resourceType: 'Binary', id, contentType: 'text/plain' });
  });

  test.each([
    ['text/html', 'attachment'],
    ['image/svg+xml', 'attachment'],
    ['application/xhtml+xml', 'attachment'],
    ['image/png', 'inline'],
    ['application/pdf', 'inline'],
  ])('%s is %s, and runs nothing in a browser', async (type, disposition) => {
    const { id, url } = await upload('<script>alert(1)</script>', { 'content-type': type });
    for (const response of [await t.fetch(`/fhir/R4/Binary/${id}`), await fetch(url)]) {
      expect(response.headers.get('content-disposition')).toBe(disposition);
      expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      await response.arrayBuffer();
    }
  });
});

test('a content type that is no header is none', async () => {
  const made = await t.post(
    '/fhir/R4/Binary',
    {
      resourceType: 'Binary',
      contentType: 'text/☃',
      data: 'aGVsbG8=',
    },
    { 'content-type': 'application/fhir+json' },
  );
  const { id } = (await made.json()) as Binary;
  const read = await t.fetch(`/fhir/R4/Binary/${id}`);
  expect([read.status, read.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
});

describe('too large content', () => {
  test('is refused before it is read where its length is known', async () => {
    const before = await filesOf('main');
    const response = await t.fetch('/fhir/R4/Binary', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: new Uint8Array(MAX_CONTENT_BYTES + 1),
    });
    expect([response.status, ((await response.json()) as { resourceType: string }).resourceType]).toEqual([
      413,
      'OperationOutcome',
    ]);
    expect(await filesOf('main')).toEqual(before);
  });

  test('is refused while it comes, and the client sees why', async () => {
    const before = await filesOf('main');
    const upload = request(`${t.server.baseUrl}/fhir/R4/Binary`, {
      method: 'POST',
      headers: { authorization: `Bearer ${t.medplum.getAccessToken()}`, 'content-type': 'text/plain' },
    });
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
    const megabyte = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent <= MAX_CONTENT_BYTES; sent += megabyte.byteLength) {
      if (!upload.write(megabyte)) {
        await Promise.race([once(upload, 'drain'), answered]);
      }
    }
    upload.end();
    const [response] = await answered;
    expect([response.statusCode, await text(response)]).toEqual([413, expect.stringContaining('too-large')]);
    expect(await filesOf('main')).toEqual(before);
  });

  test('that is no such compression is refused, and harms nobody who may not send it', async () => {
    const headers = { 'content-type': 'text/plain', 'content-encoding': 'gzip' };
    const body = Buffer.alloc(3_000_000, 'no gzip');
    expect((await t.fetch('/fhir/R4/Binary', { method: 'POST', headers, body })).status).toBe(400);
    expect((await fetch(`${t.server.baseUrl}/fhir/R4/Binary`, { method: 'POST', headers, body })).status).toBe(401);
    expect((await fetch(`${t.server.baseUrl}/healthcheck`)).status).toBe(200);
  });

  test('is refused while it is read where its length is not known, and leaves nothing', async () => {
    const files = new DiskFiles(join(folder, 'large'));
    const chunk = Buffer.alloc(1024 * 1024);
    const endless = Readable.from(
      (function* () {
        for (;;) {
          yield chunk;
        }
      })(),
    );
    await expect(files.keep(endless)).rejects.toMatchObject({ outcome: { id: 'content-too-large' } });
    expect(await files.names()).toEqual([]);
  });

  test('that breaks off leaves nothing', async () => {
    const files = new DiskFiles(join(folder, 'broken'));
    const source = new Readable({ read: () => undefined });
    source.push('half');
    const kept = files.keep(source);
    source.destroy();
    await expect(kept).rejects.toMatchObject({ outcome: { issue: [{ code: 'invalid' }] } });
    expect(await files.names()).toEqual([]);
  });
});

describe('policies', () => {
  test('content that may not be created leaves no file', async () => {
    const member = await memberWith([{ resourceType: 'Binary', readonly: true }]);
    const before = await filesOf('main');
    const response = await member('/fhir/R4/Binary', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'x',
    });
    expect(response.status).toBe(403);
    expect(await filesOf('main')).toEqual(before);
  });

  test('content that belongs to a resource is for who may read that', async () => {
    const seen = await t.medplum.createResource<Patient>({ resourceType: 'Patient', active: true });
    const hidden = await t.medplum.createResource<Patient>({ resourceType: 'Patient', active: false });
    const of = (patient: Patient): Record<string, string> => ({
      'content-type': 'text/plain',
      'x-security-context': `Patient/${patient.id}`,
    });
    const open = await upload('open', of(seen));
    const closed = await upload('closed', of(hidden));
    const document = await t.medplum.createResource<DocumentReference>({
      resourceType: 'DocumentReference',
      status: 'current',
      content: [open, closed].map(({ id }) => ({ attachment: { url: `Binary/${id}` } })),
    });
    const member = await memberWith([
      { resourceType: 'Patient', criteria: 'Patient?active=true' },
      { resourceType: 'Binary' },
      { resourceType: 'DocumentReference' },
    ]);
    const statuses = await Promise.all(
      [open, closed].flatMap(({ id, meta }) =>
        [id, `${id}/_history`, `${id}/_history/${meta?.versionId}`].map(
          async (path) => (await member(`/fhir/R4/Binary/${path}`)).status,
        ),
      ),
    );
    expect(statuses).toEqual([200, 200, 200, 404, 404, 404]);
    const read = (await (await member(`/fhir/R4/DocumentReference/${document.id}`)).json()) as DocumentReference;
    expect(read.content.map(({ attachment }) => attachment.url)).toEqual([
      expect.stringContaining(`/storage/${open.id}/`),
      `Binary/${closed.id}`,
    ]);
  });
});

describe('a signed address', () => {
  let attachment: Attachment;
  let document: WithId<DocumentReference>;
  beforeAll(async () => {
    const { id } = await upload('signed');
    document = await t.medplum.createResource<DocumentReference>({
      resourceType: 'DocumentReference',
      status: 'current',
      content: [{ attachment: { url: `Binary/${id}` } }],
    });
    attachment = document.content[0]!.attachment;
  });

  test('is what a reader of an attachment gets, and opens without a token', async () => {
    const response = await fetch(attachment.url as string);
    expect([response.status, await response.text()]).toEqual([200, 'signed']);
  });

  test('is stored as a reference again', async () => {
    const updated = await t.medplum.updateResource<DocumentReference>({ ...document, status: 'superseded' });
    const stored = new DatabaseSync(join(folder, 'main', 'careline.sqlite'), { readOnly: true });
    const { content } = stored.prepare('SELECT content FROM resource WHERE id = ?').get(updated.id) as {
      content: string;
    };
    stored.close();
    expect(content).toMatch(/"url":"Binary\/[0-9a-f-]{36}"/);
  });

  test.each<[string, (url: URL) => void, number]>([
    ['another signature', (url) => url.searchParams.set('Signature', 'AAAA'), 401],
    ['no signature', (url) => url.searchParams.delete('Signature'), 401],
    ['a later end', (url) => url.searchParams.set('Expires', '99999999999'), 401],
    ['no end', (url) => url.searchParams.delete('Expires'), 410],
    ['another project', (url) => url.searchParams.set('Project', '0a9a1b9e-7d5c-4c9e-9a53-222222222222'), 401],
    ['another version', (url) => (url.pathname = `${url.pathname.slice(0, -1)}0`), 401],
    ['another Binary', (url) => (url.pathname = url.pathname.replace('/storage/', '/storage/0')), 401],
  ])('with %s is refused', async (_what, change, status) => {
    const url = new URL(attachment.url as string);
    change(url);
    expect((await fetch(url)).status).toBe(url.href === attachment.url ? 200 : status);
  });

  test('of what is deleted is refused', async () => {
    const { id, url } = await upload('deleted');
    await t.medplum.deleteResource('Binary', id);
    expect((await fetch(url)).status).toBe(410);
  });

  test('is good for an hour', async () => {
    await t.server.advance({ minutes: 59 });
    expect((await fetch(attachment.url as string)).status).toBe(200);
    await t.server.advance({ minutes: 2 });
    const late = await fetch(attachment.url as string);
    expect([late.status, await late.text()]).toEqual([410, 'URL has expired']);
  });
});

describe('after a restart', () => {
  test('addresses open, files that nothing names are gone, and content of earlier versions is there', async () => {
    const first = await start('restart');
    const { id, url } = await upload('new', undefined, first);
    const old = await upload('in the database', undefined, first);
    await first.server.close();
    const dataDir = join(folder, 'restart');
    const db = new DatabaseSync(join(dataDir, 'careline.sqlite'));
    db.prepare('DELETE FROM binary_file WHERE id = ?').run(old.id);
    db.prepare('INSERT INTO binary_content VALUES (?, ?, ?)').run(old.id, 'text/plain', Buffer.from('old'));
    db.close();
    await writeFile(join(dataDir, 'binary', 'orphan'), 'half an upload');

    const second = await start('restart');
    const path = new URL(url);
    expect(await (await fetch(`${second.server.baseUrl}${path.pathname}${path.search}`)).text()).toBe('new');
    expect(await contentOf(id, second)).toBe('new');
    expect(await contentOf(old.id, second)).toBe('old');
    const files = await filesOf('restart');
    expect(files).not.toContain('orphan');
    await second.fetch(`/fhir/R4/Binary/${old.id}`, {
      method: 'PUT',
      headers: { 'content-type': 'text/csv' },
      body: 'newer',
    });
    expect([await contentOf(old.id, second), await contentOf(old.id, second, old.meta?.versionId)]).toEqual([
      'newer',
      'old',
    ]);
    await second.server.close();
  });
});
