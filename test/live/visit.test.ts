import { beforeAll, describe, expect, test } from '@jest/globals';
import type { MedplumClient } from '@medplum/core';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { runVisit } from '../../scripts/demo/visit.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { seedDemoClinic } from '../../scripts/lib/seed.ts';
import type { DemoClinic } from '../../scripts/lib/seed.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import { raceForSlot } from '../race.ts';

/** The end-to-end flows against the server that MEDPLUM_BASE_URL names. */
describe('on the server that MEDPLUM_BASE_URL names', () => {
  let medplum: MedplumClient;
  let clinic: DemoClinic;
  beforeAll(async () => {
    medplum = await signIn(readCredentials(process.env));
    await deploy(medplum);
    clinic = await seedDemoClinic(medplum);
  });

  test('a second deploy changes nothing', async () => {
    expect((await deploy(medplum)).report.changed).toBe(false);
  });

  test('the whole visit works, twice beside each other', async () => {
    const visits = await Promise.all([1, 2].map(() => runVisit(medplum, clinic, () => undefined)));
    for (const { appointment, journey, note } of visits) {
      expect([appointment.status, journey.status, note.status]).toEqual(['fulfilled', 'completed', 'final']);
    }
  });

  test.each([
    [1, 1],
    [3, 3],
  ])('of fifty patients at once on a slot with %i places, exactly %i are booked', async (capacity, expected) => {
    const answers = await raceForSlot(medplum, clinic, capacity, 50);
    expect(answers.toSorted()).toEqual([
      ...Array<string>(expected).fill('booked'),
      ...Array<string>(50 - expected).fill('conflict'),
    ]);
  });
});
