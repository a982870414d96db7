import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Basic, Bundle, Extension, Patient, Subscription } from '@medplum/fhirtypes';
import { ManualClock } from '../manual-clock.ts';
import { TestServer } from '../testing.ts';

const EXTENSION = 'https://medplum.com/fhir/StructureDefinition';

let t: TestServer;

beforeAll(async () => {
  t = await TestServer.start({ clock: new ManualClock('2026-03-02T08:00:00Z') });
});

afterAll(() => t.server.close());

afterEach(async () => {
  for (const subscription of await t.medplum.searchResources('Subscription', undefined, { cache: 'reload' })) {
    await t.medplum.deleteResource('Subscription', subscription.id);
  }
});

/** A bot that leaves a Basic for each time that it was woken. */
const RECORD = `async (m, e) => { await m.createResource({ resourceType: 'Basic', code: { text: JSON.stringify({
  interaction: e.headers['X-Medplum-Interaction'], subscription: e.headers['X-Medplum-Subscription'],
  deleted: e.headers['X-Medplum-Deleted-Resource'], requester: e.requester.reference,
  id: (e.input.deletedResource ?? e.input).id, gender: (e.input.deletedResource ?? e.input).gender, type: e.contentType }) } }); }`;

interface Record {
  interaction: string;
  subscription: string;
  deleted?: string;
  requester: string;
  id: string;
  gender?: string;
  type: string;
}

/** What was recorded of a patient, in order. */
async function recordsOf(patient: Patient): Promise<Record[]> {
  await t.server.drain();
  const found = await t.medplum.searchResources(
    'Basic',
    { _count: '1000', _sort: '_lastUpdated' },
    { cache: 'reload' },
  );
  return found
    .map(({ code }: Basic) => JSON.parse(code.text as string) as Record)
    .filter(({ id }) => id === patient.id);
}

function create(fields: Partial<Patient> = {}): Promise<Patient & { id: string }> {
  return t.medplum.createResource<Patient>({ resourceType: 'Patient', ...fields });
}

function extension(name: string, value: Omit<Extension, 'url'>): { extension: Extension[] } {
  return { extension: [{ url: `${EXTENSION}/${name}`, ...value }] };
}

