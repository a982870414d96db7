import { json, text } from '../http/messages.ts';
import type { ApiRequest, ApiResponse } from '../http/messages.ts';
import type { OpenRoute, SessionRoute } from '../http/router.ts';
import { fieldsOf, textOf } from '../people/fields.ts';
import { authorize } from './authorize.ts';
import type { AuthorizeOptions } from './authorize.ts';
import type { TokenClaims } from './keys.ts';
import { hash } from './logins.ts';
import { token } from './token-route.ts';
import type { TokenRouteOptions } from './token-route.ts';
import { userInfo } from './userinfo.ts';

/** OAuth's endpoints. */
export function oauthRoutes(options: TokenRouteOptions & AuthorizeOptions): OpenRoute[] {
  return [
    ...['GET', 'POST'].map((method) => ({
      method,
      path: '/oauth2/authorize',
      handle: (request: ApiRequest) => authorize(request, options),
    })),
    { method: 'POST', path: '/oauth2/token', handle: (request) => token(request, options) },
    { method: 'POST', path: '/oauth2/introspect', handle: (request) => introspect(request, options) },
  ];
}

/** What somebody with a token may ask about themself. */
export function userInfoRoutes({ repositories }: Pick<TokenRouteOptions, 'repositories'>): SessionRoute[] {
  return ['GET', 'POST'].map((method) => ({
    method,
    path: '/oauth2/userinfo',
    handle: (_request, session) => userInfo(repositories, session),
  }));
}

/** Is this token good, and what is it good for? As in Medplum, whoever has a token may ask. */
async function introspect({ body }: ApiRequest, options: TokenRouteOptions): Promise<ApiResponse> {
  const given = textOf(fieldsOf(body).token);
  if (given === undefined) {
    return text(400, 'Token to introspect must be provided');
  }
  const claims = await activeClaims(given, options);
  if (!claims) {
    return json(200, { active: false });
  }
  const { iat, exp, iss, sub, client_id: clientId, scope, patient } = claims;
  return json(200, { active: true, iat, exp, iss, sub, client_id: clientId, scope, patient });
}

/** What a token says, while the sign-in behind it goes on and its member may come in. */
async function activeClaims(
  given: string,
  { keys, logins, sessions, clock }: TokenRouteOptions,
): Promise<(TokenClaims & { patient?: string | undefined }) | undefined> {
  const access = await keys.verify('at+jwt', given).catch(() => undefined);
  const claims = access ?? (await keys.verify('rt+jwt', given).catch(() => undefined));
  const login = claims && (await logins.get(claims.login_id));
  if (!claims || !login?.granted || login.revoked) {
    return undefined;
  }
  const lifetime = access ? login.accessLifetime : login.refreshLifetime;
  const replaced = !access && hash(claims.refresh_secret ?? '') !== login.refreshSecret;
  if (replaced || (claims.iat + lifetime) * 1000 < clock.now()) {
    return undefined;
  }
  const session = login.membership === null ? undefined : await sessions.ofMembership(login.membership);
  return session && { ...claims, patient: login.patient?.split('/')[1] };
}
