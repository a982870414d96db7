import type { MedplumClient } from '@medplum/core';
import { OperationOutcomeError } from '@medplum/core';
import type { Appointment, Patient } from '@medplum/fhirtypes';
import { createCast } from '../scripts/demo/provider.ts';
import type { DemoClinic } from '../scripts/lib/seed.ts';
import { untilDecided } from './again.ts';

const DAY_MS = 86_400_000;

/**
 * Different patients book one slot of a new Schedule at the same moment.
 * @param now - The server's time, in milliseconds.
 * @returns What each was told: the status of their Appointment, or the code of the refusal.
 */
export async function raceForSlot(
  medplum: MedplumClient,
  clinic: DemoClinic,
  capacity: number,
  count: number,
  now = Date.now(),
): Promise<string[]> {
  const { schedule } = await createCast(medplum, clinic, capacity);
  await medplum.post(medplum.fhirUrl('Schedule', '$generate-slots'), {
    schedule: `Schedule/${schedule.id}`,
    start: new Date(now).toISOString(),
    end: new Date(now + 2 * DAY_MS).toISOString(),
  });
  const slot = await medplum.searchOne('Slot', { schedule: `Schedule/${schedule.id}`, status: 'free', _sort: 'start' });
  const patients = await createPatients(medplum, count);
  return Promise.all(patients.map((patient) => book(medplum, `Slot/${slot?.id}`, patient)));
}

async function book(medplum: MedplumClient, slot: string, patient: string): Promise<string> {
  const url = medplum.fhirUrl('Slot', '$book');
  try {
    return (await untilDecided(() => medplum.post<Appointment>(url, { slot, patient }))).status;
  } catch (thrown) {
    if (thrown instanceof OperationOutcomeError) {
      return thrown.outcome.issue[0]?.code ?? 'no code';
    }
    throw thrown;
  }
}

/** References to so many new patients, each made by a request of its own: the client waits for a used-up quota. */
async function createPatients(medplum: MedplumClient, count: number): Promise<string[]> {
  const created = await Promise.all(
    Array.from({ length: count }, (_none, index) =>
      medplum.createResource<Patient>({ resourceType: 'Patient', active: true, name: [{ family: `Racer ${index}` }] }),
    ),
  );
  return created.map(({ id }) => `Patient/${id}`);
}
