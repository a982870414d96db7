import { MedplumClient } from '@medplum/core';
import type { WebConfig } from '../config.ts';

/** Medplum's own client; it keeps the session in the browser and renews it. */
export function createClient({ baseUrl, clientId }: WebConfig): MedplumClient {
  return new MedplumClient({
    baseUrl,
    ...(clientId && { clientId }),
    // The pages keep what they loaded themselves (React Query); a second cache would show what is no longer true.
    cacheTime: 0,
    // A click that fails is told; only what is loaded is tried again (React Query).
    maxRetries: 0,
  });
}
