import { MedplumClient } from '@medplum/core';
import type { Run } from '../../bots/runtime/definition.ts';
import type { Clinic } from '../clinic.ts';

/** How many requests one run of a cron bot makes. */
export async function requestsOf({ server }: Clinic, work: (run: Run) => Promise<unknown>, now: Date): Promise<number> {
  let requests = 0;
  const counting = new MedplumClient({
    baseUrl: `${server.baseUrl}/`,
    cacheTime: 0,
    fetch: (url: string, init: RequestInit) => {
      requests++;
      return fetch(url, init);
    },
  });
  const { clientId, clientSecret } = server.credentials;
  counting.setBasicAuth(clientId, clientSecret);
  await work({ fhir: counting, now, secrets: {} });
  return requests;
}
