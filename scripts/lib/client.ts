import { setTimeout as pause } from 'node:timers/promises';
import { MedplumClient } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { Credentials } from './settings.ts';

/** A quota is for a minute; whoever asks together with many others may find it used up again. */
const MOST_TRIES = 10;
const UNSAID_MS = 1_000;

/**
 * Signs in with client credentials. Nothing is cached: what a command prints is what the server has. A used-up quota is
 * waited for.
 */
export async function signIn({ baseUrl, clientId, clientSecret }: Credentials): Promise<MedplumClient> {
  const medplum = new MedplumClient({ baseUrl, cacheTime: 0, fetch: patientFetch });
  await medplum.startClientLogin(clientId, clientSecret);
  return medplum;
}

/**
 * `fetch` that waits for a used-up quota: a deploy takes more than a minute's. The client's own patience ends after two tries, and with many requests at once it waits for what the server said of
 * another one.
 */
export async function patientFetch(url: string, options?: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(url, options);
    if (response.status !== 429 || tries === MOST_TRIES) {
      return response;
    }
    await pause(msUntilQuota((await response.json()) as OperationOutcome) || UNSAID_MS);
  }
}

/** Milliseconds until a used-up quota is there again, as Medplum says it; 0 for any other outcome. */
export function msUntilQuota(outcome: OperationOutcome | undefined): number {
  const diagnostics = outcome?.issue?.[0]?.diagnostics ?? '';
  return Number(/"_msBeforeNext":(\d+)/.exec(diagnostics)?.[1] ?? 0);
}
