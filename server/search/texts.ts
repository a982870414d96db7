import type { WithId } from '@medplum/core';
import type { Bundle, BundleEntry, Meta, Resource } from '@medplum/fhirtypes';
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
 * @param change - What is done to the `meta` of each resource; undefined where it goes out as it is stored.
 */
export function bundleText(bundle: Bundle, change: ((meta: Meta) => Meta) | undefined): string | undefined {
  const found = stored.get(bundle);
  if (!found || found.length === 0 || bundle.entry?.length !== found.length) {
    return undefined;
  }
  const entries: string[] = [];
  for (const { fullUrl, text } of found) {
    const resource = change ? withMeta(text, change) : text;
    if (resource === undefined) {
      return undefined;
    }
    entries.push(`{"fullUrl":${JSON.stringify(fullUrl)},"search":{"mode":"match"},"resource":${resource}}`);
  }
  const head = JSON.stringify({ ...bundle, entry: undefined });
  return `${head.slice(0, -1)},"entry":[${entries.join(',')}]}`;
}

/** Where `meta` stands in a resource's text: type and id come first, and then it. */
const HEAD = /^\{"resourceType":"\w+","id":"[\w.-]+","meta":(?=\{)/;

/** The text of a resource with another `meta`; undefined where it does not stand where it should. */
function withMeta(text: string, change: (meta: Meta) => Meta): string | undefined {
  const start = HEAD.exec(text)?.[0].length;
  if (start === undefined) {
    return undefined;
  }
  const end = endOfObject(text, start);
  const meta = JSON.parse(text.slice(start, end)) as Meta;
  return text.slice(0, start) + JSON.stringify(change(meta)) + text.slice(end);
}

/** Where the object ends that begins at `start`. */
function endOfObject(text: string, start: number): number {
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
      case 0x7b:
        depth++;
        break;
      case 0x7d:
        if (--depth === 0) {
          return at + 1;
        }
        break;
      default:
        break;
    }
  }
}
