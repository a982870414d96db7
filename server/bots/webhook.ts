import { notFound, OperationOutcomeError } from '@medplum/core';
import type { Bot, ProjectMembership } from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Repositories, Sessions } from '../auth/session.ts';
import { text } from '../http/messages.ts';
import type { ApiRequest, ApiResponse } from '../http/messages.ts';
import type { OpenRoute } from '../http/router.ts';
import type { BotExecutor } from './executor.ts';
import { botResponse } from './response.ts';

interface WebhookOptions {
  repositories: Repositories;
  sessions: Sessions;
  executor: BotExecutor;
}

/** Anybody may call a bot that says so. There is no caller to ask for rights: the bot checks who sent what it got. */
export function webhookRoute(options: WebhookOptions): OpenRoute {
  return {
    method: 'POST',
    path: '/webhook/:membershipId',
    handle: (request, params) => webhook(request, params.membershipId as string, options),
  };
}

async function webhook(request: ApiRequest, membershipId: string, options: WebhookOptions): Promise<ApiResponse> {
  const { repositories, sessions, executor } = options;
  const server = repositories(systemContext());
  const membership = await server.readResource<ProjectMembership>('ProjectMembership', membershipId);
  if (!membership.profile.reference?.startsWith('Bot/')) {
    return text(403, 'ProjectMembership must be for a Bot resource');
  }
  if (!membership.access && !membership.accessPolicy) {
    return text(403, 'ProjectMembership must have an Access Policy');
  }
  const own = repositories(systemContext(membership.meta?.project));
  const bot = await own.readReference<Bot>({ reference: membership.profile.reference });
  if (!bot.publicWebhook) {
    return text(403, 'Bot is not configured for public webhook access');
  }
  const runAs = await sessions.ofMembership(membershipId);
  if (!runAs) {
    throw new OperationOutcomeError(notFound);
  }
  const contentType = request.headers['content-type'];
  const result = await executor.execute({ bot, runAs, input: request.body, contentType, headers: request.headers });
  return botResponse(result, contentType);
}
