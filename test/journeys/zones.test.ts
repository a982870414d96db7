import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference, SchedulingParametersURI } from '@medplum/core';
import type { Appointment, Practitioner, Schedule, Slot } from '@medplum/fhirtypes';
import { GENERATED } from '../../bots/scheduling/names.ts';
import { messagesOf } from '../appointments.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await startClinic({ now: '2026-02-02T12:00:00Z' });
});
afterAll(() => clinic.close());

/** Booked in winter for a day in summer, on a Schedule that alone says what clock it goes by. */
async function bookOn(zone: string, start: string, end: string): Promise<WithId<Appointment>> {
  const { medplum } = clinic;
  const actor = await medplum.createResource<Practitioner>({ resourceType: 'Practitioner', active: true });
  const schedule = await medplum.createResource<Schedule>({
    resourceType: 'Schedule',
    active: true,
    actor: [createReference(actor)],
    extension: [{ url: SchedulingParametersURI, extension: [{ url: 'timezone', valueCode: zone }] }],
  });
  const slot = await medplum.createResource<Slot>({
    resourceType: 'Slot',
    meta: { tag: [GENERATED] },
    status: 'busy',
    schedule: createReference(schedule),
    start,
    end,
  });
  const patient = await clinic.newPatient();
  const appointment = await medplum.createResource<Appointment>({
    resourceType: 'Appointment',
    status: 'booked',
    start,
    end,
    slot: [createReference(slot)],
    participant: [patient, actor].map((one) => ({ actor: createReference(one) as never, status: 'accepted' })),
  });
  await clinic.server.drain();
  return appointment;
}

test('days are counted on the clock of the Schedule, across a change of it between the booking and the visit', async () => {
  // The clock goes forward on 29 March: three days before 09:00 is at 09:00, an hour later by UTC.
  const appointment = await bookOn('Europe/Vienna', '2026-03-30T09:00:00+02:00', '2026-03-30T09:30:00+02:00');
  clinic.medplum.invalidateAll();
  const plan = await clinic.medplum.searchOne('CarePlan', `activity-reference=Appointment/${appointment.id}`);
  const requests = await clinic.medplum.searchResources('CommunicationRequest', `based-on=CarePlan/${plan?.id}`);
  const due = requests.filter(({ status }) => status === 'active').map(({ occurrenceDateTime }) => occurrenceDateTime);
  expect(due.sort()).toEqual(['2026-03-27T08:00:00.000Z', '2026-03-29T07:00:00.000Z']);
});

test('what a message says is on that clock, too', async () => {
  // Nobody wrote the offset of the place: an import, in UTC.
  const appointment = await bookOn('America/St_Johns', '2026-03-30T11:30:00Z', '2026-03-30T12:00:00Z');
  const [confirmation] = await messagesOf(clinic.medplum, appointment);
  expect(confirmation?.payload?.[0]?.contentString).toMatch(/9:00\sAM/);
});
