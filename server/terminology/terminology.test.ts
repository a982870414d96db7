import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CodeSystem, Parameters, ValueSet } from '@medplum/fhirtypes';
import { TestServer } from '../testing.ts';

let t: TestServer;

const ANIMALS: CodeSystem = {
  resourceType: 'CodeSystem',
  url: 'http://example.com/animals',
  status: 'active',
  content: 'complete',
  hierarchyMeaning: 'is-a',
  property: [
    { code: 'legs', type: 'integer' },
    { code: 'notSelectable', uri: 'http://hl7.org/fhir/concept-properties#notSelectable', type: 'boolean' },
  ],
  concept: [
    {
      code: 'animal',
      display: 'Animal',
      property: [{ code: 'notSelectable', valueBoolean: true }],
      concept: [
        {
          code: 'bird',
          display: 'Bird',
          property: [{ code: 'legs', valueInteger: 2 }],
          designation: [{ language: 'de', value: 'Vogel' }],
          concept: [
            { code: 'owl', display: 'Owl, a bird of the night', property: [{ code: 'legs', valueInteger: 2 }] },
          ],
        },
        { code: 'cat', display: 'Cat', property: [{ code: 'legs', valueInteger: 4 }] },
      ],
    },
  ],
};

beforeAll(async () => {
  t = await TestServer.start();
  await t.medplum.createResource(ANIMALS);
});
afterAll(() => t.server.close());

const SET = 'http://example.com/set';

async function makeSet(compose: ValueSet['compose'], url = SET): Promise<void> {
  const [old] = await t.medplum.searchResources('ValueSet', { url }, { cache: 'reload' });
  if (old) {
    await t.medplum.deleteResource('ValueSet', old.id);
  }
  await t.medplum.createResource<ValueSet>({
    resourceType: 'ValueSet',
    url,
    status: 'active',
    ...(compose && { compose }),
  });
}

async function expanded(params: Record<string, unknown> = {}): Promise<{ codes: string[]; set: ValueSet }> {
  const set = await t.medplum.valueSetExpand({ url: SET, ...params }, { cache: 'reload' });
  return { codes: (set.expansion?.contains ?? []).map(({ code }) => code as string), set };
}

async function ask(path: string): Promise<{ status: number; values: Record<string, unknown> }> {
  const response = await t.fetch(`/fhir/R4/${path}`);
  const { parameter = [] } = (await response.json()) as Parameters;
  const values = parameter.map(({ name, valueString, valueBoolean }) => [name, valueString ?? valueBoolean]);
  return { status: response.status, values: Object.fromEntries(values) as Record<string, unknown> };
}

