import type { TypedValue } from '@medplum/core';
import {
  convertToSearchableQuantities,
  convertToSearchableReferences,
  formatHumanName,
  typedValueToString,
} from '@medplum/core';
import type { Address, CodeableConcept, Coding, HumanName, Range, Resource } from '@medplum/fhirtypes';
import { DISTANT_FUTURE, DISTANT_PAST, parseDateRange } from './dates.ts';
import type { TimeRange } from './dates.ts';
import { clip, fold } from './fold.ts';
import type { IndexedParameter } from './parameters.ts';
import { hasNameParts, indexedParameters, principalTime, wordCode } from './parameters.ts';
import { tokensOf } from './tokens.ts';

export type IndexTable = 'idx_token' | 'idx_reference' | 'idx_string' | 'idx_date' | 'idx_number';

export type IndexValue = string | number;

/** One row of an index table, but for the numbers of its parameter and its resource. */
export interface IndexRow {
  table: IndexTable;
  code: string;
  values: IndexValue[];
}

/** What a resource is found by. Equal rows have equal keys. */
export function indexRows(resource: Resource): Map<string, IndexRow> {
  const rows = new Map<string, IndexRow>();
  const add = (table: IndexTable, code: string, ...values: IndexValue[]): void => {
    rows.set(`${table}\u0000${code}\u0000${values.join('\u0000')}`, { table, code, values });
  };
  let at = 0;
  const references: { code: string; values: TypedValue[] }[] = [];
  const principal = principalTime(resource.resourceType);
  for (const parameter of indexedParameters(resource.resourceType)) {
    const values = parameter.walk(resource);
    if (values.length === 0) {
      continue;
    }
    if (parameter.kind === 'reference') {
      references.push({ code: parameter.code, values });
    } else {
      addRows[parameter.kind](add, parameter, values, resource.resourceType);
    }
    if (parameter.code === principal) {
      at = dateRange(values[0] as TypedValue)?.lo ?? 0;
    }
  }
  for (const { code, values } of references) {
    for (const reference of convertToSearchableReferences(values)) {
      if (code === '_compartment' && reference.startsWith('Project/')) {
        continue; // Every resource of the project is in it, and the parameter's number says so already.
      }
      add('idx_reference', code, clip(unversioned(reference)), at);
    }
  }
  return rows;
}

type Add = (table: IndexTable, code: string, ...values: IndexValue[]) => void;
type AddRows = (add: Add, parameter: IndexedParameter, values: TypedValue[], resourceType: string) => void;

const addRows: Record<'token' | 'string' | 'date' | 'number', AddRows> = {
  token(add, { code, type }, values) {
    for (const value of values) {
      for (const token of tokensOf(value)) {
        add('idx_token', code, clip(token.value ?? ''), clip(token.system ?? ''));
      }
      for (const text of type === 'token' ? displayTexts(value) : []) {
        add('idx_string', code, fold(text), '');
      }
    }
  },

  string(add, { code }, values, resourceType) {
    for (const typed of values) {
      if (typed.type === 'HumanName') {
        addName(add, code, typed.value as HumanName, hasNameParts(resourceType));
      } else if (typed.type === 'Address') {
        addAddress(add, code, typed.value as Address);
      } else {
        addString(add, code, typedValueToString(typed));
      }
    }
  },

  date(add, { code }, values) {
    for (const value of values) {
      const range = dateRange(value);
      if (range) {
        add('idx_date', code, range.lo, range.hi);
      }
    }
  },

  number(add, { code }, values) {
    for (const { type, value } of values) {
      if (type === 'Range') {
        const { low, high } = value as Range;
        const of = low ?? high;
        add(
          'idx_number',
          code,
          low?.value ?? -1e300,
          high?.value ?? 1e300,
          of?.system ?? '',
          of?.code ?? '',
          of?.unit ?? '',
        );
      }
    }
    for (const { value, system, code: unitCode, unit } of convertToSearchableQuantities(values)) {
      if (typeof value === 'number') {
        add('idx_number', code, value, value, clip(system ?? ''), clip(unitCode ?? ''), clip(unit ?? ''));
      }
    }
  },
};

/** Adds a string; what it looks like unfolded is kept only where that differs. */
function addString(add: Add, code: string, text: string | undefined): void {
  if (text) {
    const folded = fold(text);
    const exact = clip(text);
    add('idx_string', code, folded, exact === folded ? '' : exact);
  }
}

function addName(add: Add, code: string, name: HumanName, partsApart: boolean): void {
  if (code !== 'name') {
    // "family" and "given" of a type are paths to strings; other parameters of names have the whole.
    addString(add, code, formatHumanName(name));
    return;
  }
  const whole = formatHumanName(name) || name.text;
  addString(add, code, whole);
  const parts = partsApart ? [name.family, ...(name.given ?? [])] : [];
  const known = new Set(parts.filter((part) => part !== undefined).map(fold));
  addWords(add, code, [whole, name.text], known);
}

function addAddress(add: Add, code: string, address: Address): void {
  const whole = [...(address.line ?? []), address.district, address.text].filter(Boolean).join(' ');
  if (code === 'address') {
    addString(add, code, whole);
    addWords(add, code, [whole], new Set());
  } else {
    addString(add, code, [whole, address.city, address.state, address.postalCode].filter(Boolean).join(' '));
  }
}

/** Every word but the first, which the whole begins with, is found too. */
function addWords(add: Add, code: string, texts: (string | undefined)[], known: Set<string>): void {
  for (const [index, text] of texts.entries()) {
    const words = fold(text ?? '').split(' ');
    for (const word of index === 0 ? words.slice(1) : words) {
      if (word && !known.has(word)) {
        add('idx_string', wordCode(code), word, '');
        known.add(word);
      }
    }
  }
}

/** What `:text` looks in. */
function displayTexts({ type, value }: TypedValue): string[] {
  if (type === 'CodeableConcept') {
    const { text, coding } = value as CodeableConcept;
    return [text, ...(coding ?? []).map((entry) => entry.display)].filter((entry) => typeof entry === 'string');
  }
  const display = type === 'Coding' ? (value as Coding).display : undefined;
  return display ? [display] : [];
}

function dateRange({ type, value }: TypedValue): TimeRange | undefined {
  if (typeof value === 'string') {
    return parseDateRange(value, true);
  }
  if (type === 'Timing') {
    const events = ((value as { event?: string[] }).event ?? []).map((event) => parseDateRange(event, true));
    const known = events.filter((event) => event !== undefined);
    return known.length === 0
      ? periodRange((value as { repeat?: { boundsPeriod?: unknown } }).repeat?.boundsPeriod)
      : { lo: Math.min(...known.map(({ lo }) => lo)), hi: Math.max(...known.map(({ hi }) => hi)) };
  }
  return periodRange(value);
}

function periodRange(value: unknown): TimeRange | undefined {
  const { start, end } = (value ?? {}) as { start?: string; end?: string };
  if (typeof start !== 'string' && typeof end !== 'string') {
    return undefined;
  }
  const lo = start ? parseDateRange(start, true)?.lo : DISTANT_PAST;
  const hi = end ? parseDateRange(end, true)?.hi : DISTANT_FUTURE;
  return lo === undefined || hi === undefined ? undefined : { lo, hi };
}

/** A reference to a version is found as one to the resource. */
function unversioned(reference: string): string {
  const history = reference.indexOf('/_history/');
  return history < 0 ? reference : reference.slice(0, history);
}
