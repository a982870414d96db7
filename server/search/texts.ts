import type { WithId } from '@medplum/core';
import type { Bundle, BundleEntry, Resource } from '@medplum/fhirtypes';
import { parseContent } from '../fhir/rows.ts';

/** What a search found, as it is stored, by its bundle. */
const stored = new WeakMap<Bundle, readonly StoredEntry[]>();

/** A resource that was found, as its text. */
export interface StoredEntry {
  readonly fullUrl: string;
  readonly text: string;
}

/**
 * Entries whose resources are read from their texts only when somebody looks at them: most go out as they are stored.
 * The requester must see all of every resource.
 */
export function keepTexts<T extends Resource>(bundle: Bundle<WithId<T>>, found: readonly StoredEntry[]): void {
  bundle.entry = found.map(({ fullUrl, text }) => lazyEntry<T>(fullUrl, text));
  stored.set(bundle, found);
}

function lazyEntry<T extends Resource>(fullUrl: string, text: string): BundleEntry<WithId<T>> {
  let resource: WithId<T> | undefined;
  const entry: BundleEntry<WithId<T>> = { fullUrl, search: { mode: 'match' } };
  return Object.defineProperty(entry, 'resource', {
    configurable: true,
    enumerable: true,
    get: () => (resource ??= parseContent<T>(text)),
    set: (changed: WithId<T>) => (resource = changed),
  });
}

/**
 * The text of a bundle that still is what a search made it; undefined for any other.
 * @param hidden - Elements of `meta` that do not go out.
 */
export function bundleText(bundle: Bundle, hidden: ReadonlySet<string>): string | undefined {
  const found = stored.get(bundle);
  if (!found || found.length === 0 || bundle.entry?.length !== found.length) {
    return undefined;
  }
  const entries: string[] = [];
  for (const { fullUrl, text } of found) {
    const resource = hidden.size > 0 ? withoutMeta(text, hidden) : text;
    if (resource === undefined) {
      return undefined;
    }
    entries.push(`{"fullUrl":${JSON.stringify(fullUrl)},"search":{"mode":"match"},"resource":${resource}}`);
  }
  const head = JSON.stringify({ ...bundle, entry: undefined });
  return `${head.slice(0, -1)},"entry":[${entries.join(',')}]}`;
}

/** Where `meta` stands in a resource's text: type and id come first, and then it. */
const HEAD = /^\{"resourceType":"\w+","id":"[\w.-]+","meta":(?=\{")/;

/**
 * The text of a resource, as `JSON.stringify` makes it, without some elements of its `meta`; undefined where that does not
 * stand where it should. Reading and writing `meta` instead costs as much as everything else that a row of a search does.
 */
export function withoutMeta(text: string, hidden: ReadonlySet<string>): string | undefined {
  const start = HEAD.exec(text)?.[0].length;
  if (start === undefined) {
    return undefined;
  }
  const kept: string[] = [];
  let at = start;
  while (text[at] !== '}') {
    const colon = text.indexOf('":', at);
    const end = endOfValue(text, colon + 2);
    if (!hidden.has(text.slice(at + 2, colon))) {
      kept.push(text.slice(at + 1, end));
    }
    at = end;
  }
  return `${text.slice(0, start)}{${kept.join(',')}${text.slice(at)}`;
}

/** Where the value of an element ends that begins at `start`: at the comma or brace behind it. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; ; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // A string: up to the quote that no backslash stands before.
        for (at++; text.charCodeAt(at) !== 0x22; at++) {
          if (text.charCodeAt(at) === 0x5c) {
            at++;
          }
        }
        break;
      case 0x5b:
      case 0x7b:
        depth++;
        break;
      case 0x5d:
      case 0x7d:
        if (depth === 0) {
          return at;
        }
        depth--;
        break;
      case 0x2c:
        if (depth === 0) {
          return at;
        }
        break;
      default:
        break;
    }
  }
}
