import type { SQLInputValue } from 'node:sqlite';

/** A piece of SQL with the values of its placeholders. */
export class Sql {
  readonly text: string;
  readonly values: readonly SQLInputValue[];

  constructor(text: string, values: readonly SQLInputValue[] = []) {
    this.text = text;
    this.values = values;
  }
}

type Part = Sql | SQLInputValue | readonly SQLInputValue[];

/**
 * Writes SQL: pieces of SQL are put in as they are, lists become `(?, ?)`, everything else a placeholder. No value
 * can become text this way.
 */
export function sql(strings: TemplateStringsArray, ...parts: Part[]): Sql {
  let text = strings[0] ?? '';
  const values: SQLInputValue[] = [];
  for (const [index, part] of parts.entries()) {
    if (part instanceof Sql) {
      text += part.text;
      values.push(...part.values);
    } else if (Array.isArray(part)) {
      const list = part as readonly SQLInputValue[];
      text += `(${list.map(() => '?').join(', ')})`;
      values.push(...list);
    } else {
      text += '?';
      values.push(part as SQLInputValue);
    }
    text += strings[index + 1] ?? '';
  }
  return new Sql(text, values);
}

/** A name that the program chose: a table, an alias. Never anything a client sent. */
export function name(identifier: string): Sql {
  return new Sql(identifier);
}

/** Joins pieces of SQL. */
export function join(parts: readonly Sql[], separator: string): Sql {
  return new Sql(
    parts.map((part) => part.text).join(separator),
    parts.flatMap((part) => part.values),
  );
}

/** One value compares faster than a list of one, and lets SQLite use the order of an index. */
export function isOneOf(column: Sql, values: readonly SQLInputValue[]): Sql {
  const [only] = values;
  return values.length === 1 && only !== undefined ? sql`${column} = ${only}` : sql`${column} IN ${values}`;
}

/**
 * A page of what is selected. The sums keep SQLite from planning by the very numbers: it would parse and plan such a
 * statement anew whenever any of its values is bound, which costs several times what most searches do.
 */
export function limitTo({ limit, offset = 0 }: { limit: number; offset?: number }): Sql {
  return sql`LIMIT ${limit} + 0 OFFSET ${offset} + 0`;
}
