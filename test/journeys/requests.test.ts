import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createReference } from '@medplum/core';
import type { Encounter } from '@medplum/fhirtypes';
import { sweepEncounters } from '../../bots/encounters/sweep.ts';
import { sweepJourneys } from '../../bots/journeys/sweep.ts';
import { bookDirectly } from '../appointments.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { requestsOf } from './requests.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await startClinic({ now: '2030-03-04T12:00:00Z' });
});
afterAll(() => clinic.close());

const TWO_HOURS_MS = 2 * 3_600_000;

test('what was complete for a while, or starts no journey, costs the sweeps no request of its own', async () => {
  const schedule = clinic.demo('schedule-1');
  const patient = await clinic.newPatient();
  const bookElsewhere = async (): Promise<void> => {
    // On a slot that nobody knows: its Schedule does not take part, and no journey starts.
    await bookDirectly(clinic, patient, '2030-04-10T12:00:00Z', { slot: [{ reference: `Slot/${schedule.id}` }] });
  };
  const finish = async (): Promise<void> => {
    await clinic.medplum.createResource<Encounter>({
      resourceType: 'Encounter',
      status: 'finished',
      class: { code: 'AMB' },
      subject: createReference(patient),
      period: { start: '2030-03-04T10:00:00Z', end: '2030-03-04T10:30:00Z' },
    });
  };
  const counted = async (): Promise<number[]> => {
    await clinic.server.drain();
    const later = new Date(clinic.clock.now() + TWO_HOURS_MS);
    return [await requestsOf(clinic, sweepJourneys, later), await requestsOf(clinic, sweepEncounters, later)];
  };
  await bookElsewhere();
  await finish();
  const few = await counted();
  for (let n = 0; n < 8; n++) {
    await bookElsewhere();
    await finish();
  }
  expect(await counted()).toEqual(few);
});
