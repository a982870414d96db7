import type { User, UserConfiguration, UserConfigurationMenu, Reference } from '@medplum/fhirtypes';
import { json } from '../http/messages.ts';
import type { ApiResponse } from '../http/messages.ts';
import { membershipsOf } from '../people/users.ts';
import type { Login, Logins } from './logins.ts';
import { systemContext } from './session.ts';
import type { Repositories, Session } from './session.ts';

/** `GET /auth/me`: who is signed in, where, with which rights; of a person also from where else. */
export async function me(repositories: Repositories, logins: Logins, session: Session): Promise<ApiResponse> {
  const { project, membership, context } = session;
  const server = repositories(systemContext(project.id));
  const profile = await server.readReference(membership.profile);
  const config: UserConfiguration = membership.userConfiguration
    ? await server.readReference<UserConfiguration>(membership.userConfiguration)
    : { resourceType: 'UserConfiguration' };
  return json(200, {
    ...(membership.user?.reference?.startsWith('User/') && (await person(repositories, logins, session))),
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

/** What a person sees of their own: every session that could still be used, to end those that are not theirs. */
async function person(
  repositories: Repositories,
  logins: Logins,
  { membership, project }: Session,
): Promise<{ user: Partial<User>; security: object }> {
  const reference = membership.user as Reference<User> & { reference: string };
  const { id, email, identifier } = await repositories(systemContext()).readReference(reference);
  const memberships = await membershipsOf(repositories, reference.reference, { projectId: project.id });
  return {
    user: { resourceType: 'User', id, email, identifier },
    security: {
      mfaEnrolled: false,
      sessions: (await logins.active(reference.reference)).map(describe),
      memberships: memberships.map((other) => ({
        resourceType: 'ProjectMembership',
        id: other.id,
        identifier: other.identifier,
        profile: other.profile,
        admin: other.admin,
      })),
    },
  };
}

function describe({ id, lastUsed, authMethod, remoteAddress, userAgent }: Login): object {
  return {
    id,
    lastUpdated: new Date(lastUsed).toISOString(),
    authMethod,
    remoteAddress: remoteAddress ?? undefined,
    browser: named(userAgent, BROWSERS),
    os: named(userAgent, SYSTEMS),
  };
}

/** By what their names for themselves contain; those that also contain another's come first. */
const BROWSERS = [
  ['Edg', 'Microsoft Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const SYSTEMS = [
  ['Android', 'Android'],
  ['iPhone', 'iOS'],
  ['iPad', 'iOS'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['Linux', 'Linux'],
] as const;

function named(userAgent: string | null, names: readonly (readonly [string, string])[]): string | undefined {
  return names.find(([part]) => userAgent?.includes(part))?.[1];
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
