import { createHash } from 'node:crypto';
import type { WithId } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';

/** One entry of the transaction that a decision asks for. */
export interface Write<T extends Resource = Resource> {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly resource: T;
  /** Of a create: how other entries of the same transaction refer to it. */
  readonly fullUrl?: string;
  /** Of a create: a search; if it finds one, that one is the result and nothing is created. */
  readonly ifNoneExist?: string;
  /** Whether the bot does this of its own accord: nobody stands in the resource as having asked for it. */
  readonly isUnasked?: boolean;
}

/** What a decision comes to: what is written, and what the caller gets. */
export interface Decision<T> {
  readonly writes: readonly Write[];
  /** A value, or one of `writes`, which stands for the resource as it was stored. */
  readonly result: T | Write<T & Resource>;
}

/** Nothing to write: this is the answer. */
export const unchanged = <T>(result: T): Decision<T> => ({ writes: [], result });

/** One resource is updated, and is the answer. */
export function change<T extends WithId<Resource>>(resource: T, ...others: Write[]): Decision<T> {
  const write = update(resource);
  return { writes: [write, ...others], result: write };
}

/** An update of a resource that was loaded, guarded by the version that was loaded. */
export const update = <T extends WithId<Resource>>(resource: T): Write<T> => ({ method: 'PUT', resource });

/** An update that nobody asked for, such as that of a hold which has expired, whatever else is done beside it. */
export const updateUnasked = <T extends WithId<Resource>>(resource: T): Write<T> => ({
  ...update(resource),
  isUnasked: true,
});

/** A delete of a resource that was loaded. */
export const remove = <T extends WithId<Resource>>(resource: T): Write<T> => ({ method: 'DELETE', resource });

/**
 * A new resource.
 * @param key - A name for it within this decision, if other entries refer to it: `temporary(key)` is its reference.
 */
export const create = <T extends Resource>(resource: T, key?: string): Write<T> => ({
  method: 'POST',
  resource,
  ...(key && { fullUrl: temporary(key) }),
});

/**
 * A new resource, unless the search finds one already. It makes the whole transaction SERIALIZABLE on a real server,
 * where such transactions refuse each other falsely under load and may have at most 8 entries: not for hot paths.
 */
export const createOnce = <T extends Resource>(resource: T, ifNoneExist: string): Write<T> => ({
  method: 'POST',
  resource,
  ifNoneExist,
});

/** The reference, within one transaction, to the resource that is created under this key. */
export function temporary(key: string): string {
  const hex = createHash('sha256').update(key).digest('hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
