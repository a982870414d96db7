import { getReferenceString, isGone, isNotFound, OperationOutcomeError, resolveId } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Project, ProjectMembership, Reference } from '@medplum/fhirtypes';
import type { Change, RequestContext, WriteObserver } from '../context.ts';
import type { Repository } from '../fhir/repository.ts';
import { resolveAccessPolicy } from './access-policy.ts';
import type { Login } from './logins.ts';

/** Gives the repository that sees and may do what a context allows. */
export type Repositories = (context: RequestContext) => Repository;

/** A member of a project at work: who, where, and with which rights. */
export interface Session {
  project: WithId<Project>;
  membership: WithId<ProjectMembership>;
  context: RequestContext;
  /** Points in a minute that the member's own UserConfiguration names. */
  fhirQuota?: number;
  /** The sign-in that its token rests on; absent for bots, and where id and secret came with the request. */
  login?: Login;
}

/** The server acting by itself, in one project or across all of them. */
export function systemContext(projectId?: string): RequestContext {
  return { projectId, author: { reference: 'system' }, admin: true };
}

/** What a session is made of; a change to any of these ends the memory of all of them. */
const SESSION_TYPES = new Set<string>(['Project', 'ProjectMembership', 'User', 'AccessPolicy', 'UserConfiguration']);

/**
 * The sessions of members, remembered between requests until something they depend on changes.
 */
export class Sessions implements WriteObserver {
  private readonly repositories: Repositories;
  private readonly byMembership = new Map<string, Promise<Session | undefined>>();
  private readonly byProfile = new Map<string, Promise<string | undefined>>();
  private stale = false;

  constructor(repositories: Repositories) {
    this.repositories = repositories;
  }

  /** The session of a membership; undefined if it is gone or was switched off. */
  async ofMembership(id: string): Promise<Session | undefined> {
    return this.remember(this.byMembership, id, () => this.load(id));
  }

  /** The session that a Bot, ClientApplication or person has in a project; undefined for no member. */
  async ofProfile(projectId: string, profile: Reference): Promise<Session | undefined> {
    const key = `${projectId} ${profile.reference}`;
    const id = await this.remember(this.byProfile, key, () => this.findMembership(projectId, profile));
    return id === undefined ? undefined : this.ofMembership(id);
  }

  async onWrite(change: Change): Promise<void> {
    if (SESSION_TYPES.has(change.resource.resourceType)) {
      this.stale = true;
    }
  }

  onCommit(): void {
    if (this.stale) {
      this.stale = false;
      this.byMembership.clear();
      this.byProfile.clear();
    }
  }

  /** Nothing is remembered while a change to it is under way, nor what could not be loaded. */
  private async remember<T>(
    memory: Map<string, Promise<T | undefined>>,
    key: string,
    load: () => Promise<T | undefined>,
  ) {
    const known = memory.get(key);
    if (known) {
      return known;
    }
    const loading = load();
    if (this.stale) {
      return loading;
    }
    memory.set(key, loading);
    try {
      const value = await loading;
      if (value === undefined && memory.get(key) === loading) {
        memory.delete(key);
      }
      return value;
    } catch (err) {
      memory.delete(key);
      throw err;
    }
  }

  private async load(id: string): Promise<Session | undefined> {
    const server = this.repositories(systemContext());
    let membership: WithId<ProjectMembership>;
    let project: WithId<Project>;
    try {
      membership = await server.readResource<ProjectMembership>('ProjectMembership', id);
      project = await server.readReference<Project>(membership.project);
      if (membership.user?.reference?.startsWith('User/')) {
        await server.readReference(membership.user);
      }
    } catch (err) {
      if (err instanceof OperationOutcomeError && (isNotFound(err.outcome) || isGone(err.outcome))) {
        return undefined;
      }
      throw err;
    }
    if (membership.active === false) {
      return undefined;
    }
    // What a membership names of another project gives nobody anything.
    const own = this.repositories(systemContext(project.id));
    const accessPolicy = await resolveAccessPolicy(own, membership);
    const fhirQuota = await readFhirQuota(own, membership);
    return {
      fhirQuota,
      project,
      membership,
      context: {
        projectId: project.id,
        author: membership.profile,
        membershipId: membership.id,
        admin: membership.admin === true,
        accessPolicy,
      },
    };
  }

  private async findMembership(projectId: string, profile: Reference): Promise<string | undefined> {
    const found = await this.repositories(systemContext(projectId)).searchResources<ProjectMembership>({
      resourceType: 'ProjectMembership',
      filters: [{ code: 'profile', operator: 'eq', value: profile.reference as string }],
      sortRules: [{ code: '_lastUpdated' }],
      count: 100,
    });
    const project = getReferenceString({ reference: `Project/${projectId}` });
    return found.find((m) => m.project.reference === project && m.active !== false)?.id;
  }
}

async function readFhirQuota(
  server: Repository,
  { userConfiguration }: ProjectMembership,
): Promise<number | undefined> {
  const [configuration] = userConfiguration ? await server.readReferences([userConfiguration]) : [];
  // One that is gone gives nothing.
  return configuration && 'option' in configuration
    ? configuration.option?.find(({ id }) => id === 'fhirQuota')?.valueInteger
    : undefined;
}

/** The id of who signed in: a User, or a client. */
export function subjectOf({ membership }: Session): string {
  return resolveId(membership.user ?? membership.profile) as string;
}
