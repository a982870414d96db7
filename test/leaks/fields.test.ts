import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { evalFhirPath, getSearchParameters } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { AccessPolicyResource, Observation, Patient, Resource, SearchParameter } from '@medplum/fhirtypes';
import { removeFields } from '../../server/access/fields.ts';
import { World } from './world.ts';
import type { Answer, Member } from './world.ts';

/** What is hidden, and a resource that has all of it: each value is found nowhere else. */
const HIDDEN: Readonly<Record<'Patient' | 'Observation', readonly string[]>> = {
  Patient: ['birthDate', 'telecom', 'name.family', 'generalPractitioner', 'maritalStatus', 'deceased[x]', 'address'],
  Observation: ['value[x]', 'performer', 'effective[x]', 'note', 'category', 'encounter'],
};
type Type = keyof typeof HIDDEN;

const VALUES = ['1971-02-03', '+15550199', 'Hiddenfamily', 'hiddenstatus', '2031-04-05', 'Hiddencity', 'hiddenresult'];

let world: World;
let everything: Member;
let limited: Member;
let searching: Member;
let patient: WithId<Patient>;
let observation: WithId<Observation>;
let doctor: string;

const rules = (fields: Partial<AccessPolicyResource> = {}): AccessPolicyResource[] => [
  { resourceType: 'Patient', hiddenFields: [...HIDDEN.Patient], ...fields },
  { resourceType: 'Observation', hiddenFields: [...HIDDEN.Observation], ...fields },
  ...['Practitioner', 'Encounter', 'Basic', 'Condition'].map((resourceType) => ({ resourceType })),
];

beforeAll(async () => {
  world = await World.build();
  const { medplum } = world.server;
  doctor = (await medplum.createResource({ resourceType: 'Practitioner', name: [{ family: 'Doctor' }] })).id;
  const practitioner = { reference: `Practitioner/${doctor}` };
  patient = await medplum.createResource<Patient>({
    resourceType: 'Patient',
    identifier: [{ system: 'urn:test', value: 'fields' }],
    birthDate: '1971-02-03',
    telecom: [{ system: 'phone', value: '+15550199' }],
    name: [{ family: 'Hiddenfamily', given: ['Shown'] }],
    generalPractitioner: [practitioner],
    maritalStatus: { coding: [{ code: 'hiddenstatus' }] },
    deceasedDateTime: '2031-04-05',
    address: [{ city: 'Hiddencity' }],
  });
  const encounter = await medplum.createResource({
    resourceType: 'Encounter',
    status: 'finished',
    class: { code: 'AMB' },
  });
  observation = await medplum.createResource<Observation>({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'shown' },
    subject: { reference: `Patient/${patient.id}` },
    performer: [practitioner],
    encounter: { reference: `Encounter/${encounter.id}` },
    category: [{ coding: [{ code: 'hiddenstatus' }] }],
    effectiveDateTime: '2031-04-05',
    valueCodeableConcept: { coding: [{ code: 'hiddenresult' }], text: 'hiddenresult' },
    note: [{ text: 'hiddenresult' }],
  });
  everything = await world.member(
    'everything',
    rules().map(({ resourceType }) => ({ resourceType })),
  );
  limited = await world.member('limited', rules());
  searching = await world.member('searching', rules({ interaction: ['search'] }));
});
afterAll(() => world.server.server.close());

const resourceOf = (type: Type): Resource => (type === 'Patient' ? patient : observation);

/** The parameters that look at something hidden: what they find is another without it. */
function hiddenParameters(type: Type): SearchParameter[] {
  const whole = resourceOf(type);
  const shown = structuredClone(whole);
  removeFields(shown, HIDDEN[type]);
  return Object.values(getSearchParameters(type) ?? {}).filter(({ expression }) => {
    const of = (resource: Resource): string => JSON.stringify(evaluated(expression, resource));
    return of(whole) !== of(shown);
  });
}

function evaluated(expression: string | undefined, resource: Resource): unknown[] {
  try {
    return expression ? evalFhirPath(expression, resource) : [];
  } catch {
    return [];
  }
}

/** A value that finds the resource by a parameter, and one that does not. */
function valuesOf({ expression, type }: SearchParameter, resource: Resource): [string, string] | undefined {
  const [value] = evaluated(expression, resource) as Record<string, unknown>[];
  switch (type) {
    case 'date':
      return [typeof value === 'string' ? value : '2031-04-05', '1801-01-01'];
    case 'reference':
      return [String(value?.reference), 'Practitioner/0a9a1b9e-7d5c-4c9e-9a53-222222222222'];
    case 'token':
    case 'string':
      return [wordOf(value), typeof value === 'boolean' ? String(!value) : 'nothing'];
    default:
      return undefined;
  }
}

