import type { Resource } from '@medplum/fhirtypes';

/** True if a resource may have something at one of these paths. */
export function hasFields(resource: Resource, paths: readonly string[]): boolean {
  return paths.some(
    (path) => keysOf(resource as unknown as Record<string, unknown>, path.split('.', 1)[0]!).length > 0,
  );
}

/** Removes the fields at these paths (`name`, `contact.telecom`, `value[x]`) from a resource, in place. */
export function removeFields(resource: Resource, paths: readonly string[]): void {
  for (const path of paths) {
    removeAt([resource], path.split('.'));
  }
}

function removeAt(parents: unknown[], [name, ...rest]: string[]): void {
  for (const parent of parents) {
    if (name === undefined || !isObject(parent)) {
      continue;
    }
    for (const key of keysOf(parent, name)) {
      if (rest.length === 0) {
        delete parent[key];
      } else {
        removeAt([parent[key]].flat(), rest);
      }
    }
  }
}

/**
 * Makes the fields at these paths what they were in the version before, in place. Elements of lists are matched by their
 * place in the list.
 */
export function restoreFields(resource: Resource, before: Resource | undefined, paths: readonly string[]): void {
  for (const path of paths) {
    const names = path.split('.');
    removeAt([resource], names);
    restoreAt([resource], [before], names);
  }
}

function restoreAt(parents: unknown[], originals: unknown[], [name, ...rest]: string[]): void {
  for (const [index, parent] of parents.entries()) {
    const original = originals[index];
    if (name === undefined || !isObject(parent) || !isObject(original)) {
      continue;
    }
    for (const key of keysOf(original, name)) {
      if (rest.length === 0) {
        parent[key] = original[key];
      } else {
        restoreAt([parent[key]].flat(), [original[key]].flat(), rest);
      }
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The keys of an element, with the extensions of a primitive: hiding `birthDate` hides `_birthDate` too. */
function keysOf(parent: Record<string, unknown>, name: string): string[] {
  if (name.endsWith('[x]')) {
    const choice = new RegExp(`^_?${name.slice(0, -3)}[A-Z]`);
    return Object.keys(parent).filter((key) => choice.test(key));
  }
  return [name, `_${name}`].filter((key) => Object.hasOwn(parent, key));
}
