import { matchesSearchRequest, parseSearchRequest, resourceMatchesSubscriptionCriteria } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Resource, Subscription } from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Repositories } from '../auth/session.ts';
import type { Change } from '../context.ts';
import type { Logger } from '../http/log.ts';

/** As many as Medplum looks at. */
const MAX_SUBSCRIPTIONS = 1000;

/** A Subscription, and a look at its criteria that costs little where they do not match. */
export interface Watching {
  subscription: WithId<Subscription>;
  mayMatch(resource: Resource, seen: SeenFilters): boolean;
}

/** What is known of one resource already: many Subscriptions ask the same of it. By the filter's text. */
export type SeenFilters = Map<string, boolean>;

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
export function watch(subscription: WithId<Subscription>): Watching {
  try {
    const { resourceType, filters = [] } = parseSearchRequest(subscription.criteria);
    const asked = filters.map((filter) => ({
      key: JSON.stringify(filter),
      search: { resourceType, filters: [filter] },
    }));
    return {
      subscription,
      mayMatch: (resource, seen) =>
        resource.resourceType === resourceType &&
        asked.every(({ key, search }) => {
          const known = seen.get(key) ?? matchesSearchRequest(resource, search);
          seen.set(key, known);
          return known;
        }),
    };
  } catch {
    // Criteria that cannot be parsed are for the evaluation to say so.
    return { subscription, mayMatch: () => true };
  }
}

/** Does a change match? Criteria that cannot be evaluated match nothing: they must not undo somebody's write. */
export async function matches(
  watching: Watching,
  change: Change,
  log: Logger,
  seen: SeenFilters = new Map(),
): Promise<boolean> {
  const { resource, interaction } = change;
  const previous = interaction === 'delete' ? resource : change.previous;
  const { subscription } = watching;
  try {
    return (
      watching.mayMatch(resource, seen) &&
      (await resourceMatchesSubscriptionCriteria({
        resource,
        subscription,
        context: { interaction },
        getPreviousResource: async () => previous,
      }))
    );
  } catch (err) {
    log.error('a Subscription could not be evaluated', err, { subscription: subscription.id });
    return false;
  }
}
