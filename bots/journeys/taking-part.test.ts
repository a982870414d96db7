import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, CarePlan, Schedule, Slot } from '@medplum/fhirtypes';
import { setDeliveries } from '../../test/appointments.ts';
import { startClinic } from '../../test/clinic.ts';
import type { Clinic } from '../../test/clinic.ts';
import { GENERATED, SLOT_HORIZON } from '../scheduling/names.ts';

const TIME = { start: '2026-03-04T09:00:00-05:00', end: '2026-03-04T09:30:00-05:00' };

let clinic: Clinic;
beforeAll(async () => {
  clinic = await startClinic();
});
afterAll(() => clinic.close());

/** Books as another program would, past our operations, on a Schedule of the project. */
async function book(schedule: Partial<Schedule>, slot: Partial<Slot>): Promise<WithId<Appointment>> {
  const { medplum } = clinic;
  const actor = [{ reference: `Practitioner/${clinic.demo('provider-1').id}` }];
  const kept = await medplum.createResource<Schedule>({ resourceType: 'Schedule', actor, ...schedule });
  const taken = await medplum.createResource<Slot>({
    resourceType: 'Slot',
    schedule: createReference(kept),
    status: 'busy',
    ...TIME,
    ...slot,
  });
  return bookAt([createReference(taken)]);
}

async function bookAt(slot: Appointment['slot']): Promise<WithId<Appointment>> {
  const patient = await clinic.newPatient();
  return clinic.medplum.createResource<Appointment>({
    resourceType: 'Appointment',
    status: 'booked',
    ...(slot && { slot }),
    ...TIME,
    participant: [{ actor: createReference(patient), status: 'accepted' }],
  });
}

async function journeysOf({ id }: WithId<Appointment>): Promise<CarePlan[]> {
  await clinic.server.drain();
  await clinic.server.advance({ minutes: 10 });
  return clinic.medplum.searchResources('CarePlan', { 'activity-reference': `Appointment/${id}` });
}

test('a booking on a Schedule that does not take part starts no journey, by the sweep neither', async () => {
  expect(await journeysOf(await book({}, {}))).toHaveLength(0);
});

test.each<[string, Partial<Schedule>, Partial<Slot>]>([
  ['is kept filled', { extension: [{ url: SLOT_HORIZON, valuePositiveInt: 7 }] }, {}],
  ['has generated slots', {}, { meta: { tag: [{ ...GENERATED }] } }],
])('a booking on a Schedule that %s starts one', async (_what, schedule, slot) => {
  expect(await journeysOf(await book(schedule, slot))).toHaveLength(1);
});

test('so does a booking without a slot: there is no Schedule to leave alone', async () => {
  expect(await journeysOf(await bookAt(undefined))).toHaveLength(1);
});

test('what was booked before the layer came is left alone, and a lost delivery after that is found', async () => {
  const { medplum, server } = clinic;
  await setDeliveries(clinic, 'off');
  const before = await bookAt(undefined);
  await server.advance({ minutes: 1 });
  const [definition] = await medplum.searchResources('PlanDefinition', { name: 'OutpatientVisit' });
  await medplum.updateResource({ ...definition!, title: 'Installed just now' });
  await server.advance({ minutes: 1 });
  const after = await bookAt(undefined);
  expect(await journeysOf(before)).toHaveLength(0);
  expect(await journeysOf(after)).toHaveLength(1);
  await setDeliveries(clinic, 'active');
});