function wordOf(value: unknown): string {
  const { family, city, coding, code, value: inner } = (value ?? {}) as Record<string, unknown>;
  const [first] = (coding ?? []) as { code: string }[];
  return String(typeof value === 'object' ? (family ?? city ?? first?.code ?? inner ?? code) : value);
}

type Make = (type: Type, code: string, value: string) => { path: string; headers?: Record<string, string> };

/** Ways to ask for a value; the first argument is never answered otherwise than the second. */
const WAYS: Record<string, Make> = {
  search: (type, code, value) => ({ path: `${type}?${code}=${value}&_id=${resourceOf(type).id}` }),
  total: (type, code, value) => ({ path: `${type}?${code}=${value}&_total=accurate&_count=0` }),
  count: (type, code, value) => ({ path: `${type}?${code}=${value}&_summary=count` }),
  'not equal': (type, code, value) => ({ path: `${type}?${code}:not=${value}&_total=accurate&_count=0` }),
  filter: (type, code, value) => ({ path: `${type}?_filter=${code} eq "${value}" and _id eq ${resourceOf(type).id}` }),
  'several types': (type, code, value) => ({ path: `?_type=${type}&${code}=${value}&_total=accurate` }),
  chain: (type, code, value) => ({
    path:
      type === 'Patient'
        ? `Observation?subject:Patient.${code}=${value}&_total=accurate`
        : `Patient?_has:Observation:subject:${code}=${value}&_total=accurate`,
  }),
  GraphQL: (type, code, value) => ({
    path: `$graphql?query=${encodeURIComponent(`{ ${type}List(${code.replaceAll('-', '_')}: "${value}") { id } }`)}`,
  }),
};

const enc = (path: string): string => path.replace('+', '%2B');

async function ask(member: Member, { path, headers }: ReturnType<Make>): Promise<Answer> {
  if (path.startsWith('$graphql')) {
    const query = decodeURIComponent(path.split('query=')[1] as string);
    return member.ask('POST', '$graphql', { query }, { 'content-type': 'application/json' });
  }
  return member.ask('GET', enc(path), undefined, headers);
}

/** What an answer tells: its status, what it found and how much. */
const told = ({ status, text }: Answer): string =>
  `${status} ${text.match(/"total":\d+/)?.[0]} ${[...text.matchAll(/"id":"([0-9a-f-]{36})"/g)]
    .map(([, id]) => id)
    .sort()
    .join()}`;

