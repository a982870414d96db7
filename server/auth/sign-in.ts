import { badRequest, getReferenceString, notFound, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { ClientApplication, ProjectMembership } from '@medplum/fhirtypes';
import type { Clock } from '../clock.ts';
import { AuditOutcome, AuditSubtype, AuditType } from '../operate/audit.ts';
import type { AuditLog } from '../operate/audit.ts';
import type { Passwords } from '../people/passwords.ts';
import type { SignInLimit } from '../people/sign-in-limit.ts';
import { findUser, membershipsOf } from '../people/users.ts';
import { assertAddress } from './access-addresses.ts';
import { findClient, lifetimesOf } from './clients.ts';
import { hash, newSecret } from './logins.ts';
import type { Login, Logins } from './logins.ts';
import { systemContext } from './session.ts';
import type { Repositories, Sessions } from './session.ts';
import { isWithin } from './smart-scopes.ts';

/** How long a code may wait to be redeemed, in milliseconds. */
const CODE_LIFETIME = 5 * 60_000;

/** One answer for an unknown person, a wrong password, and somebody who has no membership (any more). */
const REFUSED = 'Email or password is invalid';

/** What a person who signs in sends. */
export interface SignInRequest {
  email: string;
  password: string;
  scope: string;
  nonce?: string | undefined;
  projectId?: string | undefined;
  clientId?: string | undefined;
  profileType?: string | undefined;
  launch?: string | undefined;
  codeChallenge?: string | undefined;
  codeChallengeMethod?: string | undefined;
  /** Medplum's older way to ask for a refresh token. */
  remember?: boolean | undefined;
  origin?: string | undefined;
  remoteAddress?: string | undefined;
  userAgent?: string | undefined;
}

/** What a sign-in has come to: a code, or memberships of which one must be chosen. */
export type SignInResult =
  { login: string; code: string } | { login: string; memberships: Partial<ProjectMembership>[] };

export interface SignInOptions {
  clock: Clock;
  repositories: Repositories;
  sessions: Sessions;
  logins: Logins;
  passwords: Passwords;
  limit: SignInLimit;
  audit: AuditLog;
  /** The project that is told of attempts which name no other. */
  homeProject: () => string;
}

/** Signs people in, from their password to the code for which a client gets its tokens. */
export class SignIn {
  private readonly options: SignInOptions;

  constructor(options: SignInOptions) {
    this.options = options;
  }

  /**
   * Begins a sign-in. Whoever has one membership has chosen it.
   * @throws OperationOutcomeError
   */
  async begin(request: SignInRequest): Promise<SignInResult> {
    const client = request.clientId === undefined ? undefined : await this.clientFor(request);
    assertPkce(request, client);
    const projectId = client?.meta?.project ?? request.projectId;
    const launch = request.launch && (await this.assertLaunch(request.launch, projectId));
    const { user, memberships } = await this.assertPerson(request, projectId);
    const lifetimes = lifetimesOf(client);
    const login = await this.options.logins.create({
      user,
      authMethod: 'password',
      scope: request.scope,
      client: client?.id ?? null,
      project: projectId ?? null,
      profileType: request.profileType ?? null,
      launch: launch || null,
      nonce: request.nonce ?? null,
      codeChallenge: request.codeChallenge ?? null,
      codeChallengeMethod: request.codeChallengeMethod ?? null,
      accessLifetime: lifetimes.access,
      refreshLifetime: wantsRefresh(request, client) ? lifetimes.refresh : 0,
      remoteAddress: request.remoteAddress ?? null,
      userAgent: request.userAgent ?? null,
    });
    const [only] = memberships;
    if (only && memberships.length === 1) {
      return this.enter(login, only);
    }
    return {
      login: login.id,
      memberships: memberships.map(({ id, project, profile, identifier }) => ({ id, project, profile, identifier })),
    };
  }

  /** Chooses the membership of a sign-in that has several. */
  async chooseMembership(loginId: string, membershipId: string): Promise<SignInResult> {
    return this.options.logins.exclusively(async () => {
      const login = await this.unfinished(loginId);
      if (login.membership) {
        throw new OperationOutcomeError(badRequest('Login profile already set'));
      }
      const memberships = await membershipsOf(this.options.repositories, login.user, wanted(login));
      const membership = memberships.find(({ id }) => id === membershipId);
      if (!membership) {
        throw new OperationOutcomeError(badRequest('Invalid profile'));
      }
      return this.enter(login, membership);
    });
  }

  /** Takes less than what was asked for: a person may give an app a part of the scopes. */
  async chooseScope(loginId: string, scope: string): Promise<SignInResult> {
    return this.options.logins.exclusively(async () => {
      const login = await this.unfinished(loginId);
      if (!login.membership) {
        throw new OperationOutcomeError(badRequest('Login profile not set'));
      }
      if (!isWithin(scope, login.scope)) {
        throw new OperationOutcomeError(badRequest('Invalid scope'));
      }
      await this.options.logins.update(login.id, { scope });
      return this.codeFor(login);
    });
  }

  /** A sign-in that was begun and for which nothing was given yet. */
  private async unfinished(loginId: string): Promise<Login> {
    const login = await this.options.logins.get(loginId);
    if (!login || login.expires < this.options.clock.now()) {
      throw new OperationOutcomeError(notFound);
    }
    if (login.revoked) {
      throw new OperationOutcomeError(badRequest('Login revoked'));
    }
    if (login.granted) {
      throw new OperationOutcomeError(badRequest('Login granted'));
    }
    return login;
  }

  private async clientFor({ clientId, projectId, origin }: SignInRequest): Promise<WithId<ClientApplication>> {
    const client = await findClient(this.options.repositories, clientId as string);
    if (!client) {
      throw new OperationOutcomeError(notFound);
    }
    if (projectId !== undefined && client.meta?.project !== undefined && projectId !== client.meta.project) {
      throw new OperationOutcomeError(badRequest('Invalid projectId'));
    }
    if (origin !== undefined && client.allowedOrigin && !client.allowedOrigin.includes(origin)) {
      throw new OperationOutcomeError(badRequest('Invalid origin'));
    }
    return client;
  }

  private async assertLaunch(launch: string, projectId: string | undefined): Promise<string> {
    await this.options.repositories(systemContext(projectId)).readResource('SmartAppLaunch', launch);
    return launch;
  }

  /** Who it is, if the password is theirs. Every attempt costs one comparison, and is counted. */
  private async assertPerson(
    { email, password, profileType, remoteAddress }: SignInRequest,
    projectId: string | undefined,
  ): Promise<{ user: string; memberships: WithId<ProjectMembership>[] }> {
    const { repositories, passwords, limit, audit } = this.options;
    const takeBack = limit.attempt(email, remoteAddress);
    const user = await findUser(repositories, email, projectId);
    const right = await passwords.matches(password, user?.passwordHash);
    const reference = user && getReferenceString(user);
    const all = reference ? await membershipsOf(repositories, reference) : [];
    const memberships = all.filter(
      ({ project, profile }) =>
        (projectId === undefined || project.reference === `Project/${projectId}`) &&
        (profileType === undefined || profile.reference?.startsWith(`${profileType}/`)),
    );
    if (!right || !reference || memberships.length === 0) {
      audit.record({
        projectId: await this.projectToTell(projectId ?? projectOf(all[0])),
        type: AuditType.authentication,
        subtype: AuditSubtype.login,
        who: (memberships[0] ?? all[0])?.profile,
        remoteAddress,
        outcome: AuditOutcome.minorFailure,
        outcomeDesc: right ? 'No membership' : REFUSED,
      });
      throw new OperationOutcomeError(badRequest(REFUSED));
    }
    takeBack();
    return { user: reference, memberships };
  }

  /** The project in whose audit a failed attempt stands. What an attacker names need not be one. */
  private async projectToTell(projectId: string | undefined): Promise<string> {
    const { repositories, homeProject } = this.options;
    const [project] =
      projectId === undefined
        ? []
        : await repositories(systemContext()).readReferences([{ reference: `Project/${projectId}` }]);
    return project && 'id' in project ? (project.id as string) : homeProject();
  }

  /** Goes in by a membership. */
  private async enter(login: Login, membership: WithId<ProjectMembership>): Promise<SignInResult> {
    const { sessions, logins, audit } = this.options;
    const session = await sessions.ofMembership(membership.id);
    if (!session) {
      throw new OperationOutcomeError(badRequest('Profile not active'));
    }
    if (session.project.features?.includes('google-auth-required')) {
      throw new OperationOutcomeError(badRequest('Google authentication is required'));
    }
    const record = (outcome: AuditOutcome): void =>
      audit.record({
        projectId: session.project.id,
        type: AuditType.authentication,
        subtype: AuditSubtype.login,
        who: membership.profile,
        remoteAddress: login.remoteAddress,
        outcome,
      });
    try {
      assertAddress(session.context.accessPolicy, login.remoteAddress);
    } catch (err) {
      record(AuditOutcome.minorFailure);
      throw err;
    }
    await logins.update(login.id, { membership: membership.id });
    record(AuditOutcome.success);
    return this.codeFor(login);
  }

  /** The code that tokens are given for, once, and soon. A new one takes the place of the one before. */
  private async codeFor(login: Login): Promise<SignInResult> {
    const code = newSecret(16);
    const codeExpires = this.options.clock.now() + CODE_LIFETIME;
    await this.options.logins.update(login.id, { code: hash(code), codeExpires });
    return { login: login.id, code };
  }
}

/** Which memberships a sign-in is about. */
function wanted({ project, profileType }: Login): { projectId?: string | undefined; profileType?: string | undefined } {
  return { projectId: project ?? undefined, profileType: profileType ?? undefined };
}

function projectOf(membership: ProjectMembership | undefined): string | undefined {
  return membership?.project.reference?.split('/')[1];
}

function assertPkce(
  { codeChallenge, codeChallengeMethod }: SignInRequest,
  client: ClientApplication | undefined,
): void {
  if (client?.pkceOptional && !codeChallenge && !codeChallengeMethod) {
    return;
  }
  if (!codeChallenge && codeChallengeMethod) {
    throw new OperationOutcomeError(badRequest('Invalid code challenge', 'code_challenge'));
  }
  if (codeChallenge && codeChallengeMethod !== 'plain' && codeChallengeMethod !== 'S256') {
    throw new OperationOutcomeError(badRequest('Invalid code challenge method', 'code_challenge_method'));
  }
}

/** A refresh token is for whoever asked for one, or for a client that always has one. */
function wantsRefresh({ remember, scope }: SignInRequest, client: ClientApplication | undefined): boolean {
  const scopes = scope.split(' ');
  return (
    remember === true ||
    scopes.includes('offline_access') ||
    scopes.includes('offline') ||
    client?.grantType?.includes('refresh_token') === true
  );
}
