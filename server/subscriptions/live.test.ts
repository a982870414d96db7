import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import type { SubscriptionEmitter, WithId } from '@medplum/core';
import type {
  AccessPolicyResource,
  Bundle,
  ClientApplication,
  OperationOutcome,
  Parameters,
  Patient,
  Resource,
  Subscription,
  SubscriptionStatus,
} from '@medplum/fhirtypes';
import { WebSocket } from 'ws';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { MAX_LISTENING } from '../fhir/passing.ts';
import { DEFAULT_PATIENCE } from '../http/listen.ts';
import { MAX_UNKNOWN } from '../http/sockets.ts';
import { ManualClock } from '../manual-clock.ts';
import { TestServer } from '../testing.ts';

/** As the machine's, so that a client that looks at a token's `exp` agrees with the server. */
const clock = new ManualClock();
let t: TestServer;
const open: WebSocket[] = [];
const clients: MedplumClient[] = [];

beforeAll(async () => {
  t = await TestServer.start({ clock, patience: { ...DEFAULT_PATIENCE, heartbeat: 100, binding: 300 } });
});
beforeEach(async () => {
  // What an earlier test let time run out of is fetched anew.
  await t.medplum.startClientLogin(t.server.credentials.clientId, t.server.credentials.clientSecret);
});
afterEach(() => {
  clients.splice(0).forEach((client) => client.getSubscriptionManager().closeWebSocket());
  open.splice(0).forEach((socket) => socket.terminate());
});
afterAll(() => t.server.close());

/** A member of their own, signed in. */
async function member(resource: AccessPolicyResource[], on = t): Promise<{ medplum: MedplumClient; id: string }> {
  const accessPolicy = await on.medplum.createResource({ resourceType: 'AccessPolicy', name: 'test', resource });
  const client = await on.medplum.post<WithId<ClientApplication>>(`admin/projects/${on.projectId}/client`, {
    name: 'listener',
    accessPolicy: { reference: `AccessPolicy/${accessPolicy.id}` },
  });
  const medplum = new MedplumClient({ baseUrl: on.server.baseUrl, fetch });
  await medplum.startClientLogin(client.id, client.secret as string);
  return { medplum, id: client.id };
}

const LISTENS: AccessPolicyResource = { resourceType: 'Subscription' };

/** Listens as Medplum's pages do, and resolves when the server has said that it will tell. */
async function listen(medplum: MedplumClient, criteria: string): Promise<{ told: Resource[]; ended: () => boolean }> {
  const emitter: SubscriptionEmitter = medplum.subscribeToCriteria(criteria);
  clients.push(medplum);
  const told: Resource[] = [];
  let closed = false;
  emitter.addEventListener('message', ({ payload }) => told.push(payload.entry?.[1]?.resource as Resource));
  emitter.addEventListener('close', () => (closed = true));
  await new Promise<void>((resolve) => emitter.addEventListener('connect', () => resolve()));
  return { told, ended: () => closed };
}

/** A bare WebSocket, with what came over it. */
async function connect(on = t): Promise<{ socket: WebSocket; came: (Bundle | OperationOutcome)[] }> {
  const socket = new WebSocket(`${on.server.baseUrl.replace('http', 'ws')}/ws/subscriptions-r4`);
  const came: (Bundle | OperationOutcome)[] = [];
  socket.on('message', (data: Buffer) => came.push(JSON.parse(data.toString()) as Bundle));
  open.push(socket);
  await once(socket, 'open');
  return { socket, came };
}

const WEBSOCKET: Subscription = {
  resourceType: 'Subscription',
  status: 'active',
  reason: 'test',
  criteria: 'Patient',
  channel: { type: 'websocket' },
};

async function tokenFor(medplum: MedplumClient, id: string): Promise<string> {
  const path = medplum.fhirUrl('Subscription', id, '$get-ws-binding-token');
  const { parameter } = await medplum.get<Parameters>(path, { cache: 'no-cache' });
  expect(parameter?.find(({ name }) => name === 'websocket-url')?.valueUrl).toMatch(/^ws:.*\/ws\/subscriptions-r4$/);
  expect(Date.parse(parameter?.find(({ name }) => name === 'expiration')?.valueDateTime ?? '')).toBe(
    clock.now() + 3_600_000,
  );
  return parameter?.find(({ name }) => name === 'token')?.valueString as string;
}

