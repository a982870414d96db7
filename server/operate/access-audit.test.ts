import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { AuditEvent, ClientApplication } from '@medplum/fhirtypes';
import { TestServer } from '../testing.ts';

let t: TestServer;
let quiet: TestServer;

beforeAll(async () => {
  t = await TestServer.start({ auditReads: true });
  quiet = await TestServer.start();
});
afterAll(() => Promise.all([t, quiet].map(({ server }) => server.close())));

/** Somebody who may read patients and nothing else. */
async function reader(on: TestServer): Promise<{ medplum: MedplumClient; reference: string }> {
  const resource = [{ resourceType: 'Patient', readonly: true }];
  const policy = await on.medplum.createResource({ resourceType: 'AccessPolicy', name: 'reads', resource });
  const client = await on.medplum.post<WithId<ClientApplication>>(`admin/projects/${on.projectId}/client`, {
    name: 'reader',
    accessPolicy: { reference: `AccessPolicy/${policy.id}` },
  });
  const medplum = new MedplumClient({ baseUrl: on.server.baseUrl, fetch });
  await medplum.startClientLogin(client.id, client.secret as string);
  return { medplum, reference: `ClientApplication/${client.id}` };
}

/** What the audit says of somebody's requests: how they ended, of what kind they were, and of which resource. */
async function auditOf(on: TestServer, reference: string): Promise<string[]> {
  await on.server.drain();
  const events = await on.medplum.searchResources('AuditEvent', { type: 'rest', _count: '100' }, { cache: 'reload' });
  return events
    .filter(({ agent }: AuditEvent) => agent[0]?.who?.reference === reference)
    .map(({ outcome, subtype, entity }) => [outcome, subtype?.[0]?.code, entity?.[0]?.what?.reference].join(' ').trim())
    .sort();
}

test('what is refused leaves an AuditEvent, and what is read does where it is wanted', async () => {
  for (const on of [t, quiet]) {
    const patient = await on.medplum.createResource({ resourceType: 'Patient', name: [{ family: 'Secretname' }] });
    const { medplum, reference } = await reader(on);
    await medplum.readResource('Patient', patient.id);
    await medplum.search('Patient', 'name=Secretname');
    await expect(medplum.createResource({ resourceType: 'Patient' })).rejects.toThrow();
    await expect(medplum.deleteResource('Patient', patient.id)).rejects.toThrow();
    await expect(medplum.search('Observation')).rejects.toThrow();
    const refused = ['4 create', `4 delete Patient/${patient.id}`, '4 search'];
    const read = [`0 read Patient/${patient.id}`, '0 search'];
    expect(await auditOf(on, reference)).toEqual(on === t ? [...read, ...refused] : refused);
    const all = await on.medplum.searchResources('AuditEvent', { _count: '100' }, { cache: 'reload' });
    expect(JSON.stringify(all)).not.toContain('Secretname');
  }
});

test('so does each entry of a batch, a search that was posted, and a question of GraphQL', async () => {
  const patient = await t.medplum.createResource({ resourceType: 'Patient', name: [{ family: 'Secretname' }] });
  const { medplum, reference } = await reader(t);
  await medplum.executeBatch({
    resourceType: 'Bundle',
    type: 'batch',
    entry: [
      { request: { method: 'GET', url: `Patient/${patient.id}` } },
      { request: { method: 'GET', url: 'Patient?name=Secretname' } },
      { request: { method: 'GET', url: 'Observation' } },
      { request: { method: 'POST', url: 'Patient' }, resource: { resourceType: 'Patient' } },
    ],
  });
  await medplum.post(medplum.fhirUrl('Patient', '_search'), 'name=Secretname', 'application/x-www-form-urlencoded');
  await medplum.graphql('{ PatientList(name: "Secretname") { id } }');
  expect(await auditOf(t, reference)).toEqual([
    '0 operation',
    `0 read Patient/${patient.id}`,
    '0 search',
    '0 search',
    '4 create',
    '4 search',
  ]);
});
