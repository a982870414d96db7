import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { AccessPolicyResource, Patient } from '@medplum/fhirtypes';
import { randomUUID } from 'node:crypto';
import { World } from './world.ts';
import type { Answer, Member } from './world.ts';

const KEY = 'urn:careline:writes';

let world: World;
let everything: Member;
const limited = new Map<string, Member>();

/** What each policy forbids, as the fields that somebody would like to write. */
const POLICIES: Record<string, AccessPolicyResource> = {
  readonlyFields: { resourceType: 'Patient', readonlyFields: ['birthDate', 'name.family'] },
  'a write constraint': {
    resourceType: 'Patient',
    writeConstraint: [
      {
        language: 'text/fhirpath',
        expression: '%after.birthDate.exists().not() or %after.birthDate = @1971-02-03',
      },
      { language: 'text/fhirpath', expression: "%after.name.family.exists().not() or %after.name.family = 'Before'" },
    ],
  },
  criteria: { resourceType: 'Patient', criteria: 'Patient?active=true' },
  'hidden fields': { resourceType: 'Patient', hiddenFields: ['birthDate', 'name.family'] },
  readonly: { resourceType: 'Patient', readonly: true },
  'interactions that read': { resourceType: 'Patient', interaction: ['read', 'search', 'vread', 'history'] },
};

beforeAll(async () => {
  world = await World.build();
  everything = await world.member('everything', [{ resourceType: 'Patient' }]);
  for (const [name, rule] of Object.entries(POLICIES)) {
    limited.set(name, await world.member(name, [rule]));
  }
});
afterAll(() => world.server.server.close());

/** What is there, and what somebody would like it to be. */
const before = (key: string): Patient => ({
  resourceType: 'Patient',
  identifier: [{ system: KEY, value: key }],
  active: true,
  birthDate: '1971-02-03',
  name: [{ family: 'Before', given: ['Given'] }],
});
const after = (key: string, id?: string): Patient => ({
  ...before(key),
  ...(id && { id }),
  active: false,
  birthDate: '2001-01-01',
  name: [{ family: 'After', given: ['Given'] }],
});

const OPERATIONS = [
  { op: 'replace', path: '/birthDate', value: '2001-01-01' },
  { op: 'replace', path: '/name/0/family', value: 'After' },
  { op: 'replace', path: '/active', value: false },
];
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

/** The same as a FHIRPath Patch. */
function fhirPathPatch(): object {
  const replace = (path: string, value: object): object => ({
    name: 'operation',
    part: [
      { name: 'type', valueCode: 'replace' },
      { name: 'path', valueString: path },
      { name: 'value', ...value },
    ],
  });
  return {
    resourceType: 'Parameters',
    parameter: [
      replace('Patient.birthDate', { valueDate: '2001-01-01' }),
      replace('Patient.name[0].family', { valueString: 'After' }),
      replace('Patient.active', { valueBoolean: false }),
    ],
  };
}

const patchEntry = {
  resourceType: 'Binary',
  contentType: 'application/json-patch+json',
  data: Buffer.from(JSON.stringify(OPERATIONS)).toString('base64'),
};
const bundle = (type: string, method: string, url: string, resource: object, more: object = {}): object => ({
  resourceType: 'Bundle',
  type,
  entry: [{ request: { method, url, ...more }, resource }],
});

type Write = (member: Member, key: string, id: string) => Promise<Answer>;

/** Every way to write what is there. */
const UPDATES: Record<string, Write> = {
  PUT: (member, key, id) => member.ask('PUT', `Patient/${id}`, after(key, id)),
  PATCH: (member, _key, id) => member.ask('PATCH', `Patient/${id}`, OPERATIONS, JSON_PATCH),
  'FHIRPath PATCH': (member, _key, id) => member.ask('PATCH', `Patient/${id}`, fhirPathPatch()),
  'conditional PUT': (member, key) => member.ask('PUT', `Patient?identifier=${KEY}|${key}`, after(key)),
  'conditional PATCH': (member, key) => member.ask('PATCH', `Patient?identifier=${KEY}|${key}`, OPERATIONS, JSON_PATCH),
  'PUT in a batch': (member, key, id) =>
    member.ask('POST', '', bundle('batch', 'PUT', `Patient/${id}`, after(key, id))),
  'PUT in a transaction': (member, key, id) =>
    member.ask('POST', '', bundle('transaction', 'PUT', `Patient/${id}`, after(key, id))),
  'conditional PUT in a transaction': (member, key) =>
    member.ask('POST', '', bundle('transaction', 'PUT', `Patient?identifier=${KEY}|${key}`, after(key))),
  'PATCH in a batch': (member, _key, id) =>
    member.ask('POST', '', bundle('batch', 'PATCH', `Patient/${id}`, patchEntry)),
  'PATCH in a transaction': (member, _key, id) =>
    member.ask('POST', '', bundle('transaction', 'PATCH', `Patient/${id}`, patchEntry)),
};

