import { beforeAll, expect, test } from '@jest/globals';
import { capitalize, getAllDataTypes, isResourceTypeSchema, tryGetDataType, validateResource } from '@medplum/core';
import type { InternalSchemaElement } from '@medplum/core';
import type { Patient, Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { Random } from '../../test/soak/random.ts';
import { loadDefinitions } from './definitions.ts';
import { hasPlainStructure } from './plain-structure.ts';

let types: string[];
beforeAll(() => {
  loadDefinitions();
  types = Object.values(getAllDataTypes())
    .filter((schema) => isResourceTypeSchema(schema))
    .map(({ name }) => name);
});

const ID = '0a9a1b9e-7d5c-4c9e-9a53-222222222222';

const RIGHT: Readonly<Record<string, readonly unknown[]>> = {
  boolean: [true, false],
  date: ['2026-11-28', '2024-02-29', '2026'],
  dateTime: ['2026-11-28T10:00:00Z', '2024-02-29', '2026-11'],
  decimal: [0, 1.5, -1],
  id: [ID, 'x.1'],
  instant: ['2026-11-28T10:00:00.000Z', '2024-02-29T23:59:60+14:00'],
  integer: [0, 1, -(2 ** 31), 2 ** 31 - 1],
  oid: ['urn:oid:1.2.3'],
  positiveInt: [1, 2 ** 31 - 1],
  time: ['10:00:00'],
  unsignedInt: [0, 2 ** 31 - 1],
  uuid: [`urn:uuid:${ID}`],
};
const WORDS = ['final', 'active', 'booked', 'cancelled', 'x', `Patient/${ID}`];

/** What some types have and others do not, and what none has. */
const WRONG: readonly unknown[] = [
  ...['2023-02-29', '2026-04-31', '2026-13-01', '0000-01-01', '2026-02-30T10:00:00Z', '2026-11-28T24:00:00Z', '10:0:0'],
  ...[
    '2026-11-28T10:00',
    'two words',
    'two  words',
    ' led',
    'a\u0000b',
    ' ',
    '\n',
    '',
    '#here',
    'urn:oid:1.02',
    '\u{1F600}',
  ],
  ...['<div xmlns="http://www.w3.org/1999/xhtml">x</div>', 'constructor', 'x'.repeat(65)],
  ...[null, undefined, true, 0, 1, -1, 1.5, 2 ** 31, -(2 ** 31) - 1, NaN, Infinity, {}, [], [null], [[]], ['x'], [{}]],
  ...[{ a: 1 }, { id: 'x' }, { extension: [{ url: 'x' }] }, { url: 'x', valueString: 'y', valueCode: 'z' }],
];

/** Resources of any type as their definitions have it, but for one thing in so many. */
class Imagination {
  private readonly random: Random;
  private readonly faults: number;

  constructor(random: Random, faults: number) {
    this.random = random;
    this.faults = faults;
  }

  resource(): Resource {
    const resourceType = this.random.pick(types);
    return { ...this.object(resourceType, 4), resourceType } as Resource;
  }

  private object(type: string, depth: number): Record<string, unknown> {
    const elements = Object.entries(tryGetDataType(type)?.elements ?? {});
    const there = elements.filter(([, { min }]) =>
      min > 0 ? !this.fault() : this.random.next() * elements.length < depth,
    );
    return Object.fromEntries(there.map(([name, element]) => this.property(name, element, depth)));
  }

  private property(name: string, element: InternalSchemaElement, depth: number): [string, unknown] {
    const { code } = this.random.pick(element.type);
    const key = name.replace('[x]', capitalize(code));
    const one = (): unknown => this.value(code, depth - 1);
    const value = Boolean(element.isArray) === this.fault() ? one() : [one(), ...(this.fault() ? [one()] : [])];
    return [this.fault() ? this.random.pick([`${key}x`, `_${key}`, 'valueCode', 'toString']) : key, value];
  }

  private value(type: string, depth: number): unknown {
    if (this.fault()) {
      return this.random.pick(WRONG);
    }
    return /^[A-Z]/.test(type) ? this.object(type, depth) : this.random.pick(RIGHT[type] ?? WORDS);
  }

  private fault(): boolean {
    return this.random.next() * this.faults < 1;
  }
}

function medplumAccepts(resource: Resource): boolean {
  try {
    validateResource(resource);
    return true;
  } catch {
    return false;
  }
}

const REFERENCE = { reference: `Patient/${ID}`, display: 'Ada' };
const CONCEPT = { coding: [{ system: 'https://example.com/codes', code: 'x' }], text: 'X' };
const PERIOD = { start: '2026-11-28T10:00:00Z', end: '2026-11-28T10:30:00.000+01:00' };
const EXTENSION = [{ url: 'https://example.com/x', extension: [{ url: 'y', valueBoolean: true }] }];
const META = {
  versionId: ID,
  lastUpdated: '2026-11-28T10:00:00.000Z',
  project: ID,
  author: REFERENCE,
  tag: [{ code: 'x' }],
};

const EVERYDAY = [
  {
    resourceType: 'Patient',
    id: ID,
    meta: META,
    extension: EXTENSION,
    identifier: [{ system: 'https://example.com/mrn', value: '1', period: PERIOD, assigner: REFERENCE }],
    active: true,
    name: [{ use: 'official', family: 'Lovelace', given: ['Ada', 'A.'] }],
    telecom: [{ system: 'phone', value: '+12025550123', rank: 1 }],
    gender: 'female',
    birthDate: '1980-02-29',
    multipleBirthInteger: 2,
    contact: [{ relationship: [CONCEPT], name: { text: 'Bo' } }],
    communication: [{ language: CONCEPT, preferred: true }],
    link: [{ other: REFERENCE, type: 'seealso' }],
  },
  { resourceType: 'Slot', schedule: REFERENCE, status: 'free', serviceType: [CONCEPT], ...PERIOD },
  {
    resourceType: 'Appointment',
    id: ID,
    meta: META,
    status: 'cancelled',
    cancelationReason: CONCEPT,
    minutesDuration: 30,
    slot: [REFERENCE],
    participant: [{ actor: REFERENCE, status: 'accepted' }],
    ...PERIOD,
  },
  {
    resourceType: 'Observation',
    status: 'final',
    code: CONCEPT,
    effectivePeriod: PERIOD,
    valueQuantity: { value: 1.5, unit: 'kg' },
    component: [{ code: { text: 'Y' }, valueString: 'x' }],
  },
  {
    resourceType: 'Task',
    status: 'ready',
    intent: 'order',
    input: [{ type: CONCEPT, valueUrl: 'https://example.com' }],
    executionPeriod: PERIOD,
  },
] as readonly Resource[];

test('what is stored every day is plain', () => {
  expect(EVERYDAY.filter((resource) => !hasPlainStructure(resource))).toEqual([]);
  expect(EVERYDAY.filter((resource) => !medplumAccepts(resource))).toEqual([]);
});

test('a text that is too long is not', () => {
  const [patient] = EVERYDAY as readonly [Patient];
  expect(hasPlainStructure({ ...patient, language: 'x'.repeat(1024 * 1024) })).toBe(true);
  expect(hasPlainStructure({ ...patient, language: 'x'.repeat(1024 * 1024 + 1) })).toBe(false);
});

/** A copy of a value for every place in it, with something else there. */
function* copies(value: unknown, other: unknown): Generator<unknown> {
  yield other;
  if (Array.isArray(value)) {
    for (const [at, item] of (value as unknown[]).entries()) {
      yield* [...copies(item, other)].map((copy) => value.with(at, copy) as unknown);
      yield value.toSpliced(at, 1) as unknown;
    }
    yield [value];
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      for (const copy of copies(child, other)) {
        yield { ...value, [key]: copy };
      }
      yield without(value, key);
    }
    yield { ...value, another: other };
    yield [value];
  }
}

function without(value: object, key: string): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

test('whatever else stands anywhere in it: what is plainly right is right to Medplum', () => {
  const wrong = EVERYDAY.flatMap((resource) => WRONG.flatMap((other) => [...copies(resource, other)]))
    .filter((copy): copy is Resource => typeof (copy as Partial<Resource> | null)?.resourceType === 'string')
    .filter((copy) => hasPlainStructure(copy) && !medplumAccepts(copy));
  expect(wrong).toEqual([]);
});

test('of any type, as its definition has it or nearly: what is plainly right is right to Medplum', () => {
  const seen = { plain: 0, refused: 0 };
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(100, Infinity), (seed, faults) => {
      const resource = new Imagination(new Random(seed), faults).resource();
      const plain = hasPlainStructure(resource);
      const accepted = medplumAccepts(resource);
      seen.plain += plain ? 1 : 0;
      seen.refused += accepted ? 0 : 1;
      return accepted || !plain;
    }),
    { numRuns: 1000 },
  );
  expect(Math.min(seen.plain, seen.refused)).toBeGreaterThan(20);
});
