import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AccessPolicyResource, Bundle, Task } from '@medplum/fhirtypes';
import { PROBES } from './probes.ts';
import type { Probe } from './probes.ts';
import { guess, HIDDEN_TYPES, PATIENT_PARAMETER, World } from './world.ts';
import type { Answer, HiddenType, Item, Member } from './world.ts';

interface Role {
  readonly name: string;
  readonly rules: (world: World) => AccessPolicyResource[];
  readonly parameters?: (world: World) => Record<string, string>;
}

/** Everybody may call the operation that looks at a resource. */
const OPERATIONS = ['OperationDefinition', 'Bot'].map((resourceType) => ({ resourceType, readonly: true }));

const WRITABLE = [...HIDDEN_TYPES, 'Basic'] as const;

/** Each hides the second patient and all that is about them, in another way. */
const ROLES: readonly Role[] = [
  {
    name: 'a patient, by a parameter',
    rules: () => [
      ...HIDDEN_TYPES.map((type) => ({
        resourceType: type,
        criteria: `${type}?${PATIENT_PARAMETER[type]}=${type === 'Patient' ? '%patient.id' : '%patient'}`,
      })),
      { resourceType: 'Basic' },
    ],
    parameters: ({ seenPatient }) => ({ patient: `Patient/${seenPatient}` }),
  },
  {
    name: 'a compartment',
    rules: ({ seenPatient }) => [
      ...HIDDEN_TYPES.map((type) => ({ resourceType: type, compartment: { reference: `Patient/${seenPatient}` } })),
      { resourceType: 'Basic' },
    ],
  },
  {
    name: 'criteria on all types',
    rules: ({ seenPatient }) => [{ resourceType: '*', criteria: `*?_compartment=Patient/${seenPatient}` }],
  },
  {
    name: 'read-only',
    rules: ({ seenPatient }) =>
      HIDDEN_TYPES.map((type) => ({
        resourceType: type,
        readonly: true,
        criteria: `${type}?${PATIENT_PARAMETER[type]}=${type === 'Patient' ? '' : 'Patient/'}${seenPatient}`,
      })),
  },
  { name: 'other types only', rules: () => [{ resourceType: 'Practitioner' }, { resourceType: 'Basic' }] },
  {
    name: '%profile',
    rules: () => [
      ...HIDDEN_TYPES.map((type) => ({ resourceType: type, criteria: `${type}?_tag=%profile.id` })),
      { resourceType: 'Basic' },
    ],
  },
];

let world: World;
let everything: Member;
const members = new Map<string, Member>();

beforeAll(async () => {
  world = await World.build();
  everything = await world.member(
    'everything',
    [...WRITABLE, 'Practitioner', 'OperationDefinition', 'Bot'].map((resourceType) => ({ resourceType })),
  );
  for (const { name, rules, parameters } of ROLES) {
    members.set(name, await world.member(name, [...rules(world), ...OPERATIONS], parameters?.(world)));
  }
});
afterAll(() => world.server.server.close());

const applies = ({ only }: Probe, type: HiddenType): boolean => only?.includes(type) ?? true;

const CASES = PROBES.flatMap((probe) =>
  HIDDEN_TYPES.filter((type) => applies(probe, type)).map((type) => ({ probe, type })),
);

async function ask(member: Member, probe: Probe, item: Item): Promise<Answer> {
  const { method, path, body, headers } = probe.request(item, world);
  return member.ask(method, path, body, headers);
}

/** An answer without what the question said, and what differs from one moment to the next. */
function comparable({ status, text }: Answer, item: Item): string {
  const asked = [item.id, item.version, item.canary, world.hiddenPatient];
  const said = asked.reduce((rest, word) => rest.replaceAll(encodeURIComponent(word), '?').replaceAll(word, '?'), text);
  return `${status} ${said}`
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'id')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time');
}

describe('the test can fail: whoever may see everything can tell what there is from what there is not, on', () => {
  test.each(CASES.filter(({ probe }) => !probe.tellsNothing))('$probe.name of $type', async ({ probe, type }) => {
    const item = probe.changes ? await world.add(type) : (world.items.get(type) as Item);
    const there = comparable(await ask(everything, probe, item), item);
    const other = guess(type);
    expect(there).not.toBe(comparable(await ask(everything, probe, other), other));
  });
});

