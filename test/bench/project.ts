import type { MedplumClient } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { AccessPolicy, Bot, ClientApplication, Reference, UserConfiguration } from '@medplum/fhirtypes';
import { signIn } from '../../scripts/lib/client.ts';

/** Medplum takes a member's own project, whatever the address says. */
const OWN_PROJECT = 'own';

/** More than any bench uses. */
const OPTION = [{ id: 'fhirQuota', valueInteger: 100_000_000 }];

/**
 * Signs in a program of the bench's own, whose quota is lifted: otherwise a server that keeps to it would have that measured.
 * @param accessPolicy - All of the project, unless given.
 */
export async function addClient(
  administrator: MedplumClient,
  baseUrl: string,
  accessPolicy?: Reference<AccessPolicy>,
): Promise<MedplumClient> {
  const { id = '', secret = '' } = await administrator.post<ClientApplication>(`admin/projects/${OWN_PROJECT}/client`, {
    name: 'bench',
    ...(accessPolicy && { accessPolicy }),
  });
  const configuration = await administrator.createResource<UserConfiguration>({
    resourceType: 'UserConfiguration',
    name: 'bench',
    option: OPTION,
  });
  const membership = await administrator.searchOne('ProjectMembership', `profile=ClientApplication/${id}`);
  await administrator.post(`admin/projects/${OWN_PROJECT}/members/${membership?.id}`, {
    ...membership,
    userConfiguration: createReference(configuration),
  });
  return signIn({ baseUrl, clientId: id, clientSecret: secret });
}

/** The same for a bot whose quota the layer sets, until it is deployed anew. */
export async function liftQuotaOfBot(administrator: MedplumClient, name: string): Promise<void> {
  for (const configuration of await administrator.searchResources('UserConfiguration', { name })) {
    await administrator.updateResource<UserConfiguration>({ ...configuration, option: OPTION });
  }
}

/** A bot of the bench's own, which its server runs itself. */
export async function addBot(administrator: MedplumClient, code: string): Promise<string> {
  const { id = '' } = await administrator.post<Bot>(`admin/projects/${OWN_PROJECT}/bot`, {
    name: 'bench',
    runtimeVersion: 'vmcontext',
  });
  await administrator.post(administrator.fhirUrl('Bot', id, '$deploy'), { code, filename: 'bench.js' });
  return id;
}
