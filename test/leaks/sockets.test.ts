import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Parameters, Patient } from '@medplum/fhirtypes';
import { WebSocket } from 'ws';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { HIDDEN_TYPES, hiddenResource, World } from './world.ts';
import type { Member } from './world.ts';

let world: World;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  world = await World.build();
});
afterAll(async () => {
  sockets.forEach((socket) => socket.terminate());
  await world.server.server.close();
});

/** Listens as a member over one WebSocket, and gives what comes over it. */
async function listen(member: Member, criteria: readonly string[]): Promise<string[]> {
  const socket = new WebSocket(`${world.server.server.baseUrl.replace('http', 'ws')}/ws/subscriptions-r4`);
  sockets.push(socket);
  const came: string[] = [];
  socket.on('message', (data: Buffer) => came.push(data.toString()));
  await once(socket, 'open');
  const headers = { authorization: `Bearer ${await member.token()}` };
  for (const one of criteria) {
    const channel = { type: 'websocket' };
    const body = { resourceType: 'Subscription', status: 'active', reason: 'test', criteria: one, channel };
    const made = await member.ask('POST', 'Subscription', body);
    expect(made.status).toBe(201);
    const { id } = JSON.parse(made.text) as { id: string };
    const { text } = await member.ask('GET', `Subscription/${id}/$get-ws-binding-token`, undefined, headers);
    const token = (JSON.parse(text) as Parameters).parameter?.find(({ name }) => name === 'token')?.valueString;
    socket.send(JSON.stringify({ type: 'bind-with-token', payload: { token } }));
  }
  await waitFor('every handshake', async () =>
    came.filter((one) => one.includes('handshake')).length === criteria.length ? true : undefined,
  );
  return came;
}

test('nobody is told over a WebSocket of what they may not read', async () => {
  const own = `Patient/${world.seenPatient}`;
  const everything = await world.member('all-ears', [{ resourceType: '*' }]);
  const limited = await world.member('own-ears', [
    { resourceType: 'Subscription' },
    { resourceType: 'Patient', criteria: `Patient?_id=${world.seenPatient}`, hiddenFields: ['birthDate'] },
    ...HIDDEN_TYPES.filter((type) => type !== 'Patient').map((resourceType) => ({
      resourceType,
      criteria: `${resourceType}?_compartment=${own}`,
    })),
  ]);
  const blind = await world.member('no-ears', [{ resourceType: 'Subscription' }]);
  const told = new Map<string, string[]>();
  for (const [name, member] of Object.entries({ everything, limited, blind })) {
    told.set(name, await listen(member, HIDDEN_TYPES));
  }
  const ids = { seen: [] as string[], hidden: [] as string[] };
  for (const type of HIDDEN_TYPES.filter((candidate) => candidate !== 'Patient')) {
    const seen = await world.server.medplum.createResource(hiddenResource(type, world.seenPatient, `seen-${type}`));
    const hidden = await world.server.medplum.createResource(hiddenResource(type, world.hiddenPatient, `not-${type}`));
    ids.seen.push(seen.id);
    ids.hidden.push(hidden.id);
  }
  for (const id of [world.seenPatient, world.hiddenPatient]) {
    const patient = await world.server.medplum.readResource('Patient', id);
    await world.server.medplum.updateResource<Patient>({ ...patient, birthDate: '1999-09-09' });
  }
  for (const id of ids.hidden) {
    const type = HIDDEN_TYPES.filter((candidate) => candidate !== 'Patient')[ids.hidden.indexOf(id)] as string;
    await world.server.medplum.deleteResource(type as 'Task', id);
  }
  await world.server.server.drain();
  await waitFor('what the unlimited member hears', async () =>
    [...ids.seen, ...ids.hidden].every((id) => told.get('everything')?.join().includes(id)) ? true : undefined,
  );
  const limitedHeard = (told.get('limited') as string[]).join();
  expect(ids.seen.filter((id) => !limitedHeard.includes(id))).toEqual([]);
  expect(limitedHeard).toContain(`"id":"${world.seenPatient}"`);
  // What is hidden has left no trace: no id, no text, no field, not even that something happened.
  expect(
    [...ids.hidden, world.hiddenPatient, '1999-09-09', 'not-'].filter((text) => limitedHeard.includes(text)),
  ).toEqual([]);
  expect(told.get('limited')?.filter((one) => one.includes('event-notification'))).toHaveLength(ids.seen.length + 1);
  expect(told.get('blind')?.filter((one) => one.includes('event-notification'))).toEqual([]);
});