const bind = (token: unknown): string => JSON.stringify({ type: 'bind-with-token', payload: { token } });

/** The statuses that came, by their kind. */
function statuses(came: readonly (Bundle | OperationOutcome)[]): (string | undefined)[] {
  return came.map((one) =>
    one.resourceType === 'Bundle' ? (one.entry?.[0]?.resource as SubscriptionStatus).type : one.issue[0]?.code,
  );
}

async function write(fields: Partial<Patient> = {}): Promise<WithId<Patient>> {
  const patient = await t.medplum.createResource<Patient>({ resourceType: 'Patient', ...fields });
  await t.server.drain();
  return patient;
}

describe('a client of Medplum', () => {
  test('hears of what matches, as it was written, and in order', async () => {
    const { medplum } = await member([{ resourceType: '*' }]);
    const { told } = await listen(medplum, 'Patient?gender=female');
    await write({ gender: 'male' });
    const patient = await write({ gender: 'female' });
    const changed = await t.medplum.updateResource<Patient>({ ...patient, active: true });
    await t.medplum.deleteResource('Patient', patient.id);
    await waitFor('three events', async () => told.length >= 3 || undefined);
    expect(told.map(({ meta }) => meta?.versionId)).toEqual([
      patient.meta?.versionId,
      changed.meta?.versionId,
      changed.meta?.versionId,
    ]);
  });

  test('hears of nothing that a transaction took back', async () => {
    const { medplum } = await member([{ resourceType: '*' }]);
    const { told } = await listen(medplum, 'Patient');
    const entry = [{}, { gender: { no: 'code' } }].map((fields) => ({
      request: { method: 'POST' as const, url: 'Patient' },
      resource: { resourceType: 'Patient', ...fields } as Patient,
    }));
    await t.medplum.executeBatch({ resourceType: 'Bundle', type: 'transaction', entry }).catch(() => undefined);
    const patient = await write();
    await waitFor('an event', async () => told[0]);
    expect(told.map(({ id }) => id)).toEqual([patient.id]);
  });

  test('hears of what it may see, as it may see it', async () => {
    const seeing = { resourceType: 'Patient', criteria: 'Patient?active=true', hiddenFields: ['birthDate'] };
    const { medplum } = await member([seeing, LISTENS]);
    const { told } = await listen(medplum, 'Patient');
    const guess = await listen(medplum, 'Patient?birthdate=1971-02-03');
    await write({ active: false, birthDate: '1971-02-03' });
    const seen = await write({ active: true, birthDate: '1971-02-03' });
    await waitFor('an event', async () => told[0]);
    await t.server.drain();
    expect(told).toMatchObject([{ id: seen.id, active: true }]);
    expect(told[0]).not.toHaveProperty('birthDate');
    expect(guess.told).toEqual([]);
  });

  test('that is no member any more is sent away, and hears nothing', async () => {
    const { medplum, id } = await member([{ resourceType: '*' }]);
    const { told, ended } = await listen(medplum, 'Patient');
    const [membership] = await t.medplum.searchResources('ProjectMembership', { profile: `ClientApplication/${id}` });
    await t.medplum.delete(`admin/projects/${t.projectId}/members/${membership?.id}`);
    await waitFor('the end of the connection', async () => ended() || undefined);
    await write();
    expect(told).toEqual([]);
  });

  test('that signed out is sent away', async () => {
    const { medplum } = await member([{ resourceType: '*' }]);
    const { ended } = await listen(medplum, 'Patient');
    await fetch(`${t.server.baseUrl}/oauth2/logout`, {
      method: 'POST',
      headers: { authorization: `Bearer ${medplum.getAccessToken()}` },
    });
    await waitFor('the end of the connection', async () => ended() || undefined);
  });

  test('leaves no Subscription behind', async () => {
    const { medplum } = await member([{ resourceType: '*' }]);
    await listen(medplum, 'Patient?gender=other');
    expect(await t.medplum.searchResources('Subscription', {}, { cache: 'reload' })).toHaveLength(0);
    medplum.getSubscriptionManager().closeWebSocket();
    clients.pop();
    await waitFor('its end', async () => ((await metric('subscriptions')) === 0 ? true : undefined));
  });
});