describe.each(['Patient', 'Observation'] as const)('%s', (type) => {
  test('has parameters that look at what is hidden', () => {
    const codes = hiddenParameters(type).map(({ code }) => code);
    const expected = {
      Patient: [
        'birthdate',
        'phone',
        'telecom',
        'family',
        'name',
        'general-practitioner',
        'death-date',
        'address-city',
      ],
      Observation: ['value-concept', 'performer', 'date', 'category', 'encounter', 'combo-value-concept'],
    };
    expect(codes).toEqual(expect.arrayContaining(expected[type]));
  });

  test.each(Object.keys(WAYS))('tells no value by %s', async (way) => {
    const make = WAYS[way] as Make;
    let told1 = 0;
    for (const parameter of hiddenParameters(type)) {
      const values = valuesOf(parameter, resourceOf(type));
      if (values) {
        const [right, wrong] = values.map((value) => make(type, parameter.code, value));
        for (const member of [limited, searching]) {
          const answers = [told(await ask(member, right!)), told(await ask(member, wrong!))];
          expect([parameter.code, answers[0]]).toEqual([parameter.code, answers[1]]);
        }
        told1 += told(await ask(everything, right!)) === told(await ask(everything, wrong!)) ? 0 : 1;
      }
    }
    // It would tell, if it were not hidden.
    expect([way, told1 > 2]).toEqual([way, true]);
  });

  test('is not sorted, found missing or included by what is hidden', async () => {
    for (const { code, type: kind } of hiddenParameters(type)) {
      const paths = [`${type}?_sort=${code}`, `${type}?_sort=-${code}`, `${type}?${code}:missing=true`];
      if (kind === 'reference') {
        paths.push(`${type}?_include=${type}:${code}`, `Practitioner?_revinclude=${type}:${code}`);
        paths.push(`${type}?${code}.name=Doctor`, `Practitioner?_has:${type}:${code}:_id=${resourceOf(type).id}`);
      }
      for (const path of paths) {
        const { status, text } = await limited.ask('GET', path);
        expect([path, status >= 400, text.includes(doctor)]).toEqual([path, true, false]);
      }
    }
  });

  test('shows none of it, by whatever way it is read', async () => {
    const { id, meta } = resourceOf(type);
    const paths = [
      ...[`${type}/${id}`, `${type}/${id}/_history`, `${type}/${id}/_history/${meta?.versionId}`, `${type}?_id=${id}`],
      ...[`${type}?_id=${id}&_summary=true`, `${type}?_id=${id}&_summary=data`, `?_type=${type}&_id=${id}`],
      ...[`${type}?_id=${id}&_elements=${HIDDEN[type].map((path) => path.split(/[.[]/)[0]).join()}`],
      ...['Observation?_include=Observation:subject', 'Patient?_revinclude=Observation:subject'],
    ];
    for (const path of paths) {
      for (const headers of [{ 'x-medplum': 'plain' }, { 'x-medplum': 'extended' }]) {
        for (const member of [limited, searching]) {
          const { text } = await member.ask('GET', path, undefined, headers);
          expect([path, VALUES.filter((value) => text.includes(value)), text.includes(doctor)]).toEqual([
            path,
            [],
            false,
          ]);
        }
        // It would be there, if it were not hidden.
        expect([path, /hidden/i.test((await everything.ask('GET', path, undefined, headers)).text)]).toEqual([
          path,
          true,
        ]);
      }
    }
    const batch = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: paths.map((url) => ({ request: { method: 'GET', url } })),
    };
    expect(VALUES.filter((value) => JSON.stringify(batch).includes(value))).toEqual([]);
    const { text } = await limited.ask('POST', '', batch);
    expect(VALUES.filter((value) => text.includes(value))).toEqual([]);
  });

  test('shows none of it by GraphQL', async () => {
    const fields = {
      Patient: 'birthDate maritalStatus { coding { code } } name { family given } address { city } telecom { value }',
      Observation: `valueCodeableConcept { text } effectiveDateTime note { text }
        performer { resource { ... on Practitioner { id name { family } } } }`,
    };
    const { id } = resourceOf(type);
    for (const query of [
      `{ ${type}(id: "${id}") { ${fields[type]} } }`,
      `{ ${type}List(_id: "${id}") { ${fields[type]} } }`,
    ]) {
      const graphql = (member: Member): Promise<Answer> =>
        member.ask('POST', '$graphql', { query }, { 'content-type': 'application/json' });
      for (const member of [limited, searching]) {
        const { text } = await graphql(member);
        expect([query, VALUES.filter((value) => text.includes(value)), text.includes(doctor)]).toEqual([
          query,
          [],
          false,
        ]);
      }
      expect((await graphql(everything)).text).toMatch(/hidden/i);
    }
  });

  test('keeps what is hidden when it is written, and does not let it be guessed', async () => {
    const { id } = resourceOf(type);
    const [path, right] = type === 'Patient' ? ['/birthDate', '1971-02-03'] : ['/effectiveDateTime', '2031-04-05'];
    const patch = (member: Member, operations: object[]): Promise<Answer> =>
      member.ask('PATCH', `${type}/${id}`, operations, { 'content-type': 'application/json-patch+json' });
    const guesses = [right, '1801-01-01'].map((value) => [{ op: 'test', path, value }]);
    const answers = await Promise.all(guesses.map((operations) => patch(limited, operations)));
    expect(answers[0]?.status).toBe(answers[1]?.status);
    expect((await patch(everything, guesses[0]!)).status).not.toBe((await patch(everything, guesses[1]!)).status);
    expect((await patch(limited, [{ op: 'remove', path }])).status).toBe(400);

    const read = JSON.parse((await limited.ask('GET', `${type}/${id}`)).text) as Resource;
    const written = await limited.ask('PUT', `${type}/${id}`, { ...read, language: 'en' });
    expect([written.status, VALUES.filter((value) => written.text.includes(value))]).toEqual([200, []]);
    const whole = await everything.ask('GET', `${type}/${id}`);
    expect(JSON.parse(whole.text)).toMatchObject(
      type === 'Patient' ? { birthDate: right } : { effectiveDateTime: right },
    );
  });
});

test('what whoever may only search finds is without what is hidden', async () => {
  const { status, text } = await searching.ask('GET', `Patient?_id=${patient.id}`);
  expect([status, text.includes('Shown'), VALUES.filter((value) => text.includes(value))]).toEqual([200, true, []]);
});
