import { allOk, badRequest, forbidden, getReferenceString, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { AccessPolicy, Project, ProjectMembership, ProjectSetting, Reference } from '@medplum/fhirtypes';
import type { Attachment } from '@medplum/fhirtypes';
import type { Repositories, Session } from '../auth/session.ts';
import { plain } from '../fhir/respond.ts';
import type { BinaryContent } from '../http/binary-content.ts';
import { json, outcomeResponse } from '../http/messages.ts';
import type { ApiRequest, ApiResponse } from '../http/messages.ts';
import { isRecord } from '../http/records.ts';
import type { PathParams, SessionRoute } from '../http/router.ts';
import { createBot, createClient } from './members.ts';

interface ProjectOptions {
  repositories: Repositories;
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
    ['POST', '/admin/projects/:projectId/secrets', (request, session) => postSecrets(request, session, repositories)],
    ['GET', member, async (_request, session, params) => json(200, await readMember(repositories, session, params))],
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

async function postSecrets(request: ApiRequest, session: Session, repositories: Repositories): Promise<ApiResponse> {
  if (!Array.isArray(request.body)) {
    throw new OperationOutcomeError(badRequest('The body must be a list of ProjectSettings'));
  }
  const repository = repositories(session.context);
  const project = await repository.readResource<Project>('Project', session.project.id);
  const updated = await repository.updateResource<Project>({ ...project, secret: request.body as ProjectSetting[] });
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
  await repositories(session.context).deleteResource('ProjectMembership', membership.id);
  return outcomeResponse(allOk);
}
