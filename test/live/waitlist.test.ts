import { beforeAll, expect, test } from '@jest/globals';
import type { MedplumClient, WithId } from '@medplum/core';
import { createReference, toServiceTypeCodeableConcepts } from '@medplum/core';
import type { Appointment, HealthcareService, Patient, PractitionerRole, Schedule, Slot } from '@medplum/fhirtypes';
import { DAYS } from '../../bots/scheduling/availability.ts';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';
import { withPattern } from '../scheduling/fixtures.ts';

const DAY_MS = 86_400_000;

let medplum: MedplumClient;
beforeAll(async () => {
  medplum = await signIn(readCredentials(process.env));
  await deploy(medplum);
});

const call = <T>(type: string, operation: string, body: object): Promise<T> =>
  medplum.post<T>(medplum.fhirUrl(type, operation), body);

const newPatient = (): Promise<WithId<Patient>> =>
  medplum.createResource({ resourceType: 'Patient', active: true, name: [{ family: 'Waits' }] });

/** One slot of a provider at a site, for a service of its own. */
async function newSlot(): Promise<{ service: WithId<HealthcareService>; role: WithId<PractitionerRole>; slot: Slot }> {
  const type = [{ coding: [{ system: 'https://example.org/services', code: `live-${Date.now()}` }] }];
  const service = await medplum.createResource<HealthcareService>({ resourceType: 'HealthcareService', type });
  const person = await medplum.createResource({ resourceType: 'Practitioner', active: true });
  const practitioner = createReference(person);
  const role = await medplum.createResource<PractitionerRole>({ resourceType: 'PractitionerRole', practitioner });
  const hours = [{ days: DAYS, from: '09:00', to: '09:30' }];
  const empty: Schedule = { resourceType: 'Schedule', active: true, actor: [createReference(role)] };
  const schedule = await medplum.createResource(withPattern(empty, service, { hours, duration: 30, zone: 'UTC' }));
  const start = new Date(Math.ceil(Date.now() / DAY_MS) * DAY_MS);
  const window = { start: start.toISOString(), end: new Date(start.getTime() + DAY_MS).toISOString() };
  await call('Schedule', '$generate-slots', { schedule: `Schedule/${schedule.id}`, ...window });
  const [slot] = await medplum.searchResources('Slot', { schedule: `Schedule/${schedule.id}` });
  return { service, role, slot: slot! };
}

test('a place that comes free is offered to the first on the waitlist, then to the next, who takes it', async () => {
  const { service, role, slot } = await newSlot();
  const reference = `Slot/${slot.id}`;
  const other = await newPatient();
  const booking = await call<WithId<Appointment>>('Slot', '$book', { slot: reference, patient: `Patient/${other.id}` });
  const enter = async (patient: WithId<Patient>): Promise<WithId<Appointment>> => {
    const entry = await medplum.createResource<Appointment>({
      resourceType: 'Appointment',
      status: 'waitlist',
      serviceType: toServiceTypeCodeableConcepts(service),
      participant: [
        { actor: createReference(patient), status: 'accepted' },
        { actor: role.practitioner, status: 'needs-action' },
      ],
    });
    // From when it is looked at.
    await becomes(entry, ({ extension }) => extension !== undefined);
    return entry;
  };
  const [patient, next] = [await newPatient(), await newPatient()];
  const [first, second] = [await enter(patient), await enter(next)];

  await medplum.patchResource('Appointment', booking.id, [{ op: 'replace', path: '/status', value: 'cancelled' }]);
  expect((await becomes(first, ({ status }) => status === 'pending')).slot).toMatchObject([{ reference }]);
  const told = await waitFor(
    'the message',
    async () => (await medplum.searchResources('Communication', { recipient: `Patient/${patient.id}` }))[0],
  );
  expect(told.about).toMatchObject([{ reference: `Appointment/${first.id}` }]);

  await call('Slot', '$release', { appointment: `Appointment/${first.id}` });
  await becomes(second, ({ status }) => status === 'pending');
  const accepted = { slot: reference, patient: `Patient/${next.id}`, appointment: `Appointment/${second.id}` };
  expect(await call('Slot', '$book', accepted)).toMatchObject({ id: second.id, status: 'booked' });
  expect((await medplum.readResource('Appointment', first.id)).status).toBe('waitlist');
});

function becomes(
  { id }: WithId<Appointment>,
  isSo: (appointment: Appointment) => boolean,
): Promise<WithId<Appointment>> {
  return waitFor(`Appointment/${id}`, async () => {
    const now = await medplum.readResource('Appointment', id);
    return isSo(now) ? now : undefined;
  });
}
