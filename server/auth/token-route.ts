import { OperationOutcomeError, normalizeErrorString } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { ClientApplication } from '@medplum/fhirtypes';
import { mediaType } from '../http/body.ts';
import { json, text } from '../http/messages.ts';
import type { ApiRequest, ApiResponse } from '../http/messages.ts';
import { AuditOutcome, AuditSubtype, AuditType } from '../operate/audit.ts';
import type { AuditLog } from '../operate/audit.ts';
import { fieldsOf, textOf } from '../people/fields.ts';
import type { SignInLimit } from '../people/sign-in-limit.ts';
import { assertAddress } from './access-addresses.ts';
import { checkClient, findClient, isSecretOf, lifetimesOf, parseBasic } from './clients.ts';
import { sameSecret } from './keys.ts';
import type { TokenClaims } from './keys.ts';
import { hash } from './logins.ts';
import type { Login } from './logins.ts';
import type { Session, Sessions } from './session.ts';
import { grantedLogin, isVerifier, prepareGrant, signTokens } from './tokens.ts';
import type { TokenOptions, TokenResponse } from './tokens.ts';

export interface TokenRouteOptions extends TokenOptions {
  sessions: Sessions;
  audit: AuditLog;
  limit: SignInLimit;
}

/** The fields of a token request, and who the client says that it is. */
interface TokenRequest {
  fields: Record<string, unknown>;
  clientId: string | undefined;
  clientSecret: string | undefined;
  remoteAddress: string | null;
  userAgent: string | null;
}

/** A refusal in OAuth's words. */
class TokenRefusal extends Error {
  readonly code: string;

  constructor(code: 'invalid_request' | 'invalid_grant' | 'access_denied', description: string) {
    super(description);
    this.code = code;
  }
}

/** `POST /oauth2/token`: tokens for a client's secret, for a code, or for the latest refresh token. */
export async function token(request: ApiRequest, options: TokenRouteOptions): Promise<ApiResponse> {
  if (mediaType(request.headers['content-type']) !== 'application/x-www-form-urlencoded') {
    return text(400, 'Unsupported content type');
  }
  try {
    return json(200, await grant(tokenRequest(request), options), { 'cache-control': 'no-store' });
  } catch (err) {
    if (err instanceof TokenRefusal) {
      return json(400, { error: err.code, error_description: err.message }, { 'cache-control': 'no-store' });
    }
    throw err;
  }
}

function tokenRequest({ headers, body, remoteAddress }: ApiRequest): TokenRequest {
  const fields = fieldsOf(body);
  const basic = parseBasic(headers.authorization);
  if (headers.authorization !== undefined && !basic) {
    throw new TokenRefusal('invalid_request', 'Invalid authorization header');
  }
  return {
    fields,
    clientId: basic?.clientId ?? textOf(fields.client_id),
    clientSecret: basic?.clientSecret ?? textOf(fields.client_secret),
    remoteAddress: remoteAddress ?? null,
    userAgent: headers['user-agent'] ?? null,
  };
}

function grant(request: TokenRequest, options: TokenRouteOptions): Promise<TokenResponse> {
  switch (textOf(request.fields.grant_type)) {
    case 'client_credentials':
      return forSecret(request, options);
    case 'authorization_code':
      return forCode(request, options);
    case 'refresh_token':
      return forRefreshToken(request, options);
    case undefined:
      throw new TokenRefusal('invalid_request', 'Missing grant_type');
    default:
      throw new TokenRefusal('invalid_request', 'Unsupported grant_type');
  }
}

