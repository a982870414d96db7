import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import { runDue } from '../../bots/journeys/run-due.ts';
import { bookDirectly } from '../appointments.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await startClinic({ now: '2030-03-04T12:00:00Z' });
});
afterAll(() => clinic.close());

/** Requests that one run of due steps makes. */
async function requestsOfRun(now: string): Promise<number> {
  let requests = 0;
  const counting = new MedplumClient({
    baseUrl: `${clinic.server.baseUrl}/`,
    cacheTime: 0,
    fetch: (url: string, init: RequestInit) => {
      requests++;
      return fetch(url, init);
    },
  });
  const { clientId, clientSecret } = clinic.server.credentials;
  counting.setBasicAuth(clientId, clientSecret);
  await runDue({ fhir: counting, now: new Date(now), secrets: {} });
  return requests;
}

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
