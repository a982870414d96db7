import { randomUUID } from 'node:crypto';
import type { UserConfiguration, UserConfigurationMenu } from '@medplum/fhirtypes';
import { isRecord } from '../http/records.ts';
import { json, text } from '../http/messages.ts';
import type { ApiRequest, ApiResponse } from '../http/messages.ts';
import type { OpenRoute, SessionRoute } from '../http/router.ts';
import { mediaType } from '../http/body.ts';
import { checkClient, parseBasic } from './clients.ts';
import { TOKEN_LIFETIME } from './keys.ts';
import type { TokenKeys } from './keys.ts';
import { profileId, sessionReferences, systemContext } from './session.ts';
import type { Repositories, Session, Sessions } from './session.ts';

interface AuthOptions {
  baseUrl: string;
  keys: TokenKeys;
  repositories: Repositories;
  sessions: Sessions;
}

/** The routes that need no token: getting one, and finding out how. */
export function openAuthRoutes(options: AuthOptions): OpenRoute[] {
  return [
    { method: 'POST', path: '/oauth2/token', handle: (request) => token(request, options) },
    { method: 'GET', path: '/.well-known/jwks.json', handle: async () => json(200, options.keys.jwks()) },
    {
      method: 'GET',
      path: '/.well-known/openid-configuration',
      handle: async () => json(200, openidConfiguration(options.baseUrl)),
    },
  ];
}

/** The routes that tell a client about itself. */
export function sessionAuthRoutes({ repositories }: Pick<AuthOptions, 'repositories'>): SessionRoute[] {
  return [
    { method: 'GET', path: '/auth/me', handle: (_request, session) => me(repositories, session) },
    {
      method: 'GET',
      path: '/oauth2/userinfo',
      handle: async (_request, session) =>
        json(200, { sub: profileId(session), fhirUser: session.membership.profile.reference }),
    },
  ];
}

async function token(request: ApiRequest, options: AuthOptions): Promise<ApiResponse> {
  if (mediaType(request.headers['content-type']) !== 'application/x-www-form-urlencoded') {
    return text(400, 'Unsupported content type');
  }
  const form = isRecord(request.body) ? request.body : {};
  if (!form.grant_type) {
    return refused('Missing grant_type');
  }
  if (form.grant_type !== 'client_credentials') {
    return refused('Unsupported grant_type');
  }
  const basic = parseBasic(request.headers.authorization);
  const clientId = basic?.clientId ?? form.client_id;
  const clientSecret = basic?.clientSecret ?? form.client_secret;
  if (typeof clientId !== 'string' || clientId === '') {
    return refused('Missing client_id');
  }
  if (typeof clientSecret !== 'string' || clientSecret === '') {
    return refused('Missing client_secret');
  }
  const known = await checkClient(options.repositories, options.sessions, { clientId, clientSecret });
  if (typeof known === 'string') {
    return refused(known);
  }
  return granted(options, known.session, clientId, typeof form.scope === 'string' ? form.scope : 'openid');
}

/** Signs the tokens of a sign-in, however it came about. */
async function granted({ keys }: AuthOptions, session: Session, clientId: string, scope: string): Promise<ApiResponse> {
  const { project, profile } = sessionReferences(session);
  const common = { login_id: randomUUID(), client_id: clientId, sub: profileId(session) };
  const [accessToken, idToken] = await Promise.all([
    keys.sign({
      ...common,
      username: common.sub,
      membership: session.membership.id,
      scope,
      profile: profile.reference,
    }),
    keys.sign({ ...common, aud: clientId, fhirUser: profile.reference }),
  ]);
  const body = {
    token_type: 'Bearer',
    expires_in: TOKEN_LIFETIME,
    scope,
    id_token: idToken,
    access_token: accessToken,
    project,
    profile,
  };
  return json(200, body, { 'cache-control': 'no-store' });
}

function refused(description: string): ApiResponse {
  return json(400, { error: 'invalid_request', error_description: description });
}

function openidConfiguration(baseUrl: string): Record<string, unknown> {
  return {
    issuer: `${baseUrl}/`,
    token_endpoint: `${baseUrl}/oauth2/token`,
    userinfo_endpoint: `${baseUrl}/oauth2/userinfo`,
    jwks_uri: `${baseUrl}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ['ES256'],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    subject_types_supported: ['pairwise', 'public'],
  };
}

async function me(repositories: Repositories, session: Session): Promise<ApiResponse> {
  const { project, membership, context } = session;
  const server = repositories(systemContext(project.id));
  const profile = await server.readReference(membership.profile);
  const config: UserConfiguration = membership.userConfiguration
    ? await server.readReference<UserConfiguration>(membership.userConfiguration)
    : { resourceType: 'UserConfiguration' };
  return json(200, {
    project: {
      resourceType: 'Project',
      id: project.id,
      name: project.name,
      features: project.features,
      description: project.description,
      strictMode: project.strictMode,
    },
    membership: {
      resourceType: 'ProjectMembership',
      id: membership.id,
      identifier: membership.identifier,
      user: membership.user,
      profile: membership.profile,
      admin: membership.admin,
    },
    profile,
    config: { ...config, menu: config.menu ?? defaultMenu(membership.admin === true) },
    accessPolicy: context.accessPolicy,
  });
}

const FAVORITES = ['Patient', 'Practitioner', 'Organization', 'ServiceRequest', 'DiagnosticReport', 'Questionnaire'];

/** The menu of Medplum's app for a member that has none of its own. */
function defaultMenu(admin: boolean): UserConfigurationMenu[] {
  const favorites = { title: 'Favorites', link: FAVORITES.map((name) => ({ name, target: `/${name}` })) };
  const administration = {
    title: 'Admin',
    link: [
      { name: 'Project', target: '/admin/project' },
      { name: 'AccessPolicy', target: '/AccessPolicy' },
      { name: 'Subscriptions', target: '/Subscription' },
      { name: 'Batch', target: '/batch' },
      { name: 'Config', target: '/admin/config' },
    ],
  };
  return admin ? [favorites, administration] : [favorites];
}
