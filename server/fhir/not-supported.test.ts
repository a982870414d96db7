import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestServer } from '../testing.ts';
import { MEDPLUM_OPERATIONS } from './not-supported.ts';

let t: TestServer;
beforeAll(async () => {
  t = await TestServer.start();
});
afterAll(() => t.server.close());

async function codeOf(response: Response): Promise<string> {
  const { issue } = (await response.json()) as { issue: { code: string }[] };
  return `${response.status} ${issue[0]?.code}`;
}

test.each(MEDPLUM_OPERATIONS)('$%s is refused as not supported, wherever it is called', async (operation) => {
  const id = '0a9a1b9e-7d5c-4c9e-9a53-222222222222';
  for (const path of [`Patient/$${operation}`, `Patient/${id}/$${operation}`, `$${operation}`]) {
    for (const response of [await t.post(`/fhir/R4/${path}`, {}), await t.fetch(`/fhir/R4/${path}`)]) {
      expect([path, await codeOf(response)]).toEqual([path, '400 not-supported']);
    }
  }
});

test('an operation of ours goes before one of the same name that is not here', async () => {
  const bot = await t.bot('async () => ({ resourceType: "Patient", active: true })');
  const parameter = [{ name: 'return', use: 'out' as const, min: 1, max: '1', type: 'Patient' }];
  await t.operation('match', bot, { parameter });
  const response = await t.post('/fhir/R4/Patient/$match', {});
  expect([response.status, await response.json()]).toEqual([200, { resourceType: 'Patient', active: true }]);
});

test.each(['/scim/v2/Users', '/fhircast/STU3/x', '/cds-services', '/openapi.json', '/keyvalue/v1/x'])(
  '%s is refused as not supported',
  async (path) => {
    expect(await codeOf(await t.fetch(path))).toBe('400 not-supported');
  },
);

test('an operation that nobody has is not found', async () => {
  expect(await codeOf(await t.post('/fhir/R4/Patient/$frobnicate', {}))).toBe('404 not-found');
});

test('docs/embedded-server.md lists what is not here', async () => {
  const page = await readFile(new URL('../../docs/embedded-server.md', import.meta.url), 'utf8');
  expect(MEDPLUM_OPERATIONS.filter((operation) => !page.includes(`\`$${operation}\``))).toEqual([]);
});
