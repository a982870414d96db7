import { getReferenceString } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Project, ProjectMembership, User } from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Repositories } from '../auth/session.ts';

/** More memberships of one person are not looked at. */
const MAX_MEMBERSHIPS = 100;

/** The person who signs in with an address: the project's own one first, where a project is named. */
export async function findUser(
  repositories: Repositories,
  email: string,
  projectId: string | undefined,
): Promise<WithId<User> | undefined> {
  const users = await usersOf(repositories, email);
  const inProject = users.find(({ project }) => project !== undefined && project.reference === `Project/${projectId}`);
  return inProject ?? users.find(({ project }) => project === undefined);
}

/** The person who belongs to a project alone; undefined for one who may be in others too. */
export async function findProjectUser(
  repositories: Repositories,
  email: string,
  projectId: string,
): Promise<WithId<User> | undefined> {
  const users = await usersOf(repositories, email);
  return users.find(({ project }) => project?.reference === `Project/${projectId}`);
}

/** Everybody with an address, in whatever project. */
export async function usersOf(repositories: Repositories, email: string): Promise<WithId<User>[]> {
  const address = email.toLowerCase();
  const found = await repositories(systemContext()).searchResources<User>({
    resourceType: 'User',
    filters: [{ code: 'email', operator: 'exact', value: escaped(address) }],
    sortRules: [{ code: '_lastUpdated' }],
    count: MAX_MEMBERSHIPS,
  });
  return found.filter((user) => user.email === address);
}

/** The memberships that a person may use, as far as a sign-in asks for a project or a type of profile. */
export async function membershipsOf(
  repositories: Repositories,
  user: string,
  { projectId, profileType }: { projectId?: string | undefined; profileType?: string | undefined } = {},
): Promise<WithId<ProjectMembership>[]> {
  const found = await repositories(systemContext()).searchResources<ProjectMembership>({
    resourceType: 'ProjectMembership',
    filters: [{ code: 'user', operator: 'eq', value: user }],
    sortRules: [{ code: '_lastUpdated' }],
    count: MAX_MEMBERSHIPS,
  });
  return found.filter(
    ({ active, project, profile }) =>
      active !== false &&
      (projectId === undefined || project.reference === `Project/${projectId}`) &&
      (profileType === undefined || profile.reference?.startsWith(`${profileType}/`)),
  );
}

/** The membership of a person in a project, switched off or not. */
export async function membershipIn(
  repositories: Repositories,
  user: WithId<User>,
  project: WithId<Project>,
): Promise<WithId<ProjectMembership> | undefined> {
  const found = await repositories(systemContext()).searchResources<ProjectMembership>({
    resourceType: 'ProjectMembership',
    filters: [{ code: 'user', operator: 'eq', value: getReferenceString(user) }],
    count: MAX_MEMBERSHIPS,
  });
  return found.find((membership) => membership.project.reference === getReferenceString(project));
}

/** A comma or a backslash in a search value stands for itself. */
function escaped(value: string): string {
  return value.replace(/[\\,$|]/g, '\\$&');
}
