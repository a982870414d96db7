import { randomUUID } from 'node:crypto';
import {
  allOk,
  badRequest,
  isOk,
  isOperationOutcome,
  notFound,
  OperationOutcomeError,
  unauthorized,
} from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { AsyncJob, Bot } from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Session, Sessions } from '../auth/session.ts';
import type { Clock } from '../clock.ts';
import type { RequestContext } from '../context.ts';
import type { FhirHttpResponse, FhirService, RouteReply, RouteRequest } from '../fhir/service.ts';
import type { Background } from '../http/background.ts';
import type { BinaryContent } from '../http/binary-content.ts';
import { fhirJson, serialize } from '../http/messages.ts';
import type { ApiResponse } from '../http/messages.ts';
import { isRecord } from '../http/records.ts';
import { jobLocation, respondAsync } from './async-jobs.ts';
import { deployBot } from './deploy.ts';
import type { BotExecutor } from './executor.ts';
import { botOutput, botResponse } from './response.ts';
import type { BotRequest } from './types.ts';

export interface BotRouteOptions {
  baseUrl: string;
  clock: Clock;
  sessions: Sessions;
  executor: BotExecutor;
  content: BinaryContent;
  background: Background;
}

/** `Bot/$deploy`, `Bot/$execute`, and the status of asynchronous runs. */
export function addBotRoutes(fhir: FhirService, options: BotRouteOptions): void {
  fhir.addRoute('POST', 'Bot/:id/$deploy', (request) => deploy(request, fhir, options));
  for (const path of ['Bot/:id/$execute', 'Bot/$execute']) {
    fhir.addRoute('POST', path, (request) => execute(request, fhir, options));
    fhir.addRoute('GET', path, (request) => execute(request, fhir, options));
  }
  fhir.addRoute('GET', 'job/:id/status', (request) => jobStatus(request, options.baseUrl));
}

/** The session that made a FHIR request. */
export async function sessionOf(context: RequestContext, sessions: Sessions): Promise<Session> {
  const session = context.membershipId && (await sessions.ofMembership(context.membershipId));
  if (!session) {
    throw new OperationOutcomeError(unauthorized);
  }
  return session;
}

/** A call of a bot by a member: it runs as itself, unless it is to run as its caller or is no member. */
export async function callBot(
  request: RouteRequest,
  bot: WithId<Bot>,
  input: unknown,
  sessions: Sessions,
): Promise<BotRequest> {
  const caller = await sessionOf(request.context, sessions);
  const own = bot.runAsUser ? undefined : await sessions.ofProfile(caller.project.id, { reference: `Bot/${bot.id}` });
  return {
    bot,
    runAs: own ?? caller,
    requester: caller.membership.profile,
    input,
    contentType: request.headers['content-type'],
    headers: request.headers as Record<string, string>,
    traceId: randomUUID(),
  };
}

/** A finished answer for the FHIR service. */
export function finished(response: ApiResponse): FhirHttpResponse {
  return { status: response.status, headers: response.headers, body: serialize(response) ?? '' };
}

async function deploy(request: RouteRequest, fhir: FhirService, options: BotRouteOptions): Promise<RouteReply> {
  const session = await sessionOf(request.context, options.sessions);
  const bot = await readBot(request, fhir, request.params.id as string);
  if (!session.project.features?.includes('bots')) {
    throw new OperationOutcomeError(badRequest('Bots not enabled'));
  }
  const { code, filename } = isRecord(request.body) ? request.body : {};
  await deployBot(request.repository, options.content, bot, {
    code: typeof code === 'string' ? code : undefined,
    filename: typeof filename === 'string' ? filename : 'index.js',
  });
  return [allOk];
}

async function execute(request: RouteRequest, fhir: FhirService, options: BotRouteOptions): Promise<RouteReply> {
  const { sessions, executor } = options;
  const bot = await readBot(request, fhir, await findBot(request));
  const input = request.method === 'POST' ? request.body : request.query;
  const call = await callBot(request, bot, input, sessions);
  if (request.headers.prefer !== 'respond-async') {
    return finished(botResponse(await executor.execute(call), call.contentType));
  }
  const asyncOptions = {
    ...options,
    repository: request.repository,
    system: fhir.repository(systemContext(call.runAs.project.id)),
    now: () => new Date(options.clock.now()),
  };
  const answer = await respondAsync(request.url, asyncOptions, async () => {
    const result = await executor.execute(call);
    if (isOperationOutcome(result.returnValue) && !isOk(result.returnValue)) {
      throw new OperationOutcomeError(result.returnValue);
    }
    return botOutput(result);
  });
  return finished(answer);
}

/** The id of the bot that is called, which may be named by its identifier. */
async function findBot({ params, query, repository }: RouteRequest): Promise<string> {
  if (params.id) {
    return params.id;
  }
  if (typeof query.identifier !== 'string' || query.identifier === '') {
    throw new OperationOutcomeError(badRequest('Must specify bot ID or identifier.'));
  }
  const bot = await repository.searchOne<Bot>({
    resourceType: 'Bot',
    filters: [{ code: 'identifier', operator: 'exact', value: query.identifier }],
  });
  if (!bot) {
    throw new OperationOutcomeError(notFound);
  }
  return bot.id;
}

/** Reads a bot as the caller, who must see it, and then as the server, with all that its run needs. */
async function readBot(request: RouteRequest, fhir: FhirService, id: string): Promise<WithId<Bot>> {
  await request.repository.readResource<Bot>('Bot', id);
  return fhir.repository(systemContext(request.context.projectId)).readResource<Bot>('Bot', id);
}

async function jobStatus({ repository, params }: RouteRequest, baseUrl: string): Promise<RouteReply> {
  const job = await repository.readResource<AsyncJob>('AsyncJob', params.id as string);
  if (job.status === 'completed' || job.status === 'error') {
    return [allOk, job];
  }
  const location = jobLocation(baseUrl, job);
  return finished(fhirJson(202, { ...job }, { 'content-location': location }));
}
