import { MedplumClient } from '@medplum/core';
import type { Credentials } from './settings.ts';

/** Signs in with client credentials. Nothing is cached: what a command prints is what the server has. */
export async function signIn({ baseUrl, clientId, clientSecret }: Credentials): Promise<MedplumClient> {
  const medplum = new MedplumClient({ baseUrl, cacheTime: 0 });
  await medplum.startClientLogin(clientId, clientSecret);
  return medplum;
}
