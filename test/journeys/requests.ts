import type { Run } from '../../bots/runtime/definition.ts';
import { watchedClient } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';

/** How many requests one run of a cron bot makes. */
export async function requestsOf(clinic: Clinic, work: (run: Run) => Promise<unknown>, now: Date): Promise<number> {
  let requests = 0;
  const counting = watchedClient(clinic, (url, options) => {
    requests++;
    return fetch(url, options);
  });
  await work({ fhir: counting, now, secrets: {} });
  return requests;
}