describe('a bot', () => {
  test('is woken once by each write that matches, with what was written', async () => {
    const bot = await t.bot(RECORD);
    const subscription = await t.subscribe(`Bot/${bot.id}`, 'Patient?gender=female');
    const other = await create({ gender: 'male' });
    const patient = await create({ gender: 'female' });
    expect(await recordsOf(other)).toEqual([]);
    expect(await recordsOf(patient)).toEqual([
      {
        interaction: 'create',
        subscription: subscription.id,
        requester: `ClientApplication/${t.server.credentials.clientId}`,
        id: patient.id,
        gender: 'female',
        type: 'application/fhir+json',
      },
    ]);
    await t.medplum.updateResource({ ...patient, active: true });
    // An update that changes nothing makes no version, and wakes nobody.
    await t.medplum.updateResource({ ...patient, active: true });
    // What is deleted before an update is delivered is not delivered as updated any more.
    await recordsOf(patient);
    await t.medplum.deleteResource('Patient', patient.id);
    const records = await recordsOf(patient);
    expect(records.map(({ interaction }) => interaction)).toEqual(['create', 'update', 'delete']);
    expect(records[2]).toMatchObject({ deleted: `Patient/${patient.id}`, gender: 'female' });
  });

  test('is woken by the interaction and the condition that the Subscription names', async () => {
    const bot = await t.bot(RECORD);
    await t.subscribe(
      `Bot/${bot.id}`,
      'Patient',
      extension('subscription-supported-interaction', { valueCode: 'update' }),
    );
    await t.subscribe(
      `Bot/${bot.id}`,
      'Patient',
      extension('fhir-path-criteria-expression', {
        valueString: '%previous.active.empty() and %current.active = true',
      }),
    );
    const patient = await create();
    expect(await recordsOf(patient)).toHaveLength(0);
    const active = await t.medplum.updateResource({ ...patient, active: true });
    expect(await recordsOf(patient)).toHaveLength(2);
    await t.medplum.updateResource({ ...active, gender: 'other' });
    expect(await recordsOf(patient)).toHaveLength(3);
  });

  test('is woken by what a transaction wrote, if it did', async () => {
    const bot = await t.bot(RECORD);
    await t.subscribe(`Bot/${bot.id}`, 'Patient');
    const bundle = (second: object): Bundle => ({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { request: { method: 'POST', url: 'Patient' }, resource: { resourceType: 'Patient', gender: 'unknown' } },
        { request: { method: 'POST', url: 'Patient' }, resource: { resourceType: 'Patient', ...second } },
      ],
    });
    const runs = t.server.botRuns.length;
    await t.medplum.executeBatch(bundle({ gender: { no: 'code' } })).catch(() => undefined);
    await t.server.drain();
    expect(t.server.botRuns).toHaveLength(runs);
    await t.medplum.executeBatch(bundle({}));
    await t.server.drain();
    expect(t.server.botRuns).toHaveLength(runs + 2);
  });

  test('that fails is not woken again, and leaves an AuditEvent', async () => {
    const bot = await t.bot('async () => { throw new Error("no"); }');
    await t.subscribe(`Bot/${bot.id}`, 'Patient');
    await create();
    await t.server.drain();
    await t.server.advance({ days: 1 });
    const events = await t.auditOf(bot);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ outcome: '4', outcomeDesc: expect.stringContaining('no') });
  });

  test('may wake others by what it writes', async () => {
    const bot = await t.bot(RECORD);
    const first = await t.bot(`async (m, e) => { if (!e.input.active) {
      await m.updateResource({ ...e.input, active: true }); } }`);
    await t.subscribe(`Bot/${first.id}`, 'Patient');
    await t.subscribe(`Bot/${bot.id}`, 'Patient?active=true');
    const patient = await create();
    expect(await recordsOf(patient)).toMatchObject([{ interaction: 'update', requester: `Bot/${first.id}` }]);
  });

  test('is not woken by a Subscription that is off, nor by AuditEvents', async () => {
    const bot = await t.bot(RECORD);
    const subscription = await t.subscribe(`Bot/${bot.id}`, 'Patient');
    await t.subscribe(`Bot/${bot.id}`, 'AuditEvent');
    await t.medplum.updateResource<Subscription>({ ...subscription, status: 'off' });
    expect(await recordsOf(await create())).toEqual([]);
    expect(await t.auditOf(bot)).toEqual([]);
  });

  test('waits until one of twenty places is free', async () => {
    const bot = await t.bot('async () => { await new Promise((r) => require("timers").setTimeout(r, 50)); }');
    await t.subscribe(`Bot/${bot.id}`, 'Patient');
    const before = t.server.botRuns.length;
    await Promise.all(Array.from({ length: 45 }, () => create()));
    await t.server.drain();
    expect(t.server.botRuns).toHaveLength(before + 45);
  });
});

