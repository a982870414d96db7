import { deepEquals, isObject } from '@medplum/core';
import type { Extension } from '@medplum/fhirtypes';

/**
 * What changed from `base` to `mine`, made to `theirs`, so that nothing is lost that somebody else changed meanwhile.
 * Where both changed the same, mine stays; what only one of them took away while the other one changed it stays, too.
 */
export const rebased = <T>(base: T, mine: T, theirs: T): T => merged(base, mine, theirs) as T;

function merged(base: unknown, mine: unknown, theirs: unknown): unknown {
  if (deepEquals(mine, base)) {
    return theirs;
  }
  if (deepEquals(theirs, base)) {
    return mine;
  }
  if (Array.isArray(mine) && Array.isArray(theirs)) {
    const [before, my, their] = [Array.isArray(base) ? base : [], mine, theirs].map(byName);
    return before && my && their ? mergedLists(before, my, their) : mine;
  }
  return isObject(base) && isObject(mine) && isObject(theirs) ? mergedObjects(base, mine, theirs) : mine;
}

type Fields = Readonly<Record<string, unknown>>;

function mergedObjects(base: Fields, mine: Fields, theirs: Fields): Fields {
  const names = new Set([...Object.keys(theirs), ...Object.keys(mine)]);
  const fields = [...names].map((name) => [name, merged(base[name], mine[name], theirs[name])] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

type Named = ReadonlyMap<string, unknown>;

function mergedLists(base: Named, mine: Named, theirs: Named): unknown[] {
  // Who moved something decides on the order; what only the other one has comes behind what it is behind there.
  const [lead, other] = hasOrderOf(mine, base) ? [theirs, mine] : [mine, theirs];
  const order = [...lead.keys()];
  [...other.keys()].forEach((name, at, all) => {
    if (!lead.has(name)) {
      order.splice(order.indexOf(all[at - 1] ?? '') + 1, 0, name);
    }
  });
  return order.flatMap((name) => {
    const [was, my, their] = [base.get(name), mine.get(name), theirs.get(name)];
    if (my !== undefined && their !== undefined) {
      return [merged(was, my, their)];
    }
    const left = my ?? their;
    return deepEquals(left, was) ? [] : [left];
  });
}

function hasOrderOf(list: Named, base: Named): boolean {
  const common = [...list.keys()].filter((name) => base.has(name));
  return deepEquals(
    common,
    [...base.keys()].filter((name) => list.has(name)),
  );
}

/** The members of a list by what they are called; undefined where they have no names, or two have the same. */
function byName(list: readonly unknown[]): Named | undefined {
  const named = new Map(list.map((one) => [nameOf(one), one]));
  return named.size === list.length && !named.has(undefined) ? (named as Named) : undefined;
}

/** An element's id, or the url of an extension; of several with the same url each is about something else. */
function nameOf(one: unknown): string | undefined {
  const { id, url, extension = [] } = isObject(one) ? (one as Partial<Extension>) : {};
  const about = extension.find(({ valueReference }) => valueReference)?.valueReference?.reference;
  return id ?? (url && [url, about].filter(Boolean).join(' '));
}
