import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { validateResource } from '@medplum/core';
import type { AccessPolicyResource, Bundle, HumanName, OperationOutcome, Patient } from '@medplum/fhirtypes';
import type { Fixture } from '../fhir/fixtures.ts';
import { idsOf, makeFixture, sender } from '../fhir/fixtures.ts';

let fixture: Fixture;

/** Some have two names, some begin alike, and one has none. */
const NAMES = ['Anna', 'Ann', 'Amir', 'Änne', 'Ben', 'Bo', 'anna', 'Zoe'];

beforeAll(async () => {
  fixture = makeFixture();
  for (let n = 0; n < 150; n++) {
    const name = (at: number): HumanName => ({
      given: [NAMES[at % NAMES.length] ?? ''],
      family: `Abel${(at * 7) % 11}`,
    });
    await fixture.send('POST', 'Patient', {
      resourceType: 'Patient',
      active: n % 5 !== 0,
      ...(n !== 77 && { name: n % 3 === 0 ? [name(n), name(n + 4)] : [name(n)] }),
      identifier: [{ system: 'urn:n', value: `n${n}` }],
    });
  }
});
afterAll(() => fixture.store.close());

/** All pages of a search, one after the other. */
async function pages(send: Fixture['send'], query: string, count: number): Promise<string[]> {
  const found: string[] = [];
  for (let offset = 0; ; offset += count) {
    const { body } = await send<Bundle>('GET', `Patient?${query}&_count=${count}&_offset=${offset}`);
    found.push(...idsOf(body));
    if (!body.link?.some(({ relation }) => relation === 'next')) {
      return found;
    }
  }
}

describe('a sorted search that finds much', () => {
  const rules: AccessPolicyResource[] = [{ resourceType: 'Patient', criteria: 'Patient?active=true' }];

  // A short page is met in the order of the index, a long one is sorted: both must be the same.
  test.each([
    'name=a&_sort=name',
    'name=abel&_sort=given',
    'name:contains=n&_sort=family',
    'active=true&_sort=identifier',
  ])('has the same order on short pages as on one: %s', async (query) => {
    const limited = sender(fixture.service, {
      ...fixture.context,
      accessPolicy: { resourceType: 'AccessPolicy', resource: rules },
    });
    for (const send of [fixture.send, limited]) {
      const whole = await pages(send, query, 1000);
      expect(whole.length).toBeGreaterThan(60);
      expect(new Set(whole).size).toBe(whole.length);
      expect(await pages(send, query, 7)).toEqual(whole);
    }
  });

  test('shows those that have no value at its end', async () => {
    const whole = await pages(fixture.send, 'identifier:missing=false&_sort=name', 1000);
    expect(whole).toHaveLength(150);
    expect(await pages(fixture.send, 'identifier:missing=false&_sort=name', 8)).toEqual(whole);
    const { body } = await fixture.send<Patient>('GET', `Patient/${whole.at(-1)}`);
    expect(body.name).toBeUndefined();
  });
});

test.each([
  ['name', 600],
  ['identifier', 1_500],
])('by %s with %d values is too much for one statement, and that is said', async (code, count) => {
  const values = Array.from({ length: count }, (_none, n) => (code === 'name' ? `Abel${n}` : `urn:n|n${n}`));
  const { status, body } = await fixture.send<OperationOutcome>('GET', `Patient?${code}=${values.join(',')}`);
  expect([status, body.issue[0]?.details?.text]).toEqual([
    400,
    'This search has too many values. Ask in several requests.',
  ]);
});

describe('what is found', () => {
  test('goes out as it would be read, whatever stands in its texts', async () => {
    const tricky = { system: 'urn:"}{', code: 'a\\', display: 'b"}' };
    const { body: made } = await fixture.send<Patient>('POST', 'Patient', {
      resourceType: 'Patient',
      meta: { tag: [tricky], security: [{ system: 'urn:s', code: '{"meta":{}}' }] },
      name: [{ text: 'Tricky "meta":{"versionId":"x"}' }],
    });
    for (const headers of [{}, { 'x-medplum': 'extended' }]) {
      const read = await fixture.send<Patient>('GET', `Patient/${made.id}`, undefined, headers);
      const found = await fixture.send<Bundle>('GET', `Patient?_id=${made.id}`, undefined, headers);
      expect(found.body.entry).toEqual([
        { fullUrl: `http://test/fhir/R4/Patient/${made.id}`, search: { mode: 'match' }, resource: read.body },
      ]);
      validateResource(read.body);
      expect('project' in (read.body.meta ?? {})).toBe('x-medplum' in headers);
    }
  });

  test('can be used by whoever searches in this process', async () => {
    const repository = fixture.service.repository(fixture.context);
    const bundle = await repository.search<Patient>({ resourceType: 'Patient', count: 2 });
    const [first] = bundle.entry ?? [];
    expect(first?.resource?.resourceType).toBe('Patient');
    expect(first?.resource).toBe(bundle.entry?.[0]?.resource);
    expect(JSON.parse(JSON.stringify(bundle))).toMatchObject({
      entry: [{ resource: { id: first?.resource?.id } }, {}],
    });
  });
});
