import type { SearchRequest, WithId } from '@medplum/core';
import { badRequest, OperationOutcomeError } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import type { Expression } from './expression.ts';
import { sql } from './sql.ts';

/** A place in the order of changes: behind this version of this resource. */
interface Cursor {
  /** Milliseconds since the epoch. */
  readonly updated: number;
  readonly id: string;
}

/** `2-1772442000000-` and an id: of Medplum's form, though only the server that made one can tell what it means. */
const CURSOR = /^2-(\d{1,15})-([\w.-]{1,64})$/;

/**
 * The order in which resources were changed last can be followed by where it was left: what is written meanwhile comes later,
 * and takes nothing else out of its place. A page that is counted from the beginning could lose what comes next.
 */
export function followsChanges({ types, sortRules = [], offset }: SearchRequest): boolean {
  const [rule] = sortRules;
  return !types && !offset && sortRules.length === 1 && rule?.code === '_lastUpdated' && !rule.descending;
}

/** Where the page behind this resource begins. */
export function cursorBehind({ id, meta }: WithId<Resource>): string {
  return `2-${Date.parse(meta?.lastUpdated ?? '')}-${id}`;
}

/**
 * What is behind the cursor of a request; undefined where it has none.
 * @throws OperationOutcomeError about `_cursor` where it is none, or the request has another order.
 */
export function behindCursor(request: SearchRequest): Expression | undefined {
  if (request.cursor === undefined) {
    return undefined;
  }
  const cursor = parse(request.cursor);
  if (!cursor || !followsChanges(request)) {
    const text = 'A _cursor is the one of a next link, with the rest of that link';
    throw new OperationOutcomeError(badRequest(text, '_cursor'));
  }
  const { updated, id } = cursor;
  // Behind one that is no more, all that were changed at the same time come again.
  const rid = sql`coalesce((SELECT c.rid FROM resource c WHERE c.id = ${id} AND c.type = ${request.resourceType}), 0)`;
  return { kind: 'row', where: sql`(r.updated, r.rid) > (${updated}, ${rid})` };
}

function parse(text: string): Cursor | undefined {
  const [, updated, id] = CURSOR.exec(text) ?? [];
  return updated && id ? { updated: Number(updated), id } : undefined;
}
