import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Appointment, Bundle, BundleEntry, OperationOutcome, Patient, Resource, Slot } from '@medplum/fhirtypes';
import { randomUUID } from 'node:crypto';
import type { Fixture } from './fixtures.ts';
import { makeFixture } from './fixtures.ts';

describe('Bundles', () => {
  let fixture: Fixture;

  beforeEach(() => {
    fixture = makeFixture();
  });

  afterEach(() => fixture.store.close());

  function bundle(type: 'transaction' | 'batch', entry: BundleEntry[]): Bundle {
    return { resourceType: 'Bundle', type, entry };
  }

  function post(resource: Resource, fullUrl?: string, ifNoneExist?: string): BundleEntry {
    return { fullUrl, resource, request: { method: 'POST', url: resource.resourceType, ifNoneExist } };
  }

  async function total(query: string): Promise<number | undefined> {
    const separator = query.includes('?') ? '&' : '?';
    return (await fixture.send<Bundle>('GET', `${query}${separator}_total=accurate&_count=0`)).body.total;
  }

  async function freeSlot(): Promise<Slot> {
    const slot: Slot = {
      resourceType: 'Slot',
      status: 'free',
      schedule: { reference: `Schedule/${randomUUID()}` },
      start: '2026-03-03T09:00:00Z',
      end: '2026-03-03T09:15:00Z',
    };
    return (await fixture.send<Slot>('POST', 'Slot', slot)).body;
  }

  test('a transaction is done as a whole, with its references', async () => {
    const [patientUrl, otherUrl] = [`urn:uuid:${randomUUID()}`, `urn:uuid:${randomUUID()}`];
    const { status, body } = await fixture.send<Bundle>(
      'POST',
      '',
      bundle('transaction', [
        post({ resourceType: 'Patient', link: [{ other: { reference: otherUrl }, type: 'seealso' }] }, patientUrl),
        post({ resourceType: 'Patient', active: true }, otherUrl),
      ]),
    );
    expect(status).toBe(200);
    expect(body.entry?.map((entry) => entry.response?.status)).toEqual(['201', '201']);
    const [first, second] = (body.entry ?? []).map((entry) => entry.resource as Patient);
    expect(first?.link?.[0]?.other.reference).toBe(`Patient/${second?.id}`);
  });

  test('a transaction that fails in part leaves nothing', async () => {
    const slot = await freeSlot();
    const failing: BundleEntry[] = [
      {
        resource: { ...slot, status: 'busy' },
        request: { method: 'PUT', url: `Slot/${slot.id}`, ifMatch: 'W/"stale"' },
      },
      { resource: { resourceType: 'Patient', nope: 1 } as Patient, request: { method: 'POST', url: 'Patient' } },
      { request: { method: 'DELETE', url: `Patient/${randomUUID()}` } },
    ];
    for (const [index, expected] of [412, 400, 404].entries()) {
      const entries = [post({ resourceType: 'Patient', active: true }), failing[index] as BundleEntry];
      expect((await fixture.send('POST', '', bundle('transaction', entries))).status).toBe(expected);
      expect(await total('Patient')).toBe(0);
    }
    expect((await fixture.send<Slot>('GET', `Slot/${slot.id}`)).body.status).toBe('free');
  });

  test('of fifty bookings of a place one succeeds, and the others leave nothing', async () => {
    const slot = await freeSlot();
    const book = () => {
      const appointment: Appointment = {
        resourceType: 'Appointment',
        status: 'booked',
        start: slot.start,
        end: slot.end,
        slot: [{ reference: `Slot/${slot.id}` }],
        participant: [{ actor: { reference: `Patient/${randomUUID()}` }, status: 'accepted' }],
      };
      const take: BundleEntry = {
        resource: { ...slot, status: 'busy' },
        request: { method: 'PUT', url: `Slot/${slot.id}`, ifMatch: `W/"${slot.meta?.versionId}"` },
      };
      return fixture.send('POST', '', bundle('transaction', [take, post(appointment)]));
    };
    const answers = await Promise.all(Array.from({ length: 50 }, book));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(49).fill(412)]);
    expect(await total(`Appointment?slot=Slot/${slot.id}`)).toBe(1);
  });

  test('conditional entries of racing transactions make one resource, which all of them refer to', async () => {
    const bundleOf = () => {
      const url = `urn:uuid:${randomUUID()}`;
      const patient: Patient = { resourceType: 'Patient', identifier: [{ system: 'urn:mrn', value: '1' }] };
      const friend: Patient = { resourceType: 'Patient', link: [{ other: { reference: url }, type: 'seealso' }] };
      return bundle('transaction', [post(patient, url, 'identifier=urn:mrn|1'), post(friend)]);
    };
    const answers = await Promise.all(Array.from({ length: 10 }, () => fixture.send<Bundle>('POST', '', bundleOf())));
    const friends = answers.map(({ body }) => body.entry?.[1]?.resource as Patient);
    expect(new Set(friends.map((friend) => friend.link?.[0]?.other.reference)).size).toBe(1);
    expect(await total('Patient?identifier=urn:mrn|1')).toBe(1);
  });

  test('the entries of a batch fail alone', async () => {
    const { body } = await fixture.send<Bundle>(
      'POST',
      '',
      bundle('batch', [
        post({ resourceType: 'Patient', active: true }),
        post({ resourceType: 'Patient', nope: 1 } as Patient),
        { request: { method: 'GET', url: 'Patient?active=true' } },
      ]),
    );
    expect(body.entry?.map((entry) => entry.response?.status)).toEqual(['201', '400', '200']);
    expect((body.entry?.[2]?.resource as Bundle).entry).toHaveLength(1);
    expect(await total('Patient')).toBe(1);
  });

  test.each([
    [
      'an unquoted version',
      { request: { method: 'PUT', url: 'Patient/1', ifMatch: '1' } },
      'Bundle.entry[0].request.ifMatch',
    ],
    ['an entry that is none', 7, 'Bundle.entry[0]'],
    ['a url that is none', { request: { method: 'GET', url: 7 } }, 'Bundle.entry[0].request.url'],
    ['an operation', { request: { method: 'POST', url: 'Bot/1/$execute' } }, 'Bundle.entry[0].request.url'],
  ])('%s is refused', async (_name, entry, expression) => {
    const { status, body } = await fixture.send<OperationOutcome>(
      'POST',
      '',
      bundle('transaction', [entry as BundleEntry]),
    );
    expect(status).toBe(400);
    expect(body.issue[0]?.expression).toEqual([expression]);
  });

  test('a repository nests transactions, and an error undoes the inner one only', async () => {
    const repository = fixture.service.repository(fixture.context);
    await repository.withTransaction(async (outer) => {
      await outer.createResource<Patient>({ resourceType: 'Patient', gender: 'female' });
      const inner = outer.withTransaction(async (nested) => {
        await nested.createResource<Patient>({ resourceType: 'Patient', gender: 'male' });
        throw new Error('undo');
      });
      await expect(inner).rejects.toThrow('undo');
      expect(await outer.searchResources({ resourceType: 'Patient' })).toHaveLength(1);
      expect(await total('Patient?gender=female')).toBe(1);
    });
    expect(await total('Patient')).toBe(1);
  });
});
