import { randomUUID } from 'node:crypto';
import { isGone, isNotFound, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { ClientApplication, Project, ProjectSetting } from '@medplum/fhirtypes';
import { sameSecret } from '../auth/keys.ts';
import { systemContext } from '../auth/session.ts';
import type { Repositories } from '../auth/session.ts';
import type { Store } from '../store/store.ts';
import type { Credentials } from './credentials.ts';
import { addMember, randomSecret } from './members.ts';

/** What a project can do here. */
export const FEATURES: NonNullable<Project['features']> = [
  'bots',
  'cron',
  'email',
  'transaction-bundles',
  'websocket-subscriptions',
];

/** The project's administrator client, as somebody wants it to be. */
export interface AdminClient {
  id?: string;
  secret?: string;
}

export interface BootstrapOptions {
  store: Store;
  repositories: Repositories;
  baseUrl: string;
  /** What an earlier start wrote down. */
  known: Credentials | undefined;
  /** Overrides what is known. */
  adminClient: AdminClient;
  /** Project secrets by name; those that are there already and not named here stay. */
  secrets: Record<string, string>;
}

/**
 * Sees to it that there is a project with an administrator client, and that the secrets of the environment are in it.
 * Changes nothing that is as it should be, so it runs on every start.
 */
export async function bootstrap(options: BootstrapOptions): Promise<Credentials> {
  const { store, repositories, baseUrl, known, adminClient, secrets } = options;
  return store.transaction(async () => {
    const project = await ensureProject(store, repositories, secrets);
    const clientId = adminClient.id ?? known?.clientId ?? randomUUID();
    // The known secret belongs to the known client, not to one that the environment names.
    const knownSecret = known?.clientId === clientId ? known.clientSecret : undefined;
    const clientSecret = adminClient.secret ?? knownSecret ?? randomSecret();
    await ensureClient(repositories, project, clientId, clientSecret);
    return { baseUrl, projectId: project.id, clientId, clientSecret };
  });
}

async function ensureProject(
  store: Store,
  repositories: Repositories,
  secrets: Record<string, string>,
): Promise<WithId<Project>> {
  const server = repositories(systemContext());
  store.db.exec('CREATE TABLE IF NOT EXISTS home_project (id TEXT PRIMARY KEY) WITHOUT ROWID');
  const home = store.db.get<{ id: string }>('SELECT id FROM home_project');
  if (home) {
    const project = await server.readResource<Project>('Project', home.id);
    const secret = mergeSecrets(project.secret, secrets);
    // A store of an earlier version gets what this one can do more.
    const features = [...new Set([...(project.features ?? []), ...FEATURES])];
    return server.updateResource<Project>({ ...project, features, ...(secret.length > 0 && { secret }) });
  }
  const id = randomUUID();
  store.db.run('INSERT INTO home_project (id) VALUES (?)', id);
  const secret = mergeSecrets([], secrets);
  return server.updateResource<Project>({
    resourceType: 'Project',
    id,
    meta: { project: id },
    name: 'Careline',
    strictMode: true,
    features: FEATURES,
    ...(secret.length > 0 && { secret }),
  });
}

function mergeSecrets(present: ProjectSetting[] = [], wanted: Record<string, string>): ProjectSetting[] {
  return [
    ...present.filter(({ name }) => !(name in wanted)),
    ...Object.entries(wanted).map(([name, valueString]) => ({ name, valueString })),
  ];
}

/** Sees to it that a project has an administrator client with this secret. */
export async function ensureClient(
  repositories: Repositories,
  project: WithId<Project>,
  id: string,
  secret: string,
): Promise<void> {
  const server = repositories(systemContext());
  const present = await readClient(repositories, id);
  if (present?.secret !== undefined && sameSecret(present.secret, secret)) {
    return;
  }
  const client = await server.updateResource<ClientApplication>({
    resourceType: 'ClientApplication',
    id,
    meta: { project: project.id },
    name: 'Careline administrator',
    ...present,
    secret,
  });
  if (!present) {
    await addMember(repositories, project, client, { admin: true });
  }
}

async function readClient(repositories: Repositories, id: string): Promise<WithId<ClientApplication> | undefined> {
  try {
    return await repositories(systemContext()).readResource<ClientApplication>('ClientApplication', id);
  } catch (err) {
    if (err instanceof OperationOutcomeError && (isNotFound(err.outcome) || isGone(err.outcome))) {
      return undefined;
    }
    throw err;
  }
}
