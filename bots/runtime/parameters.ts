import type { ExtractResource, OperationDefinitionParameter, Resource, ResourceType } from '@medplum/fhirtypes';
import { refuse } from './outcome.ts';

/** A literal reference, as operations take and give it: `Type/id`. */
export type Ref<T extends ResourceType = ResourceType> = `${T}/${string}`;

/** One parameter of an operation: how it is described in the OperationDefinition, and how it is read from a body. */
export interface Parameter<T> {
  readonly type: NonNullable<OperationDefinitionParameter['type']>;
  readonly min: 0 | 1;
  readonly max: '1' | '*';
  readonly documentation?: string;
  /**
   * Reads one value as it stood in the body.
   * @throws Refusal with code `value` that names the parameter.
   */
  readonly parse: (raw: unknown, name: string) => unknown;
  /** Only here so that `T` can be inferred; never set. */
  readonly output?: T;
}

export type Shape = Readonly<Record<string, Parameter<unknown>>>;
export type Input<S extends Shape> = { [K in keyof S]: S[K] extends Parameter<infer T> ? T : never };

const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/** A reference to a resource of one of these types, as `Reference` or as the string `Type/id`. */
export function reference<T extends ResourceType>(...types: T[]): Parameter<Ref<T>> {
  return {
    type: 'Reference',
    min: 1,
    max: '1',
    parse: (raw, name) => {
      const literal = typeof raw === 'string' ? raw : (raw as { reference?: unknown } | null)?.reference;
      const [type, id, ...rest] = typeof literal === 'string' ? literal.split('/') : [];
      if (!type || !id || rest.length > 0 || !ID.test(id) || !types.some((allowed) => allowed === type)) {
        return refuse('value', name, `${name} must be a reference such as ${types[0]}/123.`);
      }
      return `${type}/${id}`;
    },
  };
}

/** A whole resource of one type, which need not be stored. Its structure is not looked at. */
export function resource<T extends ResourceType>(type: T): Parameter<ExtractResource<T>> {
  return {
    type: type,
    min: 1,
    max: '1',
    parse: (raw, name) =>
      (raw as { resourceType?: unknown } | null)?.resourceType === type
        ? raw
        : refuse('value', name, `${name} must be a resource of type ${type}.`),
  };
}

/** A text that is not empty. */
export function text(maxLength = 2000): Parameter<string> {
  return {
    type: 'string',
    min: 1,
    max: '1',
    parse: (raw, name) => {
      if (typeof raw !== 'string' || raw.trim() === '' || raw.length > maxLength) {
        return refuse('value', name, `${name} must be a text of 1 to ${maxLength} characters.`);
      }
      return raw;
    },
  };
}

/** A whole number in a range, both ends included. */
export function integer(min: number, max: number): Parameter<number> {
  return {
    type: 'integer',
    min: 1,
    max: '1',
    parse: (raw, name) => {
      if (typeof raw !== 'number' || !Number.isInteger(raw) || raw < min || raw > max) {
        return refuse('value', name, `${name} must be a whole number from ${min} to ${max}.`);
      }
      return raw;
    },
  };
}

export function boolean(): Parameter<boolean> {
  return {
    type: 'boolean',
    min: 1,
    max: '1',
    parse: (raw, name) => (typeof raw === 'boolean' ? raw : refuse('value', name, `${name} must be true or false.`)),
  };
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** A point in time with its offset, such as `2026-03-01T09:00:00+01:00`. */
export function instant(): Parameter<Date> {
  return {
    type: 'dateTime',
    min: 1,
    max: '1',
    parse: (raw, name) => {
      const date = typeof raw === 'string' && INSTANT.test(raw) ? new Date(raw) : undefined;
      if (!date || Number.isNaN(date.getTime())) {
        return refuse('value', name, `${name} must be a time with its offset, such as 2026-03-01T09:00:00+01:00.`);
      }
      return date;
    },
  };
}

/** The same parameter, which may be left out. */
export function optional<T>(parameter: Parameter<T>): Parameter<T | undefined> {
  return { ...(parameter as Parameter<T | undefined>), min: 0 };
}

/** The same parameter, once or several times: an array. */
export function many<T>(parameter: Parameter<T>): Parameter<T[]> {
  return { ...(parameter as Parameter<unknown>), max: '*' } as Parameter<T[]>;
}

/** The same parameter with a sentence for the OperationDefinition. */
export function described<T>(parameter: Parameter<T>, documentation: string): Parameter<T> {
  return { ...parameter, documentation };
}

/**
 * Reads the body of an operation: a `Parameters` resource, or a plain JSON object with the same names.
 * @throws Refusal with code `required` or `value`, which names the parameter.
 */
export function parseInput<S extends Shape>(shape: S, body: unknown): Input<S> {
  const given = valuesByName(body);
  for (const name of given.keys()) {
    if (!Object.hasOwn(shape, name)) {
      refuse('value', name, `There is no parameter ${name}. Known are: ${Object.keys(shape).join(', ')}.`);
    }
  }
  const input: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(shape)) {
    const values = given.get(name) ?? [];
    if (values.length === 0 && parameter.min === 1) {
      refuse('required', name, `${name} is required.`);
    }
    if (values.length > 1 && parameter.max === '1') {
      refuse('value', name, `${name} may be given once.`);
    }
    const parsed = values.map((value) => parameter.parse(value, name));
    if (parameter.max === '*') {
      input[name] = parsed;
    } else if (parsed.length > 0) {
      input[name] = parsed[0];
    }
  }
  return input as Input<S>;
}

interface BodyParameter {
  name?: unknown;
  resource?: Resource;
}

function valuesByName(body: unknown): Map<string, unknown[]> {
  const values = new Map<string, unknown[]>();
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse('value', 'body', 'The body must be a Parameters resource or a JSON object.');
  }
  if ('resourceType' in body && body.resourceType === 'Parameters') {
    const parameters = 'parameter' in body ? body.parameter : [];
    if (!Array.isArray(parameters)) {
      return refuse('value', 'parameter', 'Parameters.parameter must be an array.');
    }
    for (const entry of parameters as (BodyParameter | null)[]) {
      if (typeof entry?.name !== 'string') {
        return refuse('value', 'parameter', 'Every parameter needs a name.');
      }
      values.set(entry.name, [...(values.get(entry.name) ?? []), valueOf(entry)]);
    }
    return values;
  }
  for (const [name, value] of Object.entries(body)) {
    if (value !== undefined && value !== null) {
      values.set(name, Array.isArray(value) ? value : [value]);
    }
  }
  return values;
}

function valueOf(parameter: BodyParameter): unknown {
  const key = Object.keys(parameter).find((name) => name.startsWith('value'));
  return key ? (parameter as Record<string, unknown>)[key] : parameter.resource;
}
