import { randomBytes } from 'node:crypto';
import { createReference } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type {
  AccessPolicy,
  Attachment,
  Bot,
  ClientApplication,
  Project,
  ProjectMembership,
  Reference,
} from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Repositories } from '../auth/session.ts';
import { storeCode } from '../bots/deploy.ts';
import type { Repository } from '../fhir/repository.ts';
import type { BinaryContent } from '../http/binary-content.ts';

/** What `admin/projects/:id/bot` takes. */
export interface NewBot {
  name: string;
  description?: string;
  accessPolicy?: Reference<AccessPolicy>;
  sourceCode?: Attachment;
  executableCode?: Attachment;
}

const DEFAULT_SOURCE = `import type { BotEvent, MedplumClient } from '@medplum/core';

export async function handler(medplum: MedplumClient, event: BotEvent): Promise<unknown> {
  return event.input;
}
`;

/** A secret of 32 random bytes. */
export function randomSecret(): string {
  return randomBytes(32).toString('hex');
}

/** Makes somebody a member of a project. */
export async function addMember(
  repositories: Repositories,
  project: WithId<Project>,
  profile: WithId<Bot> | WithId<ClientApplication>,
  rights: { accessPolicy?: Reference<AccessPolicy>; admin?: boolean } = {},
): Promise<WithId<ProjectMembership>> {
  return repositories(systemContext()).createResource<ProjectMembership>({
    resourceType: 'ProjectMembership',
    meta: { project: project.id },
    project: createReference(project),
    user: createReference(profile),
    profile: createReference(profile),
    ...rights,
  });
}

/** Makes a Bot and the membership that it runs as, both or neither. */
export async function createBot(
  repository: Repository,
  repositories: Repositories,
  content: BinaryContent,
  project: WithId<Project>,
  { name, description, accessPolicy, sourceCode, executableCode }: NewBot,
): Promise<WithId<Bot>> {
  return repository.withTransaction(async (own) => {
    const source = sourceCode ?? {
      contentType: 'text/typescript',
      title: 'index.ts',
      data: Buffer.from(DEFAULT_SOURCE).toString('base64'),
    };
    const bot = await own.createResource<Bot>({
      resourceType: 'Bot',
      name,
      ...(description && { description }),
      runtimeVersion: 'vmcontext',
      sourceCode: await storedFile(own, content, source),
      ...(executableCode && { executableCode: await storedFile(own, content, executableCode) }),
    });
    await addMember(repositories, project, bot, { accessPolicy });
    return bot;
  });
}

/** Code that comes along is stored; code that is stored already is pointed at. */
async function storedFile(repository: Repository, content: BinaryContent, file: Attachment): Promise<Attachment> {
  if (!file.data) {
    return file;
  }
  return storeCode(repository, content, {
    contentType: file.contentType ?? 'text/plain',
    filename: file.title ?? 'index.js',
    code: Buffer.from(file.data, 'base64').toString('utf8'),
  });
}

/** What `admin/projects/:id/client` takes. */
export type NewClient = Partial<ClientApplication> & { accessPolicy?: Reference<AccessPolicy> };

/** Makes a ClientApplication with a secret, and its membership, both or neither. */
export async function createClient(
  repositories: Repositories,
  project: WithId<Project>,
  author: Reference,
  { accessPolicy, ...fields }: NewClient,
): Promise<WithId<ClientApplication>> {
  return repositories(systemContext()).withTransaction(async (system) => {
    const client = await system.createResource<ClientApplication>({
      secret: randomSecret(),
      ...fields,
      resourceType: 'ClientApplication',
      id: undefined,
      meta: { project: project.id, author },
    });
    await addMember(repositories, project, client, { accessPolicy });
    return client;
  });
}
