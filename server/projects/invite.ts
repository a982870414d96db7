import {
  badRequest,
  conflict,
  createReference,
  getReferenceString,
  isNotFound,
  isGone,
  OperationOutcomeError,
} from '@medplum/core';
import type { InviteRequest, ProfileResource, WithId } from '@medplum/core';
import type { AccessPolicy, Project, ProjectMembership, Reference, User } from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Repositories, Session } from '../auth/session.ts';
import type { Repository } from '../fhir/repository.ts';
import type { PasswordRequests } from '../people/password-requests.ts';
import { assertStrong } from '../people/passwords.ts';
import type { Passwords } from '../people/passwords.ts';
import { membershipIn, usersOf } from '../people/users.ts';

const ALREADY = 'User is already a member of this project';

export interface InviteOptions {
  repositories: Repositories;
  passwords: Passwords;
  requests: PasswordRequests;
}

/** What an invitation made. */
export interface Invitation {
  membership: WithId<ProjectMembership>;
  user: WithId<User>;
  /** By which somebody new chooses a password; undefined for somebody who has one. */
  link: string | undefined;
}

/**
 * Makes somebody a member of a project: the User who signs in, the profile that they are in the project, and the
 * membership that says what they may do; all of it or nothing. Practitioners may be members of several projects with one
 * password, patients belong to one, unless `scope` says otherwise.
 * @throws OperationOutcomeError
 */
export async function invite(session: Session, request: InviteRequest, options: InviteOptions): Promise<Invitation> {
  const { repositories, passwords, requests } = options;
  const { project } = session;
  const email = request.email?.toLowerCase();
  if (request.password !== undefined) {
    assertStrong(request.password, [email, request.firstName, request.lastName]);
  }
  // Hashed before the transaction: nothing else is written while it runs.
  const passwordHash = request.password === undefined ? undefined : await passwords.hash(request.password);
  return repositories(systemContext()).withTransaction(async (server) => {
    await assertPolicies(server, request, project);
    const before = email === undefined ? undefined : await findInvited(repositories, email, request, project);
    const user = before ?? (await server.createResource<User>(newUser({ ...request, email }, project, passwordHash)));
    const profile = await ensureProfile(server, { ...request, email }, project);
    const membership = await ensureMembership(server, session, request, { user, profile, options });
    return { membership, user, link: before ? undefined : await requests.create(user, 'invite') };
  });
}

/** Is a person of this invitation one of the project's own? */
function belongsToProject({ resourceType, scope, externalId }: InviteRequest): boolean {
  return scope === 'project' || externalId !== undefined || (resourceType === 'Patient' && scope !== 'server');
}

/** The person with this address, who may be known already. One address is one person in a project, not two. */
async function findInvited(
  repositories: Repositories,
  email: string,
  request: InviteRequest,
  project: WithId<Project>,
): Promise<WithId<User> | undefined> {
  const reference = getReferenceString(project);
  const users = await usersOf(repositories, email);
  const own = users.find((user) => user.project?.reference === reference);
  const everywhere = users.find((user) => user.project === undefined);
  const [wanted, other] = belongsToProject(request) ? [own, everywhere] : [everywhere, own];
  if (other && !request.forceNewMembership && (await membershipIn(repositories, other, project))) {
    throw new OperationOutcomeError(conflict(ALREADY));
  }
  return wanted;
}

function newUser(request: InviteRequest, project: WithId<Project>, passwordHash: string | undefined): User {
  const { firstName, lastName, email } = request;
  return {
    resourceType: 'User',
    ...(belongsToProject(request) && { meta: { project: project.id }, project: createReference(project) }),
    firstName,
    lastName,
    ...(email !== undefined && { email }),
    ...(passwordHash !== undefined && { passwordHash }),
  };
}

/** The profile that is named, the one with this address, or a new one. */
async function ensureProfile(
  server: Repository,
  { resourceType, membership, email, firstName, lastName, patient }: InviteRequest,
  project: WithId<Project>,
): Promise<WithId<ProfileResource>> {
  if (membership?.profile) {
    const profile = (await server.readReference(membership.profile)) as WithId<ProfileResource>;
    if (profile.meta?.project !== project.id) {
      throw new OperationOutcomeError(badRequest('Profile does not belong to project'));
    }
    if (profile.resourceType !== resourceType) {
      throw new OperationOutcomeError(badRequest('Profile resourceType does not match request'));
    }
    return profile;
  }
  const present =
    email === undefined
      ? undefined
      : await server.searchOne<ProfileResource>({
          resourceType,
          filters: [
            { code: '_project', operator: 'eq', value: project.id },
            { code: 'email', operator: 'eq', value: email },
          ],
        });
  return (
    present ??
    server.createResource<ProfileResource>({
      resourceType,
      meta: { project: project.id },
      name: [{ given: [firstName], family: lastName }],
      ...(email !== undefined && { telecom: [{ system: 'email', use: 'work', value: email }] }),
      ...(resourceType === 'RelatedPerson' && patient && { patient }),
    } as ProfileResource)
  );
}

async function ensureMembership(
  server: Repository,
  session: Session,
  request: InviteRequest,
  made: { user: WithId<User>; profile: WithId<ProfileResource>; options: InviteOptions },
): Promise<WithId<ProjectMembership>> {
  const { user, profile, options } = made;
  const { project } = session;
  const present = request.forceNewMembership ? undefined : await membershipIn(options.repositories, user, project);
  if (present && !request.upsert) {
    throw new OperationOutcomeError(conflict(ALREADY));
  }
  if (present && present.profile.reference !== getReferenceString(profile)) {
    throw new OperationOutcomeError(conflict('User is already a member of this project with a different profile'));
  }
  const { externalId, accessPolicy, access, admin } = request;
  const membership: ProjectMembership = {
    ...present,
    ...defined({ externalId, accessPolicy, access, admin, invitedBy: session.membership.user }),
    ...request.membership,
    resourceType: 'ProjectMembership',
    meta: { ...present?.meta, project: project.id },
    project: createReference(project),
    user: createReference(user),
    profile: createReference(profile),
  };
  return present
    ? server.updateResource({ ...membership, id: present.id })
    : server.createResource({ ...membership, id: undefined });
}

/** Every policy that is given must be one of the project. */
async function assertPolicies(server: Repository, request: InviteRequest, project: WithId<Project>): Promise<void> {
  const { accessPolicy, access = [], membership = {} } = request;
  const policies: Reference<AccessPolicy>[] = [
    ...[accessPolicy, membership.accessPolicy].filter((policy) => policy !== undefined),
    ...[...access, ...(membership.access ?? [])].map(({ policy }) => policy),
  ];
  const found = await server.readReferences<AccessPolicy>(policies);
  for (const [index, policy] of found.entries()) {
    const reference = policies[index]?.reference;
    if (policy instanceof OperationOutcomeError && (isNotFound(policy.outcome) || isGone(policy.outcome))) {
      throw new OperationOutcomeError(badRequest(`Access policy ${reference} does not exist`));
    }
    if (policy instanceof Error) {
      throw policy;
    }
    if (policy.resourceType !== 'AccessPolicy' || policy.meta?.project !== project.id) {
      throw new OperationOutcomeError(badRequest(`Access policy ${reference} does not belong to this project`));
    }
  }
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
