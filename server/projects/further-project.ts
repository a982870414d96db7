import { randomUUID } from 'node:crypto';
import type { Project } from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Repositories } from '../auth/session.ts';
import { systemClock } from '../clock.ts';
import { createFhirService } from '../fhir/service.ts';
import { openStore } from '../store/store.ts';
import { ensureClient, FEATURES } from './bootstrap.ts';
import { randomSecret } from './members.ts';

/** A project that was made, and its administrator client, whose secret is told this once. */
export interface FurtherProject {
  readonly projectId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Makes one more project in the store of a server, which must not run meanwhile. It sees nothing of the others, nor they
 * of it.
 * @throws DataFolderInUseError
 */
export async function addProject(dataDir: string, name: string): Promise<FurtherProject> {
  const store = openStore({ dataDir, clock: systemClock });
  try {
    const fhir = createFhirService(store, { clock: systemClock, baseUrl: '' });
    const repositories: Repositories = (context) => fhir.repository(context);
    return await store.transaction(async () => {
      const id = randomUUID();
      const project = await repositories(systemContext()).updateResource<Project>({
        resourceType: 'Project',
        id,
        meta: { project: id },
        name,
        strictMode: true,
        features: FEATURES,
      });
      const made = { projectId: id, clientId: randomUUID(), clientSecret: randomSecret() };
      await ensureClient(repositories, project, made.clientId, made.clientSecret);
      return made;
    });
  } finally {
    await store.close();
  }
}
