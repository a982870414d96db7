import { allOk, badRequest, isResourceType, normalizeErrorString, OperationOutcomeError } from '@medplum/core';
import type { Parameters, Subscription } from '@medplum/fhirtypes';
import { BINDING_LIFETIME } from '../auth/authenticate.ts';
import { TokenType } from '../auth/keys.ts';
import type { TokenKeys } from '../auth/keys.ts';
import { sessionOf } from '../bots/routes.ts';
import { subjectOf } from '../auth/session.ts';
import type { Sessions } from '../auth/session.ts';
import type { Clock } from '../clock.ts';
import { isPassing } from '../fhir/passing.ts';
import type { FhirService, RouteReply, RouteRequest } from '../fhir/service.ts';

/** Where WebSockets connect. */
export const SOCKET_PATH = '/ws/subscriptions-r4';

export interface BindingTokenOptions {
  clock: Clock;
  baseUrl: string;
  keys: TokenKeys;
  sessions: Sessions;
}

/** `Subscription/:id/$get-ws-binding-token`: what a connection needs to hear of a Subscription of its member's. */
export function addBindingTokenRoutes(fhir: FhirService, options: BindingTokenOptions): void {
  for (const method of ['GET', 'POST'] as const) {
    fhir.addRoute(method, 'Subscription/:id/$get-ws-binding-token', (request) => bindingToken(request, options));
  }
}

async function bindingToken(request: RouteRequest, options: BindingTokenOptions): Promise<RouteReply> {
  const { clock, baseUrl, keys, sessions } = options;
  const session = await sessionOf(request.context, sessions);
  const { loginId } = request.context;
  if (!session.project.features?.includes('websocket-subscriptions')) {
    throw new OperationOutcomeError(badRequest('WebSocket subscriptions are not enabled in this project'));
  }
  if (loginId === undefined) {
    // The token ends with the sign-in, so there must be one.
    throw new OperationOutcomeError(badRequest('Sign in for a token first: this needs an access token'));
  }
  const subscription = await readSubscription(request);
  const expiration = new Date(clock.now() + BINDING_LIFETIME * 1000).toISOString();
  const token = await keys.sign(TokenType.binding, BINDING_LIFETIME, {
    login_id: loginId,
    sub: subjectOf(session),
    aud: `${baseUrl}/`,
    profile: session.membership.profile.reference,
    subscription_id: subscription.id,
  });
  const parameters: Parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'token', valueString: token },
      { name: 'expiration', valueDateTime: expiration },
      { name: 'subscription', valueString: subscription.id },
      { name: 'websocket-url', valueUrl: `${baseUrl.replace(/^http/, 'ws')}${SOCKET_PATH}` },
    ],
  };
  return [allOk, parameters];
}

/** One that the requester may read, of the kind that one can listen to. */
async function readSubscription({ repository, params }: RouteRequest): Promise<Subscription> {
  let subscription: Subscription;
  try {
    subscription = await repository.readResource<Subscription>('Subscription', params.id as string);
  } catch (err) {
    // As Medplum puts it: not 404, which would be said of the operation.
    throw new OperationOutcomeError(badRequest(`Error reading subscription: ${normalizeErrorString(err)}`), {
      cause: err,
    });
  }
  if (!isPassing(subscription)) {
    throw new OperationOutcomeError(
      badRequest('The channel of the Subscription must be of type websocket', 'Subscription.channel.type'),
    );
  }
  if (!isResourceType(subscription.criteria.split('?', 1)[0] as string)) {
    throw new OperationOutcomeError(
      badRequest('The criteria must begin with a type of resource', 'Subscription.criteria'),
    );
  }
  return subscription;
}
