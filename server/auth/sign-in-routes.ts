import { allOk, badRequest, isUUID, notFound } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import { json, outcomeResponse } from '../http/messages.ts';
import type { ApiRequest, ApiResponse } from '../http/messages.ts';
import type { OpenRoute, SessionRoute } from '../http/router.ts';
import { AuditOutcome, AuditSubtype, AuditType } from '../operate/audit.ts';
import type { AuditLog } from '../operate/audit.ts';
import { assertFields, fieldsOf, isEmail, isText, textOf } from '../people/fields.ts';
import { findClient } from './clients.ts';
import type { Login, Logins } from './logins.ts';
import { me } from './me.ts';
import type { Repositories, Session } from './session.ts';
import type { SignIn, SignInResult } from './sign-in.ts';

interface SignInRouteOptions {
  repositories: Repositories;
  logins: Logins;
  signIn: SignIn;
  audit: AuditLog;
}

/** Ways to sign in that Medplum has and this server does not. */
const NOT_SUPPORTED: readonly [method: string, path: string, what: string][] = [
  ['POST', '/auth/newuser', 'Nobody registers by themselves here: an administrator invites people'],
  ['POST', '/auth/newproject', 'Projects are made by the administrator of the server'],
  ['POST', '/auth/newpatient', 'Nobody registers by themselves here: an administrator invites people'],
  ['POST', '/auth/google', 'Signing in with Google is not supported'],
  ['POST', '/auth/exchange', 'Tokens of other identity providers are not supported'],
  ['GET', '/auth/external', 'Other identity providers are not supported'],
  ['POST', '/auth/preauthorize', 'Codes in advance are not supported'],
  ['POST', '/auth/verifyemail', 'An address is verified by setting a password through it'],
  ['GET', '/auth/mfa/status', 'A second factor is not supported'],
  ['POST', '/auth/mfa/enroll', 'A second factor is not supported'],
  ['POST', '/auth/mfa/verify', 'A second factor is not supported'],
  ['POST', '/oauth2/register', 'Clients are made by the project’s administrator'],
];

/** The routes by which people sign in. */
export function signInRoutes({ repositories, signIn }: SignInRouteOptions): OpenRoute[] {
  return [
    { method: 'POST', path: '/auth/method', handle: method },
    { method: 'POST', path: '/auth/login', handle: (request) => login(request, signIn) },
    { method: 'POST', path: '/auth/profile', handle: ({ body }) => chooseProfile(fieldsOf(body), signIn) },
    { method: 'POST', path: '/auth/scope', handle: ({ body }) => chooseScope(fieldsOf(body), signIn) },
    {
      method: 'GET',
      path: '/auth/clientinfo/:clientId',
      handle: (_request, { clientId = '' }) => clientInfo(clientId, repositories),
    },
    ...NOT_SUPPORTED.map(([verb, path, what]) => ({
      method: verb,
      path,
      handle: async () => outcomeResponse(notSupported(what)),
    })),
  ];
}

/** The routes for those who are signed in. */
export function signedInRoutes({ repositories, logins, audit }: SignInRouteOptions): SessionRoute[] {
  const end = (session: Session, login: Login) => endLogin(session, login, logins, audit);
  return [
    { method: 'GET', path: '/auth/me', handle: (_request, session) => me(repositories, logins, session) },
    { method: 'POST', path: '/auth/revoke', handle: (request, session) => revoke(request, session, logins, end) },
    ...['GET', 'POST'].map((verb) => ({
      method: verb,
      path: '/oauth2/logout',
      handle: async (_request: ApiRequest, session: Session) => {
        if (session.login) {
          await end(session, session.login);
        }
        return outcomeResponse(allOk);
      },
    })),
  ];
}

/** No address is bound to another identity provider here: every one is asked for its password. */
async function method({ body }: ApiRequest): Promise<ApiResponse> {
  assertFields([['email', isEmail(fieldsOf(body).email), 'Valid email address is required']]);
  return json(200, {});
}

async function login({ body, headers, remoteAddress }: ApiRequest, signIn: SignIn): Promise<ApiResponse> {
  const fields = fieldsOf(body);
  const { email, password } = fields;
  assertFields([
    ['email', isEmail(email), 'Valid email address is required'],
    [
      'password',
      typeof password === 'string' && password.length >= 8,
      'Invalid password, must be at least 8 characters',
    ],
  ]);
  if (fields.projectId === 'new') {
    return outcomeResponse(notSupported('Projects are made by the administrator of the server'));
  }
  return answer(
    await signIn.begin({
      email: email as string,
      password: password as string,
      scope: textOf(fields.scope) ?? 'openid',
      nonce: textOf(fields.nonce),
      projectId: textOf(fields.projectId),
      clientId: textOf(fields.clientId),
      profileType: textOf(fields.resourceType),
      launch: textOf(fields.launch),
      codeChallenge: textOf(fields.codeChallenge),
      codeChallengeMethod: textOf(fields.codeChallengeMethod),
      remember: fields.remember === true,
      origin: headers.origin,
      remoteAddress,
      userAgent: headers['user-agent'],
    }),
  );
}

async function chooseProfile({ login: id, profile }: Record<string, unknown>, signIn: SignIn): Promise<ApiResponse> {
  assertFields([
    ['login', isText(id), 'Missing login'],
    ['profile', isText(profile), 'Missing profile'],
  ]);
  return answer(await signIn.chooseMembership(id as string, profile as string));
}

async function chooseScope({ login: id, scope }: Record<string, unknown>, signIn: SignIn): Promise<ApiResponse> {
  assertFields([
    ['login', isText(id), 'Missing login'],
    ['scope', isText(scope), 'Missing scope'],
  ]);
  return answer(await signIn.chooseScope(id as string, scope as string));
}

/** How a sign-in page greets those whom an app sends. */
async function clientInfo(clientId: string, repositories: Repositories): Promise<ApiResponse> {
  const client = await findClient(repositories, clientId);
  return client
    ? json(200, { welcomeString: client.signInForm?.welcomeString, logo: client.signInForm?.logo })
    : outcomeResponse(notFound);
}

async function revoke(
  { body }: ApiRequest,
  session: Session,
  logins: Logins,
  end: (session: Session, login: Login) => Promise<void>,
): Promise<ApiResponse> {
  const { loginId } = fieldsOf(body);
  assertFields([['loginId', typeof loginId === 'string' && isUUID(loginId), 'Login ID is required.']]);
  const wanted = await logins.get(loginId as string);
  if (!wanted || wanted.user !== session.membership.user?.reference) {
    return outcomeResponse(notFound);
  }
  await end(session, wanted);
  return outcomeResponse(allOk);
}

async function endLogin(session: Session, login: Login, logins: Logins, audit: AuditLog): Promise<void> {
  await logins.update(login.id, { revoked: 1 });
  audit.record({
    projectId: session.project.id,
    type: AuditType.authentication,
    subtype: AuditSubtype.logout,
    who: session.membership.profile,
    remoteAddress: login.remoteAddress,
    outcome: AuditOutcome.success,
  });
}

function answer(result: SignInResult): ApiResponse {
  return json(200, result, { 'cache-control': 'no-store' });
}

function notSupported(text: string): OperationOutcome {
  const { issue, ...outcome } = badRequest(text);
  return { ...outcome, issue: issue.map((item) => ({ ...item, code: 'not-supported' })) };
}