describe.each(ROLES)('$name', ({ name }) => {
  test.each(PROBES)('learns nothing by $name', async (probe) => {
    const member = members.get(name) as Member;
    for (const type of HIDDEN_TYPES.filter((candidate) => applies(probe, candidate))) {
      const item = world.items.get(type) as Item;
      const answer = await ask(member, probe, item);
      const other = guess(type);
      expect([type, comparable(answer, item)]).toEqual([type, comparable(await ask(member, probe, other), other)]);
      // Nothing that is hidden stands in it, but what the question said itself.
      for (const { canary, type: from } of world.items.values()) {
        expect([from, from !== type && answer.text.includes(canary)]).toEqual([from, false]);
      }
    }
  });

  test('has changed nothing that it may not see', async () => {
    const before = [...world.items.values()].map(({ version }) => version);
    expect(await world.versions()).toEqual(before);
  });

  test('does not see what is deleted, either', async () => {
    const member = members.get(name) as Member;
    const item = await world.add('Observation');
    await world.server.medplum.deleteResource('Observation', item.id);
    for (const probe of PROBES.filter((candidate) => applies(candidate, 'Observation'))) {
      const other = guess('Observation');
      expect([probe.name, comparable(await ask(member, probe, item), item)]).toEqual([
        probe.name,
        comparable(await ask(member, probe, other), other),
      ]);
    }
  });
});

test.each(['a patient, by a parameter', 'a compartment', 'read-only'])('%s sees what is theirs', async (name) => {
  for (const type of HIDDEN_TYPES) {
    const query = type === 'Patient' ? `_id=${world.seenPatient}` : `identifier=visible-${type}`;
    const { text } = await (members.get(name) as Member).ask('GET', `${type}?${query}&_total=accurate`);
    expect([type, (JSON.parse(text) as { total: number }).total]).toEqual([type, 1]);
  }
});

test('%profile is whoever asks', async () => {
  const rule = { resourceType: 'Task', criteria: 'Task?owner=%profile' };
  const [one, other] = [await world.member('one', [rule]), await world.member('other', [rule])];
  const { medplum } = world.server;
  const tasks = await Promise.all(
    [one, other].map(({ profile }) =>
      medplum.createResource<Task>({ resourceType: 'Task', status: 'requested', intent: 'order', owner: profile }),
    ),
  );
  for (const [index, member] of [one, other].entries()) {
    const { text } = await member.ask('GET', 'Task');
    const found = (JSON.parse(text) as Bundle).entry?.map(({ resource }) => resource?.id);
    expect(found).toEqual([tasks[index]?.id]);
    const statuses = await Promise.all(tasks.map(async ({ id }) => (await member.ask('GET', `Task/${id}`)).status));
    expect(statuses).toEqual(index === 0 ? [200, 404] : [404, 200]);
    // Nobody takes over what is another's, or gives away what they could not see then.
    const mine = tasks[index] as Task;
    expect(
      (await member.ask('PUT', `Task/${mine.id}`, { ...mine, owner: { reference: 'Practitioner/x' } })).status,
    ).toBe(403);
  }
});

test('a version that was about somebody else is not seen by whoever may see the present one', async () => {
  const item = await world.add('Observation');
  const { medplum } = world.server;
  const now = await medplum.readResource('Observation', item.id);
  await medplum.updateResource({ ...now, subject: { reference: `Patient/${world.seenPatient}` }, valueString: 'now' });
  for (const name of ['a patient, by a parameter', 'a compartment', 'read-only']) {
    const member = members.get(name) as Member;
    expect([name, (await member.ask('GET', `Observation/${item.id}`)).status]).toEqual([name, 200]);
    const history = await member.ask('GET', `Observation/${item.id}/_history`);
    expect((JSON.parse(history.text) as { total: number }).total).toBe(1);
    expect(history.text).not.toContain(`"valueString":"${item.canary}"`);
    expect((await member.ask('GET', `Observation/${item.id}/_history/${item.version}`)).status).toBe(404);
  }
});

test('a batch that asks for everything that is hidden finds nothing of it', async () => {
  const urls = [...world.items.values()].flatMap(({ type, id }) => [`${type}/${id}`, `${type}?_count=1000`, type]);
  const body = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: urls.map((url) => ({ request: { method: 'GET', url } })),
  };
  const all = await everything.ask('POST', '', body);
  for (const member of members.values()) {
    const { text } = await member.ask('POST', '', body);
    for (const { canary } of world.items.values()) {
      expect([member.name, text.includes(canary)]).toEqual([member.name, false]);
      expect(all.text).toContain(canary);
    }
  }
});

test('nobody finds their way by an id of another type or a made-up version', async () => {
  const { id } = world.items.get('Patient') as Item;
  for (const member of [everything, ...members.values()]) {
    expect((await member.ask('GET', `Practitioner/${id}`)).status).not.toBe(200);
    expect((await member.ask('GET', `Patient/${id}/_history/${randomUUID()}`)).status).not.toBe(200);
  }
});
