import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Bundle, OperationOutcome, Patient } from '@medplum/fhirtypes';
import fc from 'fast-check';
import type { Fixture } from './fixtures.ts';
import { makeFixture } from './fixtures.ts';

let fixture: Fixture;

beforeAll(() => {
  fixture = makeFixture();
});

afterAll(() => fixture.store.close());

function nested(depth: number): object {
  let value: object = {};
  for (let level = 0; level < depth; level++) {
    value = { extension: [{ url: 'urn:x', ...value }] };
  }
  return value;
}

test.each<[string, unknown]>([
  ['no body', undefined],
  ['null', null],
  ['a number', 7],
  ['a string', 'Patient'],
  ['an array', [{ resourceType: 'Patient' }]],
  ['another type', { resourceType: 'Slot' }],
  ['no type', { name: [] }],
  ['a type that is none', { resourceType: {} }],
  ['a prototype key', JSON.parse('{"resourceType":"Patient","__proto__":{"admin":true}}')],
  ['a nested prototype key', JSON.parse('{"resourceType":"Patient","name":[{"constructor":{"prototype":{"x":1}}}]}')],
  ['a name that every object has', { resourceType: 'Patient', name: [{ valueOf: { x: 1 } }] }],
  ['meta that is none', { resourceType: 'Patient', meta: 'x' }],
  ['tags that are none', { resourceType: 'Patient', meta: { tag: 'x' } }],
  ['a list of nulls', { resourceType: 'Patient', name: [null] }],
  ['an object for a list', { resourceType: 'Patient', name: { family: 'x' } }],
  ['a list for a string', { resourceType: 'Patient', gender: ['male'] }],
  ['a date that is none', { resourceType: 'Patient', birthDate: '1980-13-45' }],
  ['a huge number', { resourceType: 'Patient', multipleBirthInteger: 1e300 }],
  ['deep nesting', { resourceType: 'Patient', ...nested(2000) }],
  ['a reference that is none', { resourceType: 'Patient', generalPractitioner: [{ reference: 7 }] }],
  ['contained that is none', { resourceType: 'Patient', contained: ['x', { resourceType: 'Nope' }] }],
])('%s as a body is refused', async (_name, body) => {
  for (const [method, url] of [
    ['POST', 'Patient'],
    ['PUT', 'Patient?name=x'],
    ['POST', 'Patient/$validate'],
  ] as const) {
    const { status, body: outcome } = await fixture.send<OperationOutcome>(method, url, body);
    expect([method, url, status, outcome.resourceType]).toEqual([method, url, 400, 'OperationOutcome']);
  }
});

test.each(['Patient', 'Patient/', '/Patient?', 'Patient?&'])('%s changes nothing without criteria', async (url) => {
  const { body: made } = await fixture.send<Patient>('POST', 'Patient', { resourceType: 'Patient' });
  for (const method of ['DELETE', 'PUT', 'PATCH'] as const) {
    const body = method === 'PATCH' ? [{ op: 'add', path: '/active', value: true }] : { resourceType: 'Patient' };
    expect((await fixture.send(method, url, body)).status).toBe(412);
    const entry = [{ request: { method, url }, resource: { resourceType: 'Patient' } }];
    expect((await fixture.send('POST', '', { resourceType: 'Bundle', type: 'batch', entry })).status).toBe(412);
  }
  expect((await fixture.send('DELETE', `Patient/${made.id}`)).status).toBe(200);
});

test('whatever comes, the answer is an outcome and nothing is written', async () => {
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE');
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      'Patient',
      'Slot',
      'Bundle',
      '_history',
      '_search',
      '$graphql',
      '$validate',
      '__proto__',
      'toString',
      '..',
      '%',
      '%00',
      '?',
    ),
  );
  const key = fc.constantFrom(
    'name',
    'birthdate',
    '_id',
    '_count',
    '_sort',
    '_include',
    '_has:Observation:patient:code',
    '_filter',
    'a.b',
    'x:y',
    '_type',
    '_elements',
    '__proto__',
    '_has:',
    '_total',
    '_lastUpdated',
    'gender:not',
    ':',
    '.',
  );
  const value = fc.oneof(
    word,
    fc.constantFrom(
      '1e999',
      '-1',
      'eq',
      'ge2026',
      '2026-01-01T',
      ',',
      '|',
      '||',
      '\\',
      'a eq',
      '(',
      'Patient:name',
      'NaN',
    ),
  );
  const url = fc
    .tuple(fc.array(word, { maxLength: 4 }), fc.array(fc.tuple(key, value), { maxLength: 3 }))
    .map(([path, query]) => `${path.join('/')}?${query.map((pair) => pair.join('=')).join('&')}`);
  const entry = fc.oneof(
    fc.anything(),
    fc.record({
      fullUrl: fc.anything(),
      resource: fc.anything(),
      request: fc.record({ method, url: fc.oneof(url, fc.anything()) }),
    }),
  );
  const bundle = fc.record({
    resourceType: fc.constant('Bundle'),
    type: fc.constantFrom('batch', 'transaction', 'history', 7),
    entry: fc.oneof(fc.array(entry, { maxLength: 3 }), fc.anything()),
  });
  const patch = fc.array(
    fc.record({ op: fc.oneof(fc.constantFrom('add', 'remove', 'test', 'move'), fc.anything()), path: value }),
  );
  const patient = fc.dictionary(
    fc.constantFrom('name', 'birthDate', 'meta', 'id', 'extension', 'identifier'),
    fc.anything(),
  );
  const body = fc.oneof(
    fc.anything(),
    bundle,
    patch,
    patient.map((fields) => ({ ...fields, resourceType: 'Patient', nope: true })),
  );
  const header = fc.record(
    { 'if-match': value, 'if-none-exist': value, 'if-none-match': value, prefer: value },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(method, fc.oneof(url, fc.constant('')), body, header, async (how, where, what, headers) => {
      const response = await fixture.service.handle({ method: how, url: where, body: what, headers }, fixture.context);
      expect(response.status).toBeGreaterThanOrEqual(200);
      expect(response.status).toBeLessThan(500);
    }),
    { numRuns: 1000 },
  );
  expect((await fixture.send<Bundle>('GET', 'Patient?_total=accurate')).body.total).toBe(0);
});