/** Every way to write what is not there yet. */
const CREATES: Record<string, Write> = {
  POST: (member, key) => member.ask('POST', 'Patient', after(key)),
  'conditional POST': (member, key) =>
    member.ask('POST', 'Patient', after(key), { 'if-none-exist': `identifier=${KEY}|${key}` }),
  'conditional PUT': (member, key) => member.ask('PUT', `Patient?identifier=${KEY}|${key}`, after(key)),
  'POST in a batch': (member, key) => member.ask('POST', '', bundle('batch', 'POST', 'Patient', after(key))),
  'POST in a transaction': (member, key) =>
    member.ask('POST', '', bundle('transaction', 'POST', 'Patient', after(key))),
  'conditional POST in a transaction': (member, key) => {
    const ifNoneExist = `identifier=${KEY}|${key}`;
    return member.ask('POST', '', bundle('transaction', 'POST', 'Patient', after(key), { ifNoneExist }));
  },
};

async function make(): Promise<{ key: string; patient: WithId<Patient> }> {
  const key = randomUUID();
  return { key, patient: await world.server.medplum.createResource<Patient>(before(key)) };
}

/** As an administrator sees them. */
async function found(key: string): Promise<Patient[]> {
  return world.server.medplum.searchResources('Patient', { identifier: `${KEY}|${key}` }, { cache: 'reload' });
}

/** What of a Patient nobody but those who may should have written. */
const fields = ({ birthDate, name }: Patient): unknown => [birthDate, name?.[0]?.family];

describe.each(Object.keys(UPDATES))('an update by %s', (way) => {
  const write = UPDATES[way] as Write;

  test('works for whoever may', async () => {
    const { key, patient } = await make();
    await write(everything, key, patient.id);
    expect((await found(key)).map(fields)).toEqual([['2001-01-01', 'After']]);
  });

  test.each(Object.keys(POLICIES))('does not get past %s', async (policy) => {
    const { key, patient } = await make();
    await write(limited.get(policy) as Member, key, patient.id);
    expect((await found(key)).map(fields)).toEqual([['1971-02-03', 'Before']]);
  });
});

describe.each(Object.keys(CREATES))('a creation by %s', (way) => {
  const write = CREATES[way] as Write;

  test('works for whoever may', async () => {
    const key = randomUUID();
    await write(everything, key, '');
    expect((await found(key)).map(fields)).toEqual([['2001-01-01', 'After']]);
  });

  test.each(Object.keys(POLICIES))('does not get past %s', async (policy) => {
    const key = randomUUID();
    await write(limited.get(policy) as Member, key, '');
    for (const made of await found(key)) {
      expect(fields(made)).toEqual([undefined, undefined]);
    }
  });
});

test.each(Object.keys(POLICIES))('what is deleted is not brought back past %s', async (policy) => {
  const { key, patient } = await make();
  await world.server.medplum.deleteResource('Patient', patient.id);
  await (limited.get(policy) as Member).ask('PUT', `Patient/${patient.id}`, after(key, patient.id));
  for (const back of await found(key)) {
    expect(fields(back)).toEqual([undefined, undefined]);
  }
});

test.each(['readonly', 'interactions that read'])('%s deletes nothing, by any way', async (policy) => {
  const member = limited.get(policy) as Member;
  const { key, patient } = await make();
  await member.ask('DELETE', `Patient/${patient.id}`);
  await member.ask('DELETE', `Patient?identifier=${KEY}|${key}`);
  for (const type of ['batch', 'transaction']) {
    await member.ask('POST', '', bundle(type, 'DELETE', `Patient/${patient.id}`, {}));
    await member.ask('POST', '', bundle(type, 'DELETE', `Patient?identifier=${KEY}|${key}`, {}));
  }
  expect(await found(key)).toHaveLength(1);
  await everything.ask('DELETE', `Patient?identifier=${KEY}|${key}`);
  expect(await found(key)).toHaveLength(0);
});