async function forSecret(request: TokenRequest, options: TokenRouteOptions): Promise<TokenResponse> {
  const { clientId, clientSecret, fields } = request;
  if (clientId === undefined) {
    throw new TokenRefusal('invalid_request', 'Missing client_id');
  }
  if (clientSecret === undefined) {
    throw new TokenRefusal('invalid_request', 'Missing client_secret');
  }
  const { repositories, sessions, logins, clock } = options;
  const known = await checkClient(repositories, sessions, { clientId, clientSecret });
  if (typeof known === 'string') {
    // Only what fails counts: many programs may come at once with the same good secret.
    options.limit.attempt(`client ${clientId}`, request.remoteAddress ?? undefined);
    const projectId = (await findClient(repositories, clientId))?.meta?.project;
    if (projectId !== undefined) {
      recordClient(request, options, projectId, clientId, AuditOutcome.minorFailure);
    }
    throw new TokenRefusal('invalid_request', known);
  }
  const { client, session } = known;
  try {
    checkAddress(session, request);
  } catch (err) {
    recordClient(request, options, session.project.id, clientId, AuditOutcome.minorFailure);
    throw err;
  }
  const login = await logins.create({
    user: `ClientApplication/${client.id}`,
    authMethod: 'client',
    scope: textOf(fields.scope) ?? 'openid',
    client: client.id,
    membership: session.membership.id,
    accessLifetime: lifetimesOf(client).access,
    granted: 1,
    expires: clock.now() + lifetimesOf(client).access * 1000,
    ...placeOf(request),
  });
  recordClient(request, options, session.project.id, clientId, AuditOutcome.success);
  return signTokens(options, await prepareGrant(options, login, session));
}

/** A client that is known is known by its id; what else was sent as one is nobody's business. */
function recordClient(
  { remoteAddress }: TokenRequest,
  { audit }: TokenRouteOptions,
  projectId: string,
  clientId: string,
  outcome: AuditOutcome,
): void {
  audit.record({
    projectId,
    type: AuditType.authentication,
    subtype: AuditSubtype.login,
    who: { reference: `ClientApplication/${clientId}` },
    remoteAddress,
    outcome,
  });
}

/** Where the sign-in is used from. */
function placeOf({ remoteAddress, userAgent }: TokenRequest): Pick<Login, 'remoteAddress' | 'userAgent'> {
  return { remoteAddress, userAgent };
}

async function forCode(request: TokenRequest, options: TokenRouteOptions): Promise<TokenResponse> {
  const code = textOf(request.fields.code);
  if (code === undefined) {
    throw new TokenRefusal('invalid_request', 'Missing code');
  }
  const { logins, clock } = options;
  const login = await logins.byCode(code);
  if (!login || (request.clientId !== undefined && login.client !== request.clientId)) {
    throw new TokenRefusal('invalid_request', login ? 'Invalid client' : 'Invalid code');
  }
  if (login.granted) {
    return replayed(login, options);
  }
  if (login.revoked) {
    throw new TokenRefusal('invalid_grant', 'Token revoked');
  }
  if ((login.codeExpires ?? 0) < clock.now()) {
    throw new TokenRefusal('invalid_grant', 'Code expired');
  }
  assertProof(login, request, await clientOf(login, options));
  const grant = await prepareGrant(options, login, await sessionOf(login, options));
  // Of two that bring the same code at once, one is the first.
  const first = await logins.exclusively(async () => {
    const present = await logins.get(login.id);
    if (!present || present.granted || present.revoked) {
      return false;
    }
    await logins.update(login.id, { ...grantedLogin(grant, clock), ...placeOf(request) });
    return true;
  });
  return first ? signTokens(options, grant) : replayed(login, options);
}

/** Somebody has a code that was not meant for them, and nobody knows who was first. */
async function replayed({ id }: Login, { logins }: TokenRouteOptions): Promise<never> {
  await logins.update(id, { revoked: 1 });
  throw new TokenRefusal('invalid_grant', 'Token already granted');
}

