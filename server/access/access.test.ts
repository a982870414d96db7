import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type {
  AccessPolicy,
  AccessPolicyResource,
  Appointment,
  Bundle,
  Observation,
  Patient,
  Resource,
} from '@medplum/fhirtypes';
import { randomUUID } from 'node:crypto';
import type { RequestContext } from '../context.ts';
import type { Fixture } from '../fhir/fixtures.ts';
import { idsOf, makeFixture, sender } from '../fhir/fixtures.ts';

let fixture: Fixture;
let ada: Patient;
let bo: Patient;
let adaWeight: Observation;
let boWeight: Observation;

beforeEach(async () => {
  fixture = makeFixture();
  ada = await make<Patient>({ resourceType: 'Patient', active: true, name: [{ family: 'Ada' }], gender: 'female' });
  bo = await make<Patient>({ resourceType: 'Patient', active: false, name: [{ family: 'Bo' }], gender: 'male' });
  adaWeight = await make<Observation>(weightOf(ada));
  boWeight = await make<Observation>(weightOf(bo));
});

afterEach(() => fixture.store.close());

async function make<T extends Resource>(resource: T): Promise<T> {
  return (await fixture.send<T>('POST', resource.resourceType, resource)).body;
}

function weightOf(patient: Patient): Observation {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'weight' },
    subject: { reference: `Patient/${patient.id}` },
    valueQuantity: { value: 70 },
  };
}

/** Requests of somebody in the same project, with a policy of their own. */
function as(resource: AccessPolicyResource[], fields: Partial<RequestContext> = {}): Fixture['send'] {
  const accessPolicy: AccessPolicy = { resourceType: 'AccessPolicy', resource };
  return sender(fixture.service, { ...fixture.context, accessPolicy, ...fields });
}

async function statuses(
  send: Fixture['send'],
  requests: [Parameters<Fixture['send']>[0], string, unknown?][],
): Promise<number[]> {
  const all = [];
  for (const [method, url, body] of requests) {
    all.push((await send(method, url, body)).status);
  }
  return all;
}

async function search(send: Fixture['send'], query: string): Promise<string[]> {
  return idsOf((await send<Bundle>('GET', query)).body).sort();
}

