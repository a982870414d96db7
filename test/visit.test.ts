import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startClinicServer } from '../scripts/lib/clinic-server.ts';
import type { ClinicServer } from '../scripts/lib/clinic-server.ts';
import { runVisit } from '../scripts/demo/visit.ts';
import { silentLogger } from '../server/index.ts';

/** The whole product over HTTP, on the system's clock, as a user starts it. */
describe('the whole visit', () => {
  let running: ClinicServer;
  beforeAll(async () => {
    running = await startClinicServer({ port: 0, demo: true, logger: silentLogger });
  });
  afterAll(() => running.server.close());

  test('runs twice, beside each other', async () => {
    const { medplum, clinic } = running;
    const steps: string[] = [];
    const visits = await Promise.all([
      runVisit(medplum, clinic!, (step) => steps.push(step)),
      runVisit(medplum, clinic!, () => undefined),
    ]);
    expect(steps).toHaveLength(11);
    expect(new Set(visits.map(({ journey }) => journey.id)).size).toBe(2);
    for (const { appointment, encounter, journey, note } of visits) {
      expect(appointment.status).toBe('fulfilled');
      expect(journey).toMatchObject({ status: 'completed', encounter: { reference: `Encounter/${encounter.id}` } });
      expect(note).toMatchObject({ status: 'final', encounter: { reference: `Encounter/${encounter.id}` } });
      expect(
        await medplum.searchResources('CarePlan', { 'activity-reference': `Appointment/${appointment.id}` }),
      ).toHaveLength(1);
    }
  });
});
