import type { Resource } from '@medplum/fhirtypes';

/** Removes the fields at these paths (`name`, `contact.telecom`, `value[x]`) from a resource, in place. */
export function removeFields(resource: Resource, paths: readonly string[]): void {
  for (const path of paths) {
    removeAt([resource], path.split('.'));
  }
}

function removeAt(parents: unknown[], [name, ...rest]: string[]): void {
  for (const parent of parents) {
    if (name === undefined || typeof parent !== 'object' || parent === null) {
      continue;
    }
    const fields = parent as Record<string, unknown>;
    for (const key of keysOf(fields, name)) {
      if (rest.length === 0) {
        delete fields[key];
      } else {
        removeAt([fields[key]].flat(), rest);
      }
    }
  }
}

/** The keys of an element, with the extensions of a primitive: hiding `birthDate` hides `_birthDate` too. */
function keysOf(parent: Record<string, unknown>, name: string): string[] {
  if (name.endsWith('[x]')) {
    const choice = new RegExp(`^_?${name.slice(0, -3)}[A-Z]`);
    return Object.keys(parent).filter((key) => choice.test(key));
  }
  return [name, `_${name}`].filter((key) => Object.hasOwn(parent, key));
}
