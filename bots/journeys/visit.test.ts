import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Appointment, CarePlan, Encounter } from '@medplum/fhirtypes';
import type { WithId } from '@medplum/core';
import { startClinic } from '../../test/clinic.ts';
import type { Clinic } from '../../test/clinic.ts';
import { bookDirectly, messagesOf, outcomeOf, setDeliveries, setStatus } from './testing.ts';

const DONE = {
  appointment: 'fulfilled',
  journeys: ['completed'],
  linked: true,
  stages: { 'pre-visit': 'completed', 'day-of-visit': 'completed', 'post-visit': 'completed' },
  messages: ['after-visit completed', 'appointment-confirmation completed'],
  encounters: ['finished'],
};

describe('The journey of an outpatient visit', () => {
  let clinic: Clinic;

  beforeAll(async () => {
    clinic = await startClinic({ now: '2030-03-04T12:00:00Z' });
  });

  afterAll(() => clinic.close());

  const soon = (hours: number): string => new Date(clinic.clock.now() + hours * 3_600_000).toISOString();
  const startEncounter = (appointment: Appointment): Promise<WithId<Encounter>> =>
    clinic.call('Appointment/$start-encounter', { appointment: `Appointment/${appointment.id}` });

  test('runs by itself from the booking to the end', async () => {
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), soon(2));
    await clinic.server.drain();
    expect(await outcomeOf(clinic, appointment)).toEqual({
      appointment: 'booked',
      journeys: ['active'],
      linked: false,
      stages: { 'pre-visit': 'in-progress', 'day-of-visit': 'requested', 'post-visit': 'requested' },
      messages: ['appointment-confirmation completed'],
      requests: ['completed'],
      encounters: [],
    });

    await clinic.call('Appointment/$check-in', { appointment: `Appointment/${appointment.id}` });
    await clinic.server.drain();
    expect(await outcomeOf(clinic, appointment)).toMatchObject({
      appointment: 'arrived',
      stages: { 'pre-visit': 'completed', 'day-of-visit': 'in-progress', 'post-visit': 'requested' },
    });

    const encounter = await startEncounter(appointment);
    await clinic.server.drain();
    const [plan] = await clinic.medplum.searchResources('CarePlan', `encounter=Encounter/${encounter.id}`);
    expect(plan?.status).toBe('active');

    await setStatus(clinic, encounter, 'finished');
    await clinic.server.drain();
    expect(await outcomeOf(clinic, appointment)).toMatchObject(DONE);
  });
});
