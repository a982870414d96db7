import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runDue } from '../../bots/journeys/run-due.ts';
import { bookDirectly } from '../appointments.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { requestsOf } from './requests.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await startClinic({ now: '2030-03-04T12:00:00Z' });
});
afterAll(() => clinic.close());

const requestsOfRun = (now: string): Promise<number> => requestsOf(clinic, runDue, new Date(now));

test('a run of due steps makes one request to find them and one for each, however many journeys there are', async () => {
  const book = async (start: string): Promise<void> => {
    await bookDirectly(clinic, await clinic.newPatient(), start);
  };
  await book('2030-04-10T12:00:00Z');
  await book('2030-04-10T12:00:00Z');
  await clinic.server.drain();
  expect(await requestsOfRun('2030-04-07T12:00:00Z')).toBe(3);
  for (let n = 0; n < 40; n++) {
    await book('2030-08-10T12:00:00Z');
  }
  await clinic.server.drain();
  expect(await requestsOfRun('2030-04-08T12:00:00Z')).toBe(1);
  expect(await requestsOfRun('2030-04-09T12:00:00Z')).toBe(3);
});
