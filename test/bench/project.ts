import type { MedplumClient } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Bot, UserConfiguration } from '@medplum/fhirtypes';

/** Medplum takes a member's own project, whatever the address says. */
export const OWN_PROJECT = 'own';

/** More than any bench uses. */
const OPTION = [{ id: 'fhirQuota', valueInteger: 100_000_000 }];

/** Otherwise a server that keeps to its quota would have the quota of the bench's own client measured. */
export async function liftQuota(administrator: MedplumClient, clientId: string): Promise<void> {
  const configuration = await administrator.createResource<UserConfiguration>({
    resourceType: 'UserConfiguration',
    name: 'bench',
    option: OPTION,
  });
  const membership = await administrator.searchOne('ProjectMembership', `profile=ClientApplication/${clientId}`);
  await administrator.post(`admin/projects/${OWN_PROJECT}/members/${membership?.id}`, {
    ...membership,
    userConfiguration: createReference(configuration),
  });
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
