import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Patient, Subscription } from '@medplum/fhirtypes';
import { World } from './world.ts';
import type { Member } from './world.ts';

let world: World;
let hook: Server;
/** What came, by the path that it came to. */
const calls: { path: string; body: string; headers: string }[] = [];

beforeAll(async () => {
  world = await World.build();
  hook = createServer((req, res) => {
    void text(req).then((body) => {
      calls.push({ path: req.url ?? '', body, headers: JSON.stringify(req.headers) });
      res.writeHead(200).end();
    });
  });
  hook.listen(0, '127.0.0.1');
  await once(hook, 'listening');
});
afterAll(async () => {
  hook.closeAllConnections();
  hook.close();
  await world.server.server.close();
});

async function subscribe(
  member: Member,
  path: string,
  criteria: string,
  more: Partial<Subscription> = {},
): Promise<void> {
  const endpoint = `http://127.0.0.1:${(hook.address() as AddressInfo).port}${path}`;
  const channel = { type: 'rest-hook', endpoint };
  const body = { resourceType: 'Subscription', status: 'active', reason: 'test', criteria, channel, ...more };
  expect((await member.ask('POST', 'Subscription', body)).status).toBe(201);
}

test('a Subscription tells its author what they may see, and nothing else', async () => {
  const subscriptions = { resourceType: 'Subscription' };
  const criteria = { resourceType: 'Patient', criteria: 'Patient?active=true', hiddenFields: ['birthDate', 'name'] };
  const everything = await world.member('everything', [{ resourceType: 'Patient' }, subscriptions]);
  const limited = await world.member('limited', [criteria, subscriptions]);
  const blind = await world.member('blind', [subscriptions]);
  const condition = {
    url: 'https://medplum.com/fhir/StructureDefinition/fhir-path-criteria-expression',
    valueString: "%current.birthDate = @1971-02-03 and %current.name.family = 'Hiddenname'",
  };
  for (const [name, member] of Object.entries({ everything, limited, blind })) {
    await subscribe(member, `/${name}/all`, 'Patient');
    await subscribe(member, `/${name}/guess`, 'Patient?birthdate=1971-02-03');
    await subscribe(member, `/${name}/condition`, 'Patient', { extension: [condition] });
  }
  const make = async (active: boolean): Promise<Patient> =>
    world.server.medplum.createResource<Patient>({
      resourceType: 'Patient',
      active,
      birthDate: '1971-02-03',
      name: [{ family: 'Hiddenname' }],
    });
  const seen = await make(true);
  const unseen = await make(false);
  await world.server.server.drain();
  for (const { id } of [seen, unseen]) {
    await world.server.medplum.deleteResource('Patient', id as string);
  }
  await world.server.server.drain();

  const paths = (name: string): string[] =>
    calls.filter(({ path }) => path.startsWith(`/${name}/`)).map(({ path }) => path);
  // Two creations and two deletions, by each of the three.
  expect(paths('everything')).toHaveLength(12);
  expect(calls.some(({ path, body }) => path === '/everything/guess' && body.includes('Hiddenname'))).toBe(true);
  expect(paths('blind')).toEqual([]);
  expect(new Set(paths('limited'))).toEqual(new Set(['/limited/all']));
  const told = calls.filter(({ path }) => path.startsWith('/limited/')).map(({ body, headers }) => body + headers);
  expect(told).toHaveLength(2);
  for (const one of told) {
    expect(one).toContain(seen.id);
    expect([one.includes(unseen.id as string), one.includes('Hiddenname'), one.includes('1971')]).toEqual([
      false,
      false,
      false,
    ]);
  }
});

test('who is no member any more hears nothing', async () => {
  const leaver = await world.member('leaver', [{ resourceType: 'Patient' }, { resourceType: 'Subscription' }]);
  await subscribe(leaver, '/leaver', 'Patient');
  const { medplum, projectId } = world.server;
  const [membership] = await medplum.searchResources('ProjectMembership', {
    'profile:ClientApplication.name': 'leaver',
  });
  calls.length = 0;
  await medplum.createResource({ resourceType: 'Patient' });
  await world.server.server.drain();
  expect(calls.filter(({ path }) => path === '/leaver')).toHaveLength(1);
  await medplum.delete(`admin/projects/${projectId}/members/${membership!.id}`);
  await medplum.createResource({ resourceType: 'Patient' });
  await world.server.server.drain();
  expect(calls.filter(({ path }) => path === '/leaver')).toHaveLength(1);
});