/** Whoever redeems a code must be who asked for it: by the verifier of its challenge, or by the client's secret. */
function assertProof(
  login: Login,
  { fields, clientSecret }: TokenRequest,
  client: WithId<ClientApplication> | undefined,
): void {
  if (login.codeChallenge !== null) {
    const verifier = textOf(fields.code_verifier);
    if (verifier === undefined) {
      throw new TokenRefusal('invalid_request', 'Missing code verifier');
    }
    if (!isVerifier(login, verifier)) {
      throw new TokenRefusal('invalid_request', 'Invalid code verifier');
    }
  } else if (!client?.pkceOptional) {
    throw new TokenRefusal('invalid_request', 'Missing verification context');
  } else if (client.secret !== undefined && clientSecret === undefined) {
    throw new TokenRefusal('invalid_request', 'Missing client_secret');
  }
  if (clientSecret !== undefined && (!client || !isSecretOf(client, clientSecret))) {
    throw new TokenRefusal('invalid_request', 'Invalid secret');
  }
}

async function forRefreshToken(request: TokenRequest, options: TokenRouteOptions): Promise<TokenResponse> {
  const { logins, clock } = options;
  const claims = await refreshClaims(request, options);
  const login = await logins.get(claims.login_id);
  if (!login?.refreshSecret || (claims.iat + login.refreshLifetime) * 1000 < clock.now()) {
    throw new TokenRefusal('invalid_request', 'Invalid refresh token');
  }
  if (login.revoked) {
    throw new TokenRefusal('invalid_grant', 'Token revoked');
  }
  await assertSameClient(login, request, options);
  const grant = await prepareGrant(options, login, await sessionOf(login, options));
  const latest = await logins.exclusively(async () => {
    const present = await logins.get(login.id);
    const same = sameSecret(present?.refreshSecret ?? '', hash(claims.refresh_secret as string));
    // One that was good once: somebody else has used it, or has the new one. Neither goes on.
    await logins.update(login.id, same ? { ...grantedLogin(grant, clock), ...placeOf(request) } : { revoked: 1 });
    return same && !present?.revoked;
  });
  if (!latest) {
    throw new TokenRefusal('invalid_request', 'Invalid token');
  }
  return signTokens(options, grant);
}

/** A client may say who it is. If it does, it must be the one that the sign-in was made through. */
async function assertSameClient(login: Login, request: TokenRequest, options: TokenRouteOptions): Promise<void> {
  if (request.clientId !== undefined && request.clientId !== login.client) {
    throw new TokenRefusal('invalid_grant', 'Incorrect client');
  }
  const client = await clientOf(login, options);
  if (request.clientSecret !== undefined && (!client || !isSecretOf(client, request.clientSecret))) {
    throw new TokenRefusal('invalid_grant', 'Incorrect client secret');
  }
}

async function refreshClaims({ fields }: TokenRequest, { keys }: TokenRouteOptions): Promise<TokenClaims> {
  const refreshToken = textOf(fields.refresh_token);
  const claims = refreshToken && (await keys.verify('rt+jwt', refreshToken).catch(() => undefined));
  if (!claims || typeof claims.refresh_secret !== 'string') {
    throw new TokenRefusal('invalid_request', 'Invalid refresh token');
  }
  return claims;
}

async function clientOf({ client }: Login, options: TokenRouteOptions): Promise<WithId<ClientApplication> | undefined> {
  if (client === null) {
    return undefined;
  }
  const found = await findClient(options.repositories, client);
  if (!found) {
    throw new TokenRefusal('invalid_request', 'Invalid client');
  }
  return found;
}

async function sessionOf({ membership }: Login, { sessions }: TokenRouteOptions): Promise<Session> {
  if (membership === null) {
    throw new TokenRefusal('invalid_request', 'Invalid profile');
  }
  const session = await sessions.ofMembership(membership);
  if (!session) {
    throw new TokenRefusal('access_denied', 'Profile not active');
  }
  return session;
}

function checkAddress({ context }: Session, { remoteAddress }: TokenRequest): void {
  try {
    assertAddress(context.accessPolicy, remoteAddress);
  } catch (err) {
    throw err instanceof OperationOutcomeError ? new TokenRefusal('invalid_request', normalizeErrorString(err)) : err;
  }
}
