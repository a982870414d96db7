import { isUUID } from '@medplum/core';

/** What a story knows by name. */
export type Variables = Map<string, unknown>;

/** Puts values where a text or a body names them: `{ada.id}`. A string that is one name only becomes its value. */
export function fill<T>(template: T, variables: Variables): T {
  if (typeof template === 'string') {
    const [whole] = /^\{[\w.-]+\}$/.exec(template) ?? [];
    const value = whole === undefined ? undefined : lookUp(whole, variables);
    return (
      typeof value === 'object'
        ? value
        : template.replace(/\{[a-z][\w.-]*\}/gi, (name) => textOf(lookUp(name, variables)) ?? name)
    ) as T;
  }
  if (Array.isArray(template)) {
    return template.map((item: unknown) => fill(item, variables)) as T;
  }
  if (typeof template === 'object' && template !== null) {
    return Object.fromEntries(
      Object.entries(template).map(([key, value]) => [key, fill(value as unknown, variables)]),
    ) as T;
  }
  return template;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function lookUp(placeholder: string, variables: Variables): unknown {
  const [name = '', ...path] = placeholder.slice(1, -1).split('.');
  return path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    variables.get(name),
  );
}

/** The names of ids and versions, to be told from those that are only made up. */
export function namesOf(variables: Variables): Map<string, string> {
  const names = new Map<string, string>();
  for (const [name, value] of variables) {
    if (typeof value === 'string' && isUUID(value)) {
      names.set(value, `{${name}}`);
    }
    const { id, meta } = (value ?? {}) as { id?: string; meta?: { versionId?: string } };
    if (id) {
      names.set(id, names.get(id) ?? `{${name}}`);
    }
    if (meta?.versionId) {
      names.set(meta.versionId, names.get(meta.versionId) ?? `{${name}.version}`);
    }
  }
  return names;
}