describe('Access policies', () => {
  test('types that are not named are out of reach on every path', async () => {
    const send = as([{ resourceType: 'Observation' }]);
    const id = `Patient/${ada.id}`;
    expect(
      await statuses(send, [
        ['GET', id],
        ['GET', `${id}/_history`],
        ['GET', `${id}/_history/${ada.meta?.versionId}`],
        ['GET', 'Patient'],
        ['POST', 'Patient', { resourceType: 'Patient' }],
        ['PUT', id, ada],
        ['PATCH', id, [{ op: 'add', path: '/gender', value: 'male' }]],
        ['DELETE', id],
        ['GET', 'Observation?subject:Patient.gender=female'],
        ['GET', 'Observation?_include=Observation:subject'],
        ['GET', 'Observation?_has:Provenance:target:_id=1'],
      ]),
    ).toEqual([403, 403, 403, 403, 403, 403, 403, 403, 403, 200, 403]);
    const { body } = await send<Bundle>('GET', 'Observation?_include=Observation:subject');
    expect(new Set(body.entry?.map((entry) => entry.resource?.resourceType))).toEqual(new Set(['Observation']));
  });

  test('criteria hold for reading, searching, chains, includes and history', async () => {
    const send = as([
      { resourceType: 'Patient', criteria: `Patient?_id=${ada.id}` },
      { resourceType: 'Observation', criteria: `Observation?subject=Patient/${ada.id}` },
    ]);
    expect(await search(send, 'Patient?_total=accurate')).toEqual([ada.id]);
    expect(await search(send, 'Patient?name=bo')).toEqual([]);
    expect(await search(send, `Patient?_id=${bo.id}`)).toEqual([]);
    expect(await search(send, 'Observation')).toEqual([adaWeight.id]);
    expect(await search(send, 'Observation?subject:Patient.gender=male')).toEqual([]);
    expect(await search(send, 'Patient?_has:Observation:subject:value-quantity=70')).toEqual([ada.id]);
    expect(await search(send, `Observation?_id=${boWeight.id}`)).toEqual([]);
    expect(await search(send, 'Patient?_revinclude=Observation:subject')).toEqual([ada.id, adaWeight.id].sort());
    expect((await send<Bundle>('GET', 'Patient?_total=accurate&_count=0')).body.total).toBe(1);
    const { body } = await send<Bundle>('GET', `Observation?_sort=-_lastUpdated`);
    expect(idsOf(body)).toEqual([adaWeight.id]);
    expect(
      await statuses(send, [
        ['GET', `Patient/${ada.id}`],
        ['GET', `Patient/${bo.id}`],
        ['GET', `Patient/${bo.id}/_history`],
        ['GET', `Observation/${boWeight.id}`],
        ['PUT', `Patient/${bo.id}`, { ...bo, gender: 'other' }],
        ['DELETE', `Patient/${bo.id}`],
        ['POST', 'Observation', weightOf(bo)],
        ['POST', 'Observation', weightOf(ada)],
        ['PUT', `Observation/${adaWeight.id}`, { ...adaWeight, subject: { reference: `Patient/${bo.id}` } }],
      ]),
    ).toEqual([200, 404, 404, 404, 404, 404, 403, 201, 403]);
  });

  test('what several rules allow adds up', async () => {
    const send = as([
      { resourceType: 'Patient', criteria: `Patient?_id=${ada.id}` },
      { resourceType: 'Patient', criteria: `Patient?_id=${bo.id}`, readonly: true },
      { resourceType: '*', criteria: '*?_compartment=nobody' },
    ]);
    expect(await search(send, 'Patient')).toEqual([ada.id, bo.id].sort());
    expect(
      await statuses(send, [
        ['PUT', `Patient/${ada.id}`, { ...ada, gender: 'other' }],
        ['PUT', `Patient/${bo.id}`, { ...bo, gender: 'other' }],
      ]),
    ).toEqual([200, 403]);
  });

  test('a deleted resource stays hidden', async () => {
    const send = as([{ resourceType: 'Patient', criteria: 'Patient?active=true' }]);
    await fixture.send('DELETE', `Patient/${ada.id}`);
    await fixture.send('DELETE', `Patient/${bo.id}`);
    expect((await send('GET', `Patient/${ada.id}/_history`)).status).toBe(200);
    expect((await send('GET', `Patient/${bo.id}/_history`)).status).toBe(404);
  });

  test('read-only is read-only, and interactions are those that are listed', async () => {
    const readonly = as([{ resourceType: 'Patient', readonly: true }]);
    const listed = as([{ resourceType: 'Patient', interaction: ['read', 'create'] }]);
    const requests: Parameters<typeof statuses>[1] = [
      ['GET', `Patient/${ada.id}`],
      ['GET', `Patient/${ada.id}/_history`],
      ['GET', 'Patient'],
      ['POST', 'Patient', { resourceType: 'Patient' }],
      ['PUT', `Patient/${ada.id}`, { ...ada, gender: 'other' }],
      ['DELETE', `Patient/${ada.id}`],
    ];
    expect(await statuses(readonly, requests)).toEqual([200, 200, 200, 403, 403, 403]);
    expect(await statuses(listed, requests)).toEqual([200, 403, 403, 201, 403, 403]);
  });

  test('hidden fields are hidden everywhere, and survive an update', async () => {
    const send = as([
      { resourceType: 'Patient', hiddenFields: ['gender', 'name.family'] },
      { resourceType: 'Observation' },
    ]);
    const { body: read } = await send<Patient>('GET', `Patient/${ada.id}`);
    expect(read).toMatchObject({ active: true, name: [{}] });
    expect(read.gender).toBeUndefined();
    for (const query of ['Patient', 'Observation?_include=Observation:subject', 'Patient?_elements=gender']) {
      expect(JSON.stringify((await send('GET', query)).body)).not.toContain('female');
    }
    for (const path of ['_history', `_history/${ada.meta?.versionId}`]) {
      expect(JSON.stringify((await send('GET', `Patient/${ada.id}/${path}`)).body)).not.toContain('female');
    }
    const { body: updated } = await send<Patient>('PUT', `Patient/${ada.id}`, { ...read, birthDate: '1980-01-01' });
    expect(updated.gender).toBeUndefined();
    expect((await fixture.send<Patient>('GET', `Patient/${ada.id}`)).body).toMatchObject({
      gender: 'female',
      birthDate: '1980-01-01',
    });
  });

  test('read-only fields stay as they are', async () => {
    const send = as([{ resourceType: 'Patient', readonlyFields: ['gender'] }]);
    const { body } = await send<Patient>('PUT', `Patient/${ada.id}`, { ...ada, gender: 'male', active: false });
    expect(body).toMatchObject({ gender: 'female', active: false });
    expect((await send<Patient>('POST', 'Patient', { ...ada, id: undefined })).body.gender).toBeUndefined();
  });

  test('a write constraint looks at before and after', async () => {
    const appointment: Appointment = {
      resourceType: 'Appointment',
      status: 'booked',
      start: '2026-03-02T09:00:00Z',
      end: '2026-03-02T09:15:00Z',
      participant: [{ actor: { reference: `Patient/${ada.id}` }, status: 'accepted' }],
    };
    const booked = await make(appointment);
    const constraint = `(%before.exists() and %before.status = 'booked') or (%after.status != 'booked')`;
    const send = as([
      { resourceType: 'Appointment', writeConstraint: [{ language: 'text/fhirpath', expression: constraint }] },
    ]);
    expect(
      await statuses(send, [
        ['POST', 'Appointment', appointment],
        ['POST', 'Appointment', { ...appointment, status: 'proposed' }],
        ['PUT', `Appointment/${booked.id}`, { ...booked, status: 'cancelled' }],
        ['PUT', `Appointment/${booked.id}`, { ...booked, status: 'booked', comment: 'again' }],
      ]),
    ).toEqual([403, 201, 200, 403]);
  });

  test('a transaction that is refused in part leaves nothing', async () => {
    const send = as([{ resourceType: 'Patient' }, { resourceType: 'Observation', readonly: true }]);
    const entry = [{ resourceType: 'Patient' }, weightOf(ada)].map((resource) => ({
      resource,
      request: { method: 'POST', url: resource.resourceType },
    }));
    expect((await send('POST', '', { resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(403);
    expect(await search(send, 'Patient')).toHaveLength(2);
  });

  test('compartments', async () => {
    const send = as([{ resourceType: 'Observation', compartment: { reference: `Patient/${ada.id}` } }]);
    expect(await search(send, 'Observation')).toEqual([adaWeight.id]);
    expect(
      await statuses(send, [
        ['GET', `Observation/${adaWeight.id}`],
        ['GET', `Observation/${boWeight.id}`],
      ]),
    ).toEqual([200, 404]);
  });

  test('what belongs to administrators is theirs, without the secrets', async () => {
    const projectId = fixture.context.projectId as string;
    const system = fixture.service.repository({ author: { reference: 'system' }, admin: true });
    await system.updateResource({
      resourceType: 'Project',
      id: projectId,
      name: 'Clinic',
      systemSecret: [{ name: 'key', valueString: 'hush' }],
      secret: [{ name: 'token', valueString: 'theirs' }],
    });
    const user = await system.createResource({
      resourceType: 'User',
      firstName: 'Ada',
      lastName: 'A',
      passwordHash: 'hash',
      meta: { project: projectId },
    });
    const login = await system.createResource({
      resourceType: 'Login',
      user: { reference: `User/${user.id}` },
      authMethod: 'password',
      authTime: '2026-01-01T00:00:00Z',
    });
    const membership = await system.createResource({
      resourceType: 'ProjectMembership',
      project: { reference: `Project/${projectId}` },
      user: { reference: `User/${user.id}` },
      profile: { reference: `Practitioner/${randomUUID()}` },
    });
    const paths = [
      `Project/${projectId}`,
      `User/${user.id}`,
      `ProjectMembership/${membership.id}`,
      `Login/${login.id}`,
    ];
    const requests = paths.map((path): ['GET', string] => ['GET', path]);
    const everything = [{ resourceType: '*' }];
    expect(await statuses(fixture.send, requests)).toEqual([403, 403, 403, 403]);
    expect(await statuses(as([...everything, { resourceType: 'User' }]), requests)).toEqual([403, 403, 403, 403]);
    const admin = as(everything, { admin: true });
    expect(await statuses(admin, requests)).toEqual([200, 200, 200, 403]);
    const { body: project } = await admin('GET', `Project/${projectId}`);
    expect(JSON.stringify(project)).not.toContain('hush');
    expect(JSON.stringify(project)).toContain('theirs');
    expect(JSON.stringify((await admin('GET', 'User')).body)).not.toContain('hash');
    expect(await search(admin, 'ProjectMembership')).toEqual([membership.id]);
    expect(await search(admin, 'User')).toEqual([user.id]);
    const other = sender(fixture.service, { ...fixture.context, projectId: randomUUID(), admin: true });
    expect(await statuses(other, requests)).toEqual([404, 404, 404, 403]);
  });
});
