import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Bundle, CapabilityStatement, Patient } from '@medplum/fhirtypes';
import { TestServer } from '../testing.ts';

/** What is used of the clients; one brings no types that could be read here, the other is CommonJS. */
interface KitClient {
  capabilityStatement(): Promise<CapabilityStatement>;
  create(options: { resourceType: string; body: object }): Promise<Patient>;
  read(options: { resourceType: string; id: string }): Promise<Patient>;
  update(options: { resourceType: string; id: string; body: object }): Promise<Patient>;
  search(options: { resourceType: string; searchParams: object }): Promise<Bundle>;
  delete(options: { resourceType: string; id: string }): Promise<unknown>;
  batch(options: { body: object }): Promise<Bundle>;
}
interface SmartClient {
  request<T>(path: string, options?: { pageLimit?: number; flat?: boolean }): Promise<T>;
  create(resource: object): Promise<Patient>;
  update(resource: object): Promise<Patient>;
  delete(path: string): Promise<unknown>;
}

const require = createRequire(import.meta.url);
let t: TestServer;

beforeAll(async () => {
  t = await TestServer.start();
});
afterAll(() => t.server.close());

test('fhir-kit-client creates, reads, changes, finds and deletes, alone and in a batch', async () => {
  const { Client } = (await import('fhir-kit-client')) as unknown as {
    Client: new (options: { baseUrl: string; bearerToken: string }) => KitClient;
  };
  const baseUrl = `${t.server.baseUrl}/fhir/R4`;
  const client = new Client({ baseUrl, bearerToken: t.medplum.getAccessToken() as string });
  expect((await client.capabilityStatement()).fhirVersion).toBe('4.0.1');
  const resourceType = 'Patient';
  const { id = '' } = await client.create({ resourceType, body: { resourceType, name: [{ family: 'Kit' }] } });
  const read = await client.read({ resourceType, id });
  await client.update({ resourceType, id, body: { ...read, gender: 'other' } });
  const found = await client.search({ resourceType, searchParams: { name: 'kit', gender: 'other' } });
  expect(found.entry?.map(({ resource }) => resource?.id)).toEqual([id]);
  const entry = [{ request: { method: 'GET', url: `Patient/${id}` } }];
  const answer = await client.batch({ body: { resourceType: 'Bundle', type: 'batch', entry } });
  expect(answer.entry?.[0]?.response?.status).toBe('200');
  await client.delete({ resourceType, id });
  await expect(client.read({ resourceType, id })).rejects.toMatchObject({ response: { status: 410 } });
});

test('fhirclient of SMART does so too, and follows pages', async () => {
  const smart = require('fhirclient') as {
    (request: object, response: object, storage: object): { client(state: object): SmartClient };
  };
  const storage = { get: async () => undefined, set: async () => undefined, unset: async () => true };
  const client = smart({ headers: {}, url: '/' }, {}, storage).client({
    serverUrl: `${t.server.baseUrl}/fhir/R4`,
    tokenResponse: { access_token: t.medplum.getAccessToken() },
  });
  const made = await client.create({ resourceType: 'Patient', name: [{ family: 'Smart' }] });
  await client.create({ resourceType: 'Patient', name: [{ family: 'Smart' }] });
  expect(await client.request<Patient>(`Patient/${made.id}`)).toMatchObject({ name: [{ family: 'Smart' }] });
  expect(await client.update({ ...made, active: true })).toMatchObject({ active: true });
  const all = await client.request<Patient[]>('Patient?name=smart&_count=1', { pageLimit: 0, flat: true });
  expect(all).toHaveLength(2);
  await client.delete(`Patient/${made.id}`);
  await expect(client.request(`Patient/${made.id}`)).rejects.toThrow(/410|Gone|Deleted/i);
});
