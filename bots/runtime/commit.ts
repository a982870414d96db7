import type { MedplumClient } from '@medplum/core';
import { isOk, isOperationOutcome, OperationOutcomeError } from '@medplum/core';
import type { Bundle, BundleEntry, OperationOutcome, Resource, Slot } from '@medplum/fhirtypes';
import { send } from './batch.ts';
import { REQUESTED_BY } from './contract.ts';
import type { Write } from './writes.ts';

/** What is in a decision must fit in one transaction of a real server, with room to spare. */
const MAX_ENTRIES = 40;

/**
 * Commits the writes of one decision as ONE transaction, or none of them.
 * @param requestedBy - The person or program that asked, who is recorded on what is written.
 * @returns The stored resource of each write (of a delete, the resource that was deleted).
 * @throws OperationOutcomeError of the first entry that did not go through.
 */
export async function commit(
  fhir: MedplumClient,
  writes: readonly Write[],
  requestedBy: string | undefined,
): Promise<Map<Write, Resource>> {
  const stored = new Map<Write, Resource>();
  if (writes.length === 0) {
    return stored;
  }
  if (writes.length > MAX_ENTRIES) {
    throw new Error(`A unit of ${writes.length} writes is more than one transaction takes (${MAX_ENTRIES}).`);
  }
  const ordered = inLockOrder(writes);
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: ordered.map((write) => entryOf(write, requestedBy)),
  };
  const answers = await send(fhir, bundle);
  for (const [index, write] of ordered.entries()) {
    const answer = answers[index];
    const failure = failureOf(answer);
    if (failure) {
      throw new OperationOutcomeError(failure);
    }
    stored.set(write, answer?.resource ?? write.resource);
  }
  return stored;
}

/** Two transactions that lock the same rows in different order can deadlock, so every one locks them by id. */
function inLockOrder(writes: readonly Write[]): Write[] {
  const target = (write: Write): string => `${write.resource.resourceType}/${write.resource.id}`;
  const locking = writes.filter((write) => write.method !== 'POST');
  locking.sort((a, b) => (target(a) < target(b) ? -1 : 1));
  return [...locking, ...writes.filter((write) => write.method === 'POST')];
}

function entryOf(write: Write, requestedBy: string | undefined): BundleEntry {
  const { method, resource, fullUrl, ifNoneExist } = write;
  if (method === 'POST') {
    return {
      ...(fullUrl && { fullUrl }),
      request: { method, url: resource.resourceType, ...(ifNoneExist && { ifNoneExist }) },
      resource: withRequester(write, requestedBy),
    };
  }
  const versionId = resource.meta?.versionId;
  if (!resource.id || !versionId) {
    throw new Error(`${resource.resourceType} was not loaded, so it cannot be changed.`);
  }
  return {
    request: { method, url: `${resource.resourceType}/${resource.id}`, ifMatch: `W/"${versionId}"` },
    ...(method === 'PUT' && { resource: withRequester(write, requestedBy) }),
  };
}

/** A Slot is a decision of a person only where somebody shut it, or opened what was shut; the rest follows from bookings. */
const DECIDED_SLOTS: readonly Slot['status'][] = ['busy-unavailable', 'entered-in-error'];

/**
 * What is written says who asked for it. What the bot does of its own accord says of nobody that they did, whoever had
 * asked for what was there before. Where a whole run is a bot's own, what was asked for before stands: most of what it
 * changes then is beside that, such as the link from a booking to its journey.
 */
function withRequester<T extends Resource>({ resource, isUnasked }: Write<T>, requestedBy: string | undefined): T {
  const isOfNobody = resource.resourceType === 'Slot' && !DECIDED_SLOTS.includes(resource.status);
  const before = 'extension' in resource ? (resource.extension ?? []) : [];
  const others = before.filter(({ url }) => url !== REQUESTED_BY);
  if (isUnasked || isOfNobody) {
    return others.length === before.length ? resource : { ...resource, extension: others };
  }
  return requestedBy
    ? { ...resource, extension: [...others, { url: REQUESTED_BY, valueReference: { reference: requestedBy } }] }
    : resource;
}

/** Medplum may answer 200 for the bundle and something else for an entry, so each one is looked at. */
function failureOf(entry: BundleEntry | undefined): OperationOutcome | undefined {
  const outcome = entry?.response?.outcome;
  const status = entry?.response?.status ?? '';
  if (/^(2\d\d|304)/.test(status)) {
    return undefined;
  }
  if (isOperationOutcome(outcome) && !isOk(outcome)) {
    return outcome;
  }
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'exception', details: { text: `A write was answered with "${status}".` } }],
  };
}
