import { createHash } from 'node:crypto';
import type { WithId } from '@medplum/core';
import type { ProjectMembership, Reference, SmartAppLaunch, User } from '@medplum/fhirtypes';
import type { Clock } from '../clock.ts';
import { systemContext, subjectOf } from './session.ts';
import type { Repositories, Session } from './session.ts';
import { TokenType, sameSecret } from './keys.ts';
import type { TokenKeys } from './keys.ts';
import { hash, newSecret } from './logins.ts';
import type { Login, LoginChange, Logins } from './logins.ts';

export interface TokenOptions {
  baseUrl: string;
  clock: Clock;
  keys: TokenKeys;
  logins: Logins;
  repositories: Repositories;
}

/** What a client gets for a code, a secret or a refresh token. */
export interface TokenResponse {
  token_type: 'Bearer';
  expires_in: number;
  scope: string;
  id_token: string;
  access_token: string;
  refresh_token?: string | undefined;
  project: ProjectMembership['project'];
  profile: ProjectMembership['profile'];
  /** Ids of the patient and the encounter that the tokens are about. */
  patient?: string | undefined;
  encounter?: string | undefined;
  fhirContext?: SmartAppLaunch['fhirContext'];
  smart_style_url: string;
  need_patient_banner: boolean;
}

/** Tokens that are about to be given. */
export interface Grant {
  readonly login: Login;
  readonly session: Session;
  readonly launch: WithId<SmartAppLaunch> | undefined;
  readonly patient: { readonly reference: string } | undefined;
  readonly email: string | undefined;
  readonly refreshSecret: string | undefined;
}

/** Gathers what the tokens of a sign-in say. */
export async function prepareGrant({ repositories }: TokenOptions, login: Login, session: Session): Promise<Grant> {
  const launch = await launchOf(repositories, login, session);
  return {
    login,
    session,
    launch,
    patient: patientOf(session, launch),
    email: login.scope.split(' ').includes('email') ? await emailOf(repositories, session) : undefined,
    refreshSecret: login.refreshLifetime > 0 ? newSecret(32) : undefined,
  };
}

/**
 * What a sign-in becomes by giving its tokens. What makes the refresh token the latest one is made anew, so the one before
 * is not good any more.
 */
export function grantedLogin({ login, patient, refreshSecret }: Grant, clock: Clock): LoginChange {
  return {
    granted: 1,
    refreshSecret: refreshSecret === undefined ? null : hash(refreshSecret),
    patient: patient?.reference ?? null,
    lastUsed: clock.now(),
    expires: clock.now() + Math.max(login.accessLifetime, login.refreshLifetime) * 1000,
  };
}

/** Signs the tokens. Not inside of a transaction: signing may have to wait for a free thread. */
export async function signTokens(
  { baseUrl, keys }: TokenOptions,
  { login, session, launch, patient, email, refreshSecret }: Grant,
): Promise<TokenResponse> {
  const { accessLifetime, refreshLifetime, scope } = login;
  const { project, profile } = session.membership;
  const common = { client_id: login.client ?? undefined, login_id: login.id, sub: subjectOf(session), email };
  const [accessToken, idToken, refreshToken] = await Promise.all([
    keys.sign(TokenType.access, accessLifetime, {
      ...common,
      aud: `${baseUrl}/`,
      username: common.sub,
      scope,
      profile: profile.reference,
    }),
    keys.sign(TokenType.id, accessLifetime, {
      ...common,
      ...(login.client !== null && { aud: login.client }),
      fhirUser: profile.reference,
      nonce: login.nonce ?? undefined,
      auth_time: Math.floor(login.authTime / 1000),
    }),
    refreshSecret === undefined
      ? undefined
      : keys.sign(TokenType.refresh, refreshLifetime, {
          client_id: common.client_id,
          login_id: login.id,
          aud: `${baseUrl}/`,
          refresh_secret: refreshSecret,
        }),
  ]);
  return {
    token_type: 'Bearer',
    expires_in: accessLifetime,
    scope,
    id_token: idToken,
    access_token: accessToken,
    refresh_token: refreshToken,
    project,
    profile,
    patient: launch?.patient?.identifier?.value ?? patient?.reference.split('/')[1],
    encounter: launch?.encounter?.identifier?.value ?? launch?.encounter?.reference?.split('/')[1],
    fhirContext: launch?.fhirContext,
    smart_style_url: `${baseUrl}/fhir/R4/.well-known/smart-styles.json`,
    need_patient_banner: patient !== undefined,
  };
}

/** Does a verifier belong to the challenge that the sign-in began with? */
export function isVerifier({ codeChallenge, codeChallengeMethod }: Login, verifier: string): boolean {
  const proof = codeChallengeMethod === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url');
  return codeChallenge !== null && sameSecret(proof, codeChallenge);
}

async function launchOf(
  repositories: Repositories,
  { launch }: Login,
  { project }: Session,
): Promise<WithId<SmartAppLaunch> | undefined> {
  return launch === null
    ? undefined
    : repositories(systemContext(project.id)).readResource<SmartAppLaunch>('SmartAppLaunch', launch);
}

/** A patient who signs in is the one that their tokens are about; anybody else's is the one of the launch. */
function patientOf({ membership }: Session, launch: SmartAppLaunch | undefined): Grant['patient'] {
  const own = membership.profile.reference?.startsWith('Patient/') ? membership.profile.reference : undefined;
  const reference = own ?? launch?.patient?.reference;
  return reference === undefined ? undefined : { reference };
}

async function emailOf(repositories: Repositories, { membership }: Session): Promise<string | undefined> {
  return membership.user?.reference?.startsWith('User/')
    ? (await repositories(systemContext()).readReference(membership.user as Reference<User>)).email
    : undefined;
}
