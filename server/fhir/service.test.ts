import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Bundle, OperationOutcome, Patient, Slot } from '@medplum/fhirtypes';
import { randomUUID } from 'node:crypto';
import type { Change } from '../context.ts';
import type { Fixture } from './fixtures.ts';
import { issueText, makeFixture, memberContext, sender } from './fixtures.ts';

const patient: Patient = { resourceType: 'Patient', name: [{ family: 'Rossi', given: ['Ada'] }] };

describe('FHIR service', () => {
  let fixture: Fixture;
  let changes: Change[];
  let commits: number;

  beforeEach(() => {
    changes = [];
    commits = 0;
    const observer = {
      onWrite: async (change: Change) => void changes.push(change),
      onCommit: () => void commits++,
    };
    fixture = makeFixture({ observers: [observer] });
  });

  afterEach(() => fixture.store.close());

  test('creates with an id, a version and an author of its own', async () => {
    const id = randomUUID();
    const meta = {
      versionId: 'mine',
      project: id,
      author: { reference: 'Practitioner/me' },
      lastUpdated: '2000-01-01T00:00:00Z',
    };
    const tag = [{ system: 'urn:tags', code: 'kept' }];
    const body = { ...patient, id, meta: { ...meta, tag } };
    const {
      status,
      headers,
      body: created,
    } = await fixture.send<Patient>('POST', 'Patient', body, { 'x-medplum': 'extended' });
    expect(status).toBe(201);
    expect(created.id).not.toBe(id);
    expect(created.meta).toMatchObject({
      author: fixture.context.author,
      project: fixture.context.projectId,
      lastUpdated: '2026-03-02T09:00:00.000Z',
      tag,
    });
    expect(headers).toMatchObject({
      etag: `W/"${created.meta?.versionId}"`,
      location: `http://test/fhir/R4/Patient/${created.id}`,
      'last-modified': 'Mon, 02 Mar 2026 09:00:00 GMT',
    });
    expect(changes).toMatchObject([{ interaction: 'create', projectId: fixture.context.projectId }]);
    expect(commits).toBe(1);
  });

  test('shows the fields of Medplum only to those who ask for them', async () => {
    const { body } = await fixture.send<Patient>('POST', 'Patient', patient);
    expect(Object.keys(body.meta ?? {}).sort()).toEqual(['lastUpdated', 'versionId']);
    const { body: bundle } = await fixture.send<Bundle>('GET', 'Patient');
    expect(bundle.entry?.[0]?.resource?.meta?.author).toBeUndefined();
  });

  test('keeps every version', async () => {
    const { body: first } = await fixture.send<Patient>('POST', 'Patient', patient);
    fixture.clock.advance(1000);
    const { body: second } = await fixture.send<Patient>('PUT', `Patient/${first.id}`, { ...first, gender: 'female' });
    await fixture.send('DELETE', `Patient/${first.id}`);
    expect((await fixture.send('GET', `Patient/${first.id}`)).status).toBe(410);
    expect((await fixture.send('DELETE', `Patient/${first.id}`)).status).toBe(200);
    const restored = await fixture.send<Patient>('PUT', `Patient/${first.id}`, first);
    expect(restored.status).toBe(200);
    const { body: history } = await fixture.send<Bundle>('GET', `Patient/${first.id}/_history`);
    expect(history.total).toBe(4);
    expect(history.entry?.map((entry) => entry.response?.status)).toEqual(['200', '410', '200', '200']);
    const old = await fixture.send<Patient>('GET', `Patient/${first.id}/_history/${second.meta?.versionId}`);
    expect(old.body.gender).toBe('female');
    expect(changes.map(({ interaction }) => interaction)).toEqual(['create', 'update', 'delete', 'create']);
    const { body: page } = await fixture.send<Bundle>('GET', `Patient/${first.id}/_history?_count=2&_offset=1`);
    expect(page.entry).toHaveLength(2);
    expect(page.link?.find(({ relation }) => relation === 'next')?.url).toContain('_offset=3');
  });

  test('makes no version of an update that changes nothing', async () => {
    const { body: first } = await fixture.send<Patient>('POST', 'Patient', patient);
    fixture.clock.advance(1000);
    const { status, body } = await fixture.send<Patient>('PUT', `Patient/${first.id}`, first);
    expect(status).toBe(200);
    expect(body.meta?.versionId).toBe(first.meta?.versionId);
    expect(changes).toHaveLength(1);
  });

  test('patches', async () => {
    const { body: first } = await fixture.send<Patient>('POST', 'Patient', patient);
    const patch = [{ op: 'add', path: '/gender', value: 'female' }];
    const { body } = await fixture.send<Patient>('PATCH', `Patient/${first.id}`, patch);
    expect(body.gender).toBe('female');
    const failing = [{ op: 'test', path: '/gender', value: 'male' }];
    expect((await fixture.send('PATCH', `Patient/${first.id}`, failing)).status).toBe(400);
    const escaping = [{ op: 'add', path: '/__proto__/polluted', value: true }];
    expect((await fixture.send('PATCH', `Patient/${first.id}`, escaping)).status).toBe(400);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('guards writes by version', async () => {
    const { body: first, headers } = await fixture.send<Patient>('POST', 'Patient', patient);
    const put = (ifMatch: string) =>
      fixture.send('PUT', `Patient/${first.id}`, { ...first, active: true }, { 'if-match': ifMatch });
    const unquoted = await fixture.send<OperationOutcome>('PUT', `Patient/${first.id}`, first, {
      'if-match': first.meta?.versionId,
    });
    expect(unquoted.status).toBe(400);
    expect(unquoted.body.issue[0]?.expression).toEqual(['If-Match']);
    expect((await put('W/"other"')).status).toBe(412);
    expect((await put(headers.etag as string)).status).toBe(200);
    expect((await put(headers.etag as string)).status).toBe(412);
    expect((await fixture.send('DELETE', `Patient/${first.id}`, undefined, { 'if-match': headers.etag })).status).toBe(
      412,
    );
  });

  test('answers only what is new, and as briefly as is preferred', async () => {
    const { body: first, headers } = await fixture.send<Patient>('POST', 'Patient', patient);
    const again = await fixture.send('GET', `Patient/${first.id}`, undefined, { 'if-none-match': headers.etag });
    expect(again).toMatchObject({ status: 304, body: undefined });
    const minimal = await fixture.send('POST', 'Patient', patient, { prefer: 'return=minimal' });
    expect(minimal).toMatchObject({ status: 201, body: undefined });
    expect(minimal.headers.location).toBeDefined();
    const outcome = await fixture.send('POST', 'Patient', patient, { prefer: 'return=OperationOutcome' });
    expect(outcome.body.resourceType).toBe('OperationOutcome');
  });

  test('creates once if there is none', async () => {
    const identified = { ...patient, identifier: [{ system: 'urn:mrn', value: '7' }] };
    const once = () =>
      fixture.send<Patient>('POST', 'Patient', identified, { 'if-none-exist': 'identifier=urn:mrn|7' });
    const answers = await Promise.all(Array.from({ length: 20 }, once));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(19).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect((await fixture.send('PUT', 'Patient?identifier=urn:mrn|7', { ...identified, active: true })).status).toBe(
      200,
    );
    expect((await fixture.send('PUT', 'Patient?identifier=urn:mrn|8', patient)).status).toBe(201);
    expect((await fixture.send('DELETE', 'Patient?identifier=urn:mrn|7')).status).toBe(200);
    expect((await fixture.send('GET', `Patient/${answers[0]?.body.id}`)).status).toBe(410);
  });

  test('lets one of fifty updates with the same version win', async () => {
    const { body: slot, headers } = await fixture.send<Slot>('POST', 'Slot', freeSlot());
    const take = (comment: string) =>
      fixture.send<Slot>('PUT', `Slot/${slot.id}`, { ...slot, status: 'busy', comment }, { 'if-match': headers.etag });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => take(`${index}`)));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(49);
    expect((await fixture.send('GET', `Slot/${slot.id}`)).body).toEqual(winners[0]?.body);
  });

  test('keeps projects apart', async () => {
    const { body: first } = await fixture.send<Patient>('POST', 'Patient', patient);
    const other = sender(fixture.service, memberContext());
    for (const path of ['', '/_history', `/_history/${first.meta?.versionId}`]) {
      expect((await other('GET', `Patient/${first.id}${path}`)).status).toBe(404);
    }
    expect((await other('PUT', `Patient/${first.id}`, first)).status).toBe(404);
    expect((await other('DELETE', `Patient/${first.id}`)).status).toBe(404);
    for (const query of ['', '?name=rossi', `?_id=${first.id}`, '?_lastUpdated=gt2000-01-01', '?name:missing=false']) {
      const { body } = await other<Bundle>('GET', `Patient${query}${query ? '&' : '?'}_total=accurate`);
      expect([body.entry ?? [], body.total]).toEqual([[], 0]);
    }
  });

  test('knows routes of other modules, and asks the fallback last', async () => {
    fixture.service.addRoute('POST', 'Bot/:id/$execute', async ({ params, body }) => ({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify(`${params.id} ${String(body)}`),
    }));
    fixture.service.setFallback(async ({ url }) =>
      url.includes('$known') ? [{ resourceType: 'OperationOutcome', id: 'ok', issue: [] }] : undefined,
    );
    expect((await fixture.send('POST', 'Bot/7/$execute', 'hi')).body).toBe('7 hi');
    expect((await fixture.send('POST', 'Slot/$known', {})).status).toBe(200);
    expect((await fixture.send('POST', 'Slot/$unknown', {})).status).toBe(404);
    expect((await fixture.send('GET', 'metadata')).body.resourceType).toBe('CapabilityStatement');
    expect((await fixture.send('POST', 'Patient/$validate', { resourceType: 'Patient', nope: 1 })).status).toBe(400);
  });

  test('names the path of what is wrong', async () => {
    const wrong = { resourceType: 'Patient', name: [{ family: 7 }] };
    const { status, body } = await fixture.send<OperationOutcome>('POST', 'Patient', wrong);
    expect(status).toBe(400);
    expect(body.issue[0]?.expression).toEqual(['Patient.name[0].family']);
    const unknown = await fixture.send<OperationOutcome>('GET', 'Patient?shoe-size=44');
    expect(unknown.status).toBe(400);
    expect(issueText(unknown.body)).toContain('shoe-size');
  });
});

function freeSlot(): Slot {
  return {
    resourceType: 'Slot',
    status: 'free',
    schedule: { reference: `Schedule/${randomUUID()}` },
    start: '2026-03-03T09:00:00Z',
    end: '2026-03-03T09:15:00Z',
  };
}
