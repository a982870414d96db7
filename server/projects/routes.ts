import { allOk, badRequest, forbidden, getReferenceString, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { AccessPolicy, Attachment, Project, ProjectMembership, Reference, User } from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Repositories, Session } from '../auth/session.ts';
import { plain } from '../fhir/respond.ts';
import type { BinaryContent } from '../http/binary-content.ts';
import { json, outcomeResponse } from '../http/messages.ts';
import type { ApiRequest, ApiResponse } from '../http/messages.ts';
import { isRecord } from '../http/records.ts';
import type { PathParams, SessionRoute } from '../http/router.ts';
import { postInvite } from './invite-route.ts';
import type { InviteRouteOptions } from './invite-route.ts';
import { createBot, createClient } from './members.ts';

interface ProjectOptions extends InviteRouteOptions {
  content: BinaryContent;
}

type Handler = (request: ApiRequest, session: Session, params: PathParams) => Promise<ApiResponse>;

/**
 * What an administrator does to the own project. The project in the path is not looked at, as in Medplum: the
 * administrator's own is the only one it could be.
 */
export function projectRoutes(options: ProjectOptions): SessionRoute[] {
  const { repositories, content } = options;
  const member = '/admin/projects/:projectId/members/:membershipId';
  const routes: [string, string, Handler][] = [
    ['GET', '/admin/projects/:projectId', async (_request, session) => describeProject(session.project)],
    ['POST', '/admin/projects/:projectId/bot', (request, session) => postBot(request, session, repositories, content)],
    ['POST', '/admin/projects/:projectId/client', (request, session) => postClient(request, session, repositories)],
    ['POST', '/admin/projects/:projectId/invite', (request, session) => postInvite(request, session, options)],
    ['POST', '/admin/projects/:projectId/secrets', (request, session) => postList('secret', request, session, options)],
    ['POST', '/admin/projects/:projectId/sites', (request, session) => postList('site', request, session, options)],
    [
      'GET',
      member,
      async (_request, session, params) => json(200, plain(await readMember(repositories, session, params))),
    ],
    ['POST', member, (request, session, params) => postMember(request, session, params, repositories)],
    ['DELETE', member, (_request, session, params) => deleteMember(session, params, repositories)],
  ];
  return routes.map(([method, path, handle]) => ({ method, path, handle: administratorsOnly(handle) }));
}

function administratorsOnly(handler: Handler): Handler {
  return async (request, session, params) =>
    session.context.admin ? handler(request, session, params) : outcomeResponse(forbidden);
}

function describeProject({ id, name, secret, site }: WithId<Project>): ApiResponse {
  return json(200, { project: { id, name, secret, site } });
}

async function postBot(
  request: ApiRequest,
  session: Session,
  repositories: Repositories,
  content: BinaryContent,
): Promise<ApiResponse> {
  const body = isRecord(request.body) ? request.body : {};
  const bot = await createBot(repositories(session.context), repositories, content, session.project, {
    name: requiredName(body, 'Bot name is required'),
    description: body.description as string | undefined,
    accessPolicy: body.accessPolicy as Reference<AccessPolicy> | undefined,
    sourceCode: body.sourceCode as Attachment | undefined,
    executableCode: body.executableCode as Attachment | undefined,
  });
  return json(201, plain(bot));
}

async function postClient(request: ApiRequest, session: Session, repositories: Repositories): Promise<ApiResponse> {
  const body = isRecord(request.body) ? request.body : {};
  requiredName(body, 'Client name is required');
  // What stands in the body is checked as a ClientApplication when it is written.
  const client = await createClient(repositories, session.project, session.context.author, body);
  return json(201, client);
}

function requiredName(body: Record<string, unknown>, text: string): string {
  if (typeof body.name !== 'string' || body.name === '') {
    throw new OperationOutcomeError(badRequest(text, 'name'));
  }
  return body.name;
}

/** Replaces all secrets of the project, or all sites. */
async function postList(
  element: 'secret' | 'site',
  request: ApiRequest,
  session: Session,
  { repositories }: ProjectOptions,
): Promise<ApiResponse> {
  if (!Array.isArray(request.body)) {
    const type = element === 'secret' ? 'ProjectSettings' : 'ProjectSites';
    throw new OperationOutcomeError(badRequest(`The body must be a list of ${type}`));
  }
  const repository = repositories(session.context);
  const project = await repository.readResource<Project>('Project', session.project.id);
  const updated = await repository.updateResource<Project>({ ...project, [element]: request.body as unknown[] });
  return json(200, updated);
}

async function readMember(
  repositories: Repositories,
  session: Session,
  params: PathParams,
): Promise<WithId<ProjectMembership>> {
  const membership = await repositories(session.context).readResource<ProjectMembership>(
    'ProjectMembership',
    params.membershipId as string,
  );
  if (membership.project.reference !== getReferenceString(session.project)) {
    throw new OperationOutcomeError(forbidden);
  }
  return membership;
}

async function postMember(
  request: ApiRequest,
  session: Session,
  params: PathParams,
  repositories: Repositories,
): Promise<ApiResponse> {
  const membership = await readMember(repositories, session, params);
  const { body } = request;
  if (!isRecord(body) || body.resourceType !== 'ProjectMembership' || body.id !== membership.id) {
    return outcomeResponse(forbidden);
  }
  const wanted = body as unknown as ProjectMembership;
  // Who somebody is, and in which project, is not a matter of rights.
  const { project, user } = membership;
  return json(200, await repositories(session.context).updateResource({ ...wanted, project, user }));
}

async function deleteMember(session: Session, params: PathParams, repositories: Repositories): Promise<ApiResponse> {
  const membership = await readMember(repositories, session, params);
  if (session.project.owner && session.project.owner.reference === membership.user.reference) {
    return outcomeResponse(badRequest('Cannot delete the owner of the project'));
  }
  await repositories(session.context).withTransaction(async (own) => {
    await own.deleteResource('ProjectMembership', membership.id);
    await deleteOwnUser(session, membership, repositories);
  });
  return outcomeResponse(allOk);
}

/** Somebody who belongs to this project alone is nobody any more once the last membership is gone. */
async function deleteOwnUser(session: Session, { user }: ProjectMembership, repositories: Repositories): Promise<void> {
  if (!user?.reference?.startsWith('User/')) {
    return;
  }
  const server = repositories(systemContext());
  const [account] = await server.readReferences([user as Reference<User>]);
  const isOwn = account && 'project' in account && account.project?.reference === getReferenceString(session.project);
  if (isOwn && (await countMemberships(repositories, user.reference)) === 0) {
    await server.deleteResource('User', account.id as string);
  }
}

/** How many there are, switched off or not. */
async function countMemberships(repositories: Repositories, user: string): Promise<number> {
  const found = await repositories(systemContext()).searchResources<ProjectMembership>({
    resourceType: 'ProjectMembership',
    filters: [{ code: 'user', operator: 'eq', value: user }],
  });
  return found.length;
}
