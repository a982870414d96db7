import { matchesSearchRequest, parseSearchRequest } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Resource, Subscription } from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Repositories } from '../auth/session.ts';

/** As many as Medplum looks at. */
const MAX_SUBSCRIPTIONS = 1000;

/** A Subscription, and a look at its criteria that costs little where they do not match. */
export interface Watching {
  subscription: WithId<Subscription>;
  mayMatch(resource: Resource): boolean;
}

type ByType = Map<string, Watching[]>;

/**
 * The active rest-hook Subscriptions of each project by the resource type that they watch, so that a write which
 * nobody waits for costs two look-ups.
 */
export class ActiveSubscriptions {
  private readonly repositories: Repositories;
  private readonly projects = new Map<string, Promise<ByType>>();
  /** Projects with a change that may still be rolled back: what is read of them now is not kept. */
  private readonly changing = new Set<string>();

  constructor(repositories: Repositories) {
    this.repositories = repositories;
  }

  /** Those that watch a resource type. */
  async watching(projectId: string, resourceType: string): Promise<readonly Watching[]> {
    let byType = this.projects.get(projectId);
    if (!byType) {
      byType = this.load(projectId);
      if (!this.changing.has(projectId)) {
        this.projects.set(projectId, byType);
        byType.catch(() => this.projects.delete(projectId));
      }
    }
    return (await byType).get(resourceType) ?? [];
  }

  /** A Subscription of the project is being written. */
  changed(projectId: string): void {
    this.changing.add(projectId);
    this.projects.delete(projectId);
  }

  /** What was being written is durable. */
  settled(): void {
    for (const projectId of this.changing) {
      this.projects.delete(projectId);
    }
    this.changing.clear();
  }

  private async load(projectId: string): Promise<ByType> {
    const found = await this.repositories(systemContext(projectId)).searchResources<Subscription>({
      resourceType: 'Subscription',
      filters: [{ code: 'status', operator: 'eq', value: 'active' }],
      count: MAX_SUBSCRIPTIONS,
    });
    const byType: ByType = new Map();
    for (const subscription of found) {
      if (subscription.channel.type !== 'rest-hook' || !subscription.channel.endpoint) {
        continue;
      }
      const resourceType = subscription.criteria.split('?', 1)[0]!;
      byType.set(resourceType, [...(byType.get(resourceType) ?? []), watch(subscription)]);
    }
    return byType;
  }
}

/** The criteria are a search, which is parsed once here and not for every write. */
function watch(subscription: WithId<Subscription>): Watching {
  try {
    const search = parseSearchRequest(subscription.criteria);
    return { subscription, mayMatch: (resource) => matchesSearchRequest(resource, search) };
  } catch {
    // Criteria that cannot be parsed are for the evaluation to say so.
    return { subscription, mayMatch: () => true };
  }
}