describe('a URL', () => {
  let hook: Server;
  let url: string;
  let status = 200;
  const calls: { path: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];

  beforeAll(async () => {
    hook = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        calls.push({ path: req.url, headers: req.headers, body });
        res.writeHead(status, status === 307 ? { location: `${url}elsewhere` } : {}).end();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  });

  afterAll(() => {
    hook.closeAllConnections();
    hook.close();
  });

  afterEach(() => {
    calls.length = 0;
    status = 200;
  });

  test('is called with the resource, signed', async () => {
    const secret = 'https://www.medplum.com/fhir/StructureDefinition/subscription-secret';
    const subscription = await t.subscribe(url, 'Patient', {
      channel: { type: 'rest-hook', endpoint: url, header: ['X-Mine: yes'] },
      extension: [{ url: secret, valueString: 'shh' }],
    });
    const patient = await create();
    await t.server.drain();
    expect(calls).toHaveLength(1);
    const [{ headers, body }] = calls as [(typeof calls)[0]];
    expect(JSON.parse(body)).toMatchObject({ resourceType: 'Patient', id: patient.id });
    expect(headers).toMatchObject({
      'content-type': 'application/fhir+json',
      'x-mine': 'yes',
      'x-medplum-subscription': subscription.id,
      'x-medplum-interaction': 'create',
      'x-signature': createHmac('sha256', 'shh').update(body).digest('hex'),
    });
  });

  test('that fails is called four times, further and further apart', async () => {
    status = 500;
    await t.subscribe(url, 'Patient');
    await create();
    await t.server.drain();
    const counts = [calls.length];
    for (const seconds of [19, 1, 39, 1, 79, 1, 86_400]) {
      await t.server.advance({ seconds });
      counts.push(calls.length);
    }
    expect(counts).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  });

  test('is called as often, and with what success is, as the Subscription says', async () => {
    status = 404;
    const max = { url: `${EXTENSION}/subscription-max-attempts`, valueInteger: 2 };
    await t.subscribe(url, 'Patient', { extension: [max] });
    await create();
    await t.server.drain();
    await t.server.advance({ days: 1 });
    expect(calls).toHaveLength(2);
    for (const subscription of await t.medplum.searchResources('Subscription', undefined, { cache: 'reload' })) {
      await t.medplum.deleteResource('Subscription', subscription.id);
    }
    calls.length = 0;
    await t.subscribe(url, 'Patient', extension('subscription-success-codes', { valueString: '200,400-410' }));
    await create();
    await t.server.drain();
    await t.server.advance({ days: 1 });
    expect(calls).toHaveLength(1);
  });

  test('that sends on to another address has failed: what is about patients is not carried there', async () => {
    status = 307;
    await t.subscribe(url, 'Patient');
    await create();
    await t.server.drain();
    await t.server.advance({ seconds: 20 });
    expect(calls.map(({ path }) => path)).toEqual(['/', '/']);
  });

  test('hears of a deletion by a header', async () => {
    const patient = await create();
    await t.subscribe(url, 'Patient');
    await t.medplum.deleteResource('Patient', patient.id);
    await t.server.drain();
    expect(calls.map(({ body }) => body)).toEqual(['{}']);
    expect(calls[0]?.headers).toMatchObject({
      'x-medplum-interaction': 'delete',
      'x-medplum-deleted-resource': `Patient/${patient.id}`,
    });
  });

  test('that nobody answers at is tried again, and each try leaves an AuditEvent', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const subscription = await t.subscribe(`http://127.0.0.1:${port}/`, 'Patient');
    await create();
    await t.server.drain();
    await t.server.advance({ days: 1 });
    const events = await t.medplum.searchResources('AuditEvent', { _count: '1000' }, { cache: 'reload' });
    const ours = events.filter(({ source }) => source.observer.reference === `Subscription/${subscription.id}`);
    expect(ours.map(({ outcome, outcomeDesc }) => `${outcome} ${outcomeDesc}`).sort()).toEqual(
      [0, 1, 2, 3].map((attempt) => expect.stringMatching(`^4 Attempt ${attempt} received error \\w+$`)),
    );
  });

  test('gets attachments by addresses that open without a token', async () => {
    const made = await t.fetch('/fhir/R4/Binary', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'attached',
    });
    const { id } = (await made.json()) as { id: string };
    await t.subscribe(url, 'Patient');
    await create({ photo: [{ url: `Binary/${id}` }] });
    await t.server.drain();
    const { photo } = JSON.parse(calls[0]?.body ?? '{}') as Patient;
    expect(await (await fetch(photo?.[0]?.url as string)).text()).toBe('attached');
  });

  test('is called by https alone, unless the server is told otherwise', async () => {
    const strict = await TestServer.start({ httpHooks: false });
    await strict.subscribe(url, 'Patient');
    await strict.medplum.createResource({ resourceType: 'Patient' });
    await strict.server.drain();
    expect(calls).toEqual([]);
    const [event] = await strict.medplum.searchResources('AuditEvent', { type: 'transmit' });
    expect(event).toMatchObject({ outcome: '4', outcomeDesc: expect.stringContaining('https') });
    await strict.server.close();
  });

  test('is not called again about a version that is no longer the latest', async () => {
    status = 500;
    await t.subscribe(url, 'Patient?gender=female');
    const patient = await create({ gender: 'female' });
    await t.server.drain();
    await t.medplum.updateResource({ ...patient, gender: 'male' });
    await t.server.advance({ days: 1 });
    expect(calls).toHaveLength(1);
  });
});
