import type { WithId } from '@medplum/core';
import type { AccessPolicy, Reference, Resource } from '@medplum/fhirtypes';

/** On whose behalf a request runs, and what it may see. */
export interface RequestContext {
  /** The project whose resources are visible. Undefined only for the server itself, which sees all of them. */
  projectId?: string;
  /** Becomes `meta.author` of what is written. */
  author: Reference;
  /** The member that signed in, if the request came with a token. */
  membershipId?: string;
  /** The sign-in that the request's token rests on, if it came with one. */
  loginId?: string;
  /** Project administrator: may use the `admin/projects` routes and see Bots, clients and policies. */
  admin: boolean;
  /** With its parameters resolved. Undefined means the whole project. */
  accessPolicy?: AccessPolicy;
  /** What the request may cost; undefined where nobody counts. */
  quota?: FhirQuota;
}

/** What a member's request may cost, in points. */
export interface FhirQuota {
  /** Takes points; throws `too-many-requests` once there are none. */
  spend(points: number): void;
  /** What is left, as an item of the `RateLimit` header. */
  readonly header: string | undefined;
}

/** One write, as Subscriptions and the audit see it. */
export interface Change {
  interaction: 'create' | 'update' | 'delete';
  /** After the write; for a delete, the last version. */
  resource: WithId<Resource>;
  /** Before the write; absent for a create. */
  previous?: WithId<Resource>;
  projectId?: string;
  author: Reference;
}

/** Hears of every write. */
export interface WriteObserver {
  /**
   * Called inside the transaction that makes the change: rows that it writes to the same database commit or roll back
   * with the change.
   */
  onWrite(change: Change): Promise<void>;
  /** Called after the transaction is durable. */
  onCommit(): void;
}
