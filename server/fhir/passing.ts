import { badRequest, OperationOutcomeError } from '@medplum/core';
import type { Resource, Subscription } from '@medplum/fhirtypes';
import type { ResourceRow } from './rows.ts';
import { parseContent } from './rows.ts';

/** Subscriptions over WebSocket that one member may listen to at once; the number is Medplum's. */
export const MAX_LISTENING = 20;

/** The row number of what is not in the database. */
const NO_ROW = 0;

/** Is this a resource that is kept in memory only? */
export function isPassing(resource: Resource): resource is Subscription & { channel: { type: 'websocket' } } {
  return resource.resourceType === 'Subscription' && resource.channel?.type === 'websocket';
}

export const isPassingRow = ({ rid }: ResourceRow): boolean => rid === NO_ROW;

/**
 * Subscriptions over WebSocket. They live as long as somebody listens, so they are in memory and in no search, history or
 * backup; nobody misses them after a restart, as those who listened have to come again anyway.
 */
export class PassingResources {
  private readonly rows = new Map<string, ResourceRow & { readonly author: string }>();
  private readonly heldIds = new Set<string>();

  find(type: string, id: string): ResourceRow | undefined {
    return type === 'Subscription' ? this.rows.get(id) : undefined;
  }

  /** Refuses one more than a member may listen to. */
  assertRoom(author: string): void {
    if (this.of(author).filter(([id]) => this.heldIds.has(id)).length >= MAX_LISTENING) {
      throw new OperationOutcomeError(
        badRequest(`A member may have ${MAX_LISTENING} Subscriptions over WebSocket at once`, 'Subscription.channel'),
      );
    }
  }

  /** Keeps one. Of those that a member made and does not listen to, only the latest are kept. */
  put(row: Omit<ResourceRow, 'rid'>): void {
    const author = parseContent(row.content).meta?.author?.reference ?? '';
    this.rows.set(row.id, { ...row, rid: NO_ROW, author });
    const idle = this.of(author).filter(([id]) => !this.heldIds.has(id));
    idle.slice(0, -MAX_LISTENING).forEach(([id]) => this.remove(id));
  }

  /** Somebody listens to it. */
  hold(id: string): void {
    this.heldIds.add(id);
  }

  remove(id: string): void {
    this.rows.delete(id);
    this.heldIds.delete(id);
  }

  /** Forgets those that nobody listens to and that were last changed before a time, in milliseconds. */
  forgetIdle(before: number): void {
    for (const [id, { updated }] of this.rows) {
      if (updated < before && !this.heldIds.has(id)) {
        this.rows.delete(id);
      }
    }
  }

  private of(author: string): [string, { readonly author: string }][] {
    return [...this.rows].filter(([, row]) => row.author === author);
  }
}