/** What the metrics say of WebSockets. */
async function metric(what: string): Promise<number> {
  const text = await (await fetch(`${t.server.baseUrl}/metrics`)).text();
  return Number(new RegExp(`^careline_websockets\\{what="${what}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
}

describe('a connection', () => {
  test('is answered in kind: handshake, pong, heartbeat, the end of listening', async () => {
    const { id } = await t.medplum.createResource(WEBSOCKET);
    const token = await tokenFor(t.medplum, id);
    const { socket, came } = await connect();
    socket.send(bind(token));
    await waitFor('a heartbeat', async () => statuses(came).includes('heartbeat') || undefined);
    expect(statuses(came)[0]).toBe('handshake');
    expect(came[0]).toMatchObject({
      type: 'history',
      entry: [{ resource: { resourceType: 'SubscriptionStatus', subscription: { reference: `Subscription/${id}` } } }],
    });
    expect([await metric('connections'), await metric('subscriptions')]).toEqual([1, 1]);
    socket.send(JSON.stringify({ type: 'ping' }));
    await waitFor('a pong', async () => came.some((one) => (one as { type?: string }).type === 'pong') || undefined);
    socket.send(JSON.stringify({ type: 'unbind-from-token', payload: { token } }));
    await waitFor('the end', async () => ((await metric('subscriptions')) === 0 ? true : undefined));
    await expect(tokenFor(t.medplum, id)).rejects.toThrow(/Error reading subscription/);
  });

  test('is told what is wrong with what it says', async () => {
    const { id } = await t.medplum.createResource(WEBSOCKET);
    const { socket, came } = await connect();
    socket.send('{');
    socket.send(JSON.stringify({ type: 'sing' }));
    socket.send(bind(7));
    socket.send(bind('no.token'));
    socket.send(bind(t.medplum.getAccessToken()));
    socket.send(bind(await tokenFor(t.medplum, id)));
    await waitFor('six answers', async () => came.length >= 6 || undefined);
    expect(statuses(came).slice(0, 6)).toEqual([...Array<string>(5).fill('invalid'), 'handshake']);
    // A token for a connection is good for nothing else.
    const headers = { authorization: `Bearer ${await tokenFor(t.medplum, id)}` };
    expect((await fetch(`${t.server.baseUrl}/fhir/R4/Patient`, { headers })).status).toBe(401);
  });

  test('hears nothing once its token is too old', async () => {
    const { id } = await t.medplum.createResource(WEBSOCKET);
    const { socket, came } = await connect();
    socket.send(bind(await tokenFor(t.medplum, id)));
    await waitFor('a handshake', async () => came[0]);
    const closed = once(socket, 'close');
    await t.server.advance({ minutes: 61 });
    await write();
    expect((await closed)[0]).toBe(1008);
    expect(statuses(came)).not.toContain('event-notification');
  });

  test('that binds nothing, or says too much, is let go', async () => {
    const silent = await connect();
    const [code] = (await once(silent.socket, 'close')) as [number];
    expect(code).toBe(1008);
    const loud = await connect();
    loud.socket.send('x'.repeat(20_000));
    expect((await once(loud.socket, 'close'))[0]).toBe(1009);
  });

  test('comes in although others have taken all places for those who say nothing', async () => {
    const other = await TestServer.start();
    const silent = await Promise.all(Array.from({ length: MAX_UNKNOWN }, () => connect(other)));
    const gone = once(silent[0]!.socket, 'close');
    const { socket, came } = await connect(other);
    await gone;
    socket.send(JSON.stringify({ type: 'ping' }));
    await waitFor('an answer', async () => came[0]);
    expect(silent.filter(({ socket: { readyState } }) => readyState === WebSocket.OPEN)).toHaveLength(MAX_UNKNOWN - 1);
    await other.server.close();
  });

  test('is at its one path', async () => {
    const socket = new WebSocket(`${t.server.baseUrl.replace('http', 'ws')}/ws/echo`);
    const [err] = (await once(socket, 'error')) as [Error];
    expect(err.message).toContain('404');
    expect((await fetch(`${t.server.baseUrl}/ws/subscriptions-r4`)).status).toBe(426);
    // Who asks for HTTP/2 in the same words is served as it is.
    const asking = request(`${t.server.baseUrl}/healthcheck`, { headers: { connection: 'Upgrade', upgrade: 'h2c' } });
    const [response] = (await once(asking.end(), 'response')) as [IncomingMessage];
    expect(response.resume().statusCode).toBe(200);
  });

  test('ends with the server, which says so', async () => {
    const other = await TestServer.start();
    const { socket } = await connect(other);
    const closed = once(socket, 'close');
    await other.server.close();
    expect((await closed)[0]).toBe(1001);
  });
});

describe('a Subscription over WebSocket', () => {
  test('is one of so many for each member', async () => {
    const { medplum } = await member([{ resourceType: '*' }]);
    const { socket, came } = await connect();
    for (let i = 0; i < MAX_LISTENING; i++) {
      const { id } = await medplum.createResource(WEBSOCKET);
      socket.send(bind(await tokenFor(medplum, id)));
    }
    await waitFor('all handshakes', async () =>
      statuses(came).filter((status) => status === 'handshake').length === MAX_LISTENING ? true : undefined,
    );
    await expect(medplum.createResource(WEBSOCKET)).rejects.toThrow(/at once/);
    await t.medplum.createResource(WEBSOCKET);
  });

  test('is changed and deleted as others are, and its channel stays', async () => {
    const made = await t.medplum.createResource(WEBSOCKET);
    const { socket, came } = await connect();
    socket.send(bind(await tokenFor(t.medplum, made.id)));
    await waitFor('a handshake', async () => came[0]);
    await t.medplum.updateResource({ ...made, criteria: 'Patient?active=true' });
    await write({ active: false });
    await write({ active: true });
    await waitFor('an event', async () => statuses(came).includes('event-notification') || undefined);
    expect(statuses(came).filter((status) => status === 'event-notification')).toHaveLength(1);
    const hook = { type: 'rest-hook' as const, endpoint: 'https://example.com/' };
    await expect(t.medplum.updateResource({ ...made, channel: hook })).rejects.toThrow(/WebSocket/);
    await t.medplum.deleteResource('Subscription', made.id);
    await expect(t.medplum.readResource('Subscription', made.id, { cache: 'reload' })).rejects.toThrow(/Not found/);
  });

  test('gives a token to those who may read it and have signed in', async () => {
    const { id } = await t.medplum.createResource(WEBSOCKET);
    const { medplum: stranger } = await member([{ resourceType: 'Patient' }]);
    await expect(tokenFor(stranger, id)).rejects.toThrow(/Error reading subscription/);
    const { clientId, clientSecret } = t.server.credentials;
    const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
    const path = `${t.server.baseUrl}/fhir/R4/Subscription/${id}/$get-ws-binding-token`;
    expect((await fetch(path, { headers: basic })).status).toBe(400);
    const hook = await t.medplum.createResource<Subscription>({
      ...WEBSOCKET,
      channel: { type: 'rest-hook', endpoint: 'https://example.com/' },
    });
    await expect(tokenFor(t.medplum, hook.id)).rejects.toThrow(/type websocket/);
    await t.medplum.deleteResource('Subscription', hook.id);
  });
});

test('only pages of the origins that are allowed may connect and call', async () => {
  const strict = await TestServer.start({ allowedOrigins: ['https://clinic.example'] });
  const from = async (origin: string): Promise<string | null> => {
    const options = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } };
    return (await fetch(`${strict.server.baseUrl}/fhir/R4/Patient`, options)).headers.get(
      'access-control-allow-origin',
    );
  };
  expect(await from('https://clinic.example')).toBe('https://clinic.example');
  expect(await from('https://elsewhere.example')).toBeNull();
  const address = `${strict.server.baseUrl.replace('http', 'ws')}/ws/subscriptions-r4`;
  const refused = new WebSocket(address, { origin: 'https://elsewhere.example' });
  expect(((await once(refused, 'error')) as [Error])[0].message).toContain('403');
  const allowed = new WebSocket(address, { origin: 'https://clinic.example' });
  await once(allowed, 'open');
  await strict.server.close();
});
