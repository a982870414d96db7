import { ANSWER_SCHEMA } from './schema.ts';
import type { ModelAnswer, Schema } from './schema.ts';

/** A text that was read as an answer, or what is wrong with it: where, and what should stand there. */
export type Parsed = { readonly answer: ModelAnswer } | { readonly errors: readonly string[] };

/** How many errors a model is told: it gets one chance, and the first ones tell it enough. */
const MAX_ERRORS = 10;

/** Reads what a model wrote. Providers that do not enforce the schema like to put a fence around their JSON. */
export function parseAnswer(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text.trim().replace(/^```(?:json)?\s*|\s*```$/g, ''));
  } catch {
    return { errors: ['The answer is not JSON.'] };
  }
  const errors = violations(ANSWER_SCHEMA, value, '$');
  return errors.length > 0 ? { errors: errors.slice(0, MAX_ERRORS) } : { answer: value as ModelAnswer };
}

/** Where a value is not what the schema wants. */
function violations(schema: Schema, value: unknown, path: string): string[] {
  if ('anyOf' in schema) {
    const found = schema.anyOf.map((one) => violations(one, value, path));
    return found.find((errors) => errors.length === 0) ?? found[0] ?? [];
  }
  switch (schema.type) {
    case 'string':
      if (typeof value !== 'string') {
        return [`${path} must be a string.`];
      }
      return !schema.enum || schema.enum.includes(value) ? [] : [`${path} must be one of ${schema.enum.join(', ')}.`];
    case 'number':
      return Number.isFinite(value) ? [] : [`${path} must be a number.`];
    case 'null':
      return value === null ? [] : [`${path} must be null.`];
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((item, index) => violations(schema.items, item, `${path}[${index}]`))
        : [`${path} must be an array.`];
    case 'object':
      return objectViolations(schema, value, path);
  }
}

function objectViolations(schema: Extract<Schema, { type: 'object' }>, value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [`${path} must be an object.`];
  }
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(schema.properties, key));
  return [
    ...unknown.map((key) => `${path}.${key.slice(0, 40)} is not in the schema.`),
    ...Object.entries(schema.properties).flatMap(([key, inner]) =>
      Object.hasOwn(value, key)
        ? violations(inner, (value as Record<string, unknown>)[key], `${path}.${key}`)
        : [`${path}.${key} is missing.`],
    ),
  ];
}