describe('$expand', () => {
  const system = ANIMALS.url as string;

  test('gives the codes of a system, of a list, and of those that a filter leaves', async () => {
    const filter = (property: string, op: string, value: string): ValueSet['compose'] => ({
      include: [{ system, filter: [{ property, op: op as 'is-a', value }] }],
    });
    await makeSet({ include: [{ system }] });
    expect((await expanded()).codes).toEqual(['animal', 'bird', 'owl', 'cat']);
    expect((await expanded({ excludeNotForUI: true })).codes).toEqual(['bird', 'owl', 'cat']);
    const cases: [ValueSet['compose'], string[]][] = [
      [{ include: [{ system, concept: [{ code: 'cat' }, { code: 'bird', display: 'Any bird' }] }] }, ['cat', 'bird']],
      [filter('concept', 'is-a', 'bird'), ['bird', 'owl']],
      [filter('concept', 'descendent-of', 'bird'), ['owl']],
      [filter('concept', 'is-not-a', 'bird'), ['animal', 'cat']],
      [filter('concept', 'generalizes', 'owl'), ['animal', 'bird', 'owl']],
      [filter('legs', '=', '4'), ['cat']],
      [filter('legs', 'exists', 'false'), ['animal']],
      [filter('concept', 'in', 'cat,owl'), ['owl', 'cat']],
      [filter('concept', 'not-in', 'cat,owl'), ['animal', 'bird']],
      [{ include: [{ system }], exclude: [{ system, concept: [{ code: 'animal' }] }] }, ['bird', 'owl', 'cat']],
    ];
    for (const [compose, codes] of cases) {
      await makeSet(compose);
      expect((await expanded()).codes).toEqual(codes);
    }
    await makeSet({ include: [{ system, concept: [{ code: 'bird', display: 'Any bird' }] }] });
    expect((await expanded()).set.expansion?.contains).toEqual([{ system, code: 'bird', display: 'Any bird' }]);
  });

  test('follows value sets in value sets, as far as they go', async () => {
    await makeSet(
      { include: [{ system, filter: [{ property: 'concept', op: 'is-a', value: 'bird' }] }] },
      `${SET}/birds`,
    );
    await makeSet({ include: [{ system, concept: [{ code: 'cat' }, { code: 'owl' }], valueSet: [`${SET}/birds`] }] });
    expect((await expanded()).codes).toEqual(['owl']);
    await makeSet({ include: [{ valueSet: [SET] }] });
    await expect(expanded()).rejects.toThrow(/too deeply/);
  });

  test('finds what somebody types, page by page', async () => {
    await makeSet({ include: [{ system }] });
    expect((await expanded({ filter: 'bird' })).codes).toEqual(['bird', 'owl']);
    expect((await expanded({ filter: 'NIGHT bi' })).codes).toEqual(['owl']);
    expect((await expanded({ filter: 'owl', count: 1 })).codes).toEqual(['owl']);
    const { codes, set } = await expanded({ count: 2, offset: 1 });
    expect([codes, set.expansion?.total, set.expansion?.offset]).toEqual([['bird', 'owl'], 4, 1]);
    const german = await expanded({ displayLanguage: 'de', filter: 'vogel' });
    expect(german.set.expansion?.contains).toEqual([{ system, code: 'bird', display: 'Vogel' }]);
    const both = await expanded({ includeDesignations: true, filter: 'bird', count: 1 });
    expect(both.set.expansion?.contains?.[0]?.designation).toEqual([{ language: 'de', value: 'Vogel' }]);
  });

  test('knows the value sets of FHIR', async () => {
    const set = await t.medplum.valueSetExpand({ url: 'http://hl7.org/fhir/ValueSet/administrative-gender' });
    expect(set.expansion?.contains?.map(({ code }) => code)).toEqual(['male', 'female', 'other', 'unknown']);
    const roles = await t.medplum.valueSetExpand({
      url: 'http://terminology.hl7.org/ValueSet/v3-PersonalRelationshipRoleType',
      filter: 'grandm',
    });
    expect(roles.expansion?.contains?.map(({ display }) => display)).toContain('grandmother');
  });

  test('says what is wrong', async () => {
    await makeSet({ include: [{ system: 'http://example.com/none' }] });
    await expect(expanded()).rejects.toThrow('CodeSystem http://example.com/none not found');
    await makeSet({ include: [{ system, filter: [{ property: 'concept', op: 'regex', value: '(a+)+$' }] }] });
    await expect(expanded()).rejects.toThrow(/cannot be "regex"/);
    await makeSet(undefined);
    await expect(expanded()).rejects.toThrow(/Missing ValueSet definition/);
    for (const query of ['', '?url=http://example.com/nothing', `?url=${SET}&count=many`, `?url=${SET}&url=${SET}`]) {
      expect((await t.fetch(`/fhir/R4/ValueSet/$expand${query}`)).status).toBe(400);
    }
  });

  test('takes a value set that comes along', async () => {
    const valueSet = { resourceType: 'ValueSet', status: 'draft', compose: { include: [{ system }] } };
    const parameter = [
      { name: 'valueSet', resource: valueSet },
      { name: 'filter', valueString: 'cat' },
    ];
    const response = await t.post('/fhir/R4/ValueSet/$expand', { resourceType: 'Parameters', parameter });
    expect(await response.json()).toMatchObject({ expansion: { total: 1, contains: [{ code: 'cat' }] } });
  });
});

test('$lookup tells what a code means', async () => {
  const system = encodeURIComponent(ANIMALS.url as string);
  expect(await ask(`CodeSystem/$lookup?system=${system}&code=owl`)).toMatchObject({
    status: 200,
    values: { name: ANIMALS.url, display: 'Owl, a bird of the night' },
  });
  expect((await ask(`CodeSystem/$lookup?system=${system}&code=dog`)).status).toBe(404);
  expect((await ask('CodeSystem/$lookup?system=http://example.com/none&code=dog')).status).toBe(400);
  expect((await ask(`CodeSystem/$lookup?system=${system}`)).status).toBe(400);
  const body = {
    resourceType: 'Parameters',
    parameter: [{ name: 'coding', valueCoding: { system: ANIMALS.url, code: 'cat' } }],
  };
  expect((await t.post('/fhir/R4/CodeSystem/$lookup', body)).status).toBe(200);
});

test('$validate-code says whether a code is one', async () => {
  const system = encodeURIComponent(ANIMALS.url as string);
  const of = async (path: string): Promise<unknown> => (await ask(path)).values.result;
  expect(await of(`CodeSystem/$validate-code?url=${system}&code=owl`)).toBe(true);
  expect(await of(`CodeSystem/$validate-code?url=${system}&code=dog`)).toBe(false);
  await makeSet({ include: [{ system: ANIMALS.url, concept: [{ code: 'owl' }] }] });
  const url = encodeURIComponent(SET);
  expect(await of(`ValueSet/$validate-code?url=${url}&system=${system}&code=owl`)).toBe(true);
  expect(await of(`ValueSet/$validate-code?url=${url}&system=${system}&code=cat`)).toBe(false);
  expect(await of(`ValueSet/$validate-code?url=${url}&system=${system}&code=owl&display=Bat`)).toBe(false);
  expect(await of(`ValueSet/$validate-code?url=${url}&system=http%3A%2F%2Fother&code=owl`)).toBe(false);
});
