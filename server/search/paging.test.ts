import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Bundle, OperationOutcome, Patient, Resource, Slot } from '@medplum/fhirtypes';
import fc from 'fast-check';
import type { Fixture } from '../fhir/fixtures.ts';
import { idsOf, issueText, makeFixture } from '../fhir/fixtures.ts';
import { TestServer } from '../testing.ts';

/** What somebody writes between two pages. */
interface Write {
  kind: 'create' | 'touch' | 'move' | 'leave' | 'delete';
  /** One of those that there are. */
  which: number;
  /** What they are sorted by. */
  value: number;
  /** Milliseconds since the write before: some have the same time. */
  later: number;
}

type Step = Write | 'page';

/** A resource as it was last written. */
interface Made {
  id: string;
  /** How many were made before it. */
  age: number;
  value: number;
  updated: number;
  /** False where the search does not ask for it any more. */
  matches: boolean;
}

/** A search and the order that it has. */
interface Order {
  query: string;
  make: (value: number, matches: boolean) => Patient | Slot;
  /** What the order goes by; what is equal in it goes by age. */
  by: (made: Made) => number;
  descending?: boolean;
  /** Nobody can leave it. */
  all?: boolean;
  /** A page begins behind what the one before showed last, as it was then; others are counted from the beginning. */
  followed?: boolean;
}

const SCHEDULE = 'Schedule/5c4ed01e-0000-4000-8000-000000000001';
const OTHER_SCHEDULE = 'Schedule/5c4ed01e-0000-4000-8000-000000000002';
const FAMILIES = ['Abel', 'Baker', 'Çelik', 'Dunn'];

/** One value more than there are families has none, and comes last: first where the order is descending. */
const patient = (value: number, active: boolean): Patient => ({
  resourceType: 'Patient',
  active,
  ...(value < FAMILIES.length && { name: [{ family: FAMILIES[value] }] }),
});

const slot = (value: number, matches: boolean): Slot => ({
  resourceType: 'Slot',
  schedule: { reference: matches ? SCHEDULE : OTHER_SCHEDULE },
  status: 'free',
  start: `2026-03-0${value + 1}T09:00:00Z`,
  end: `2026-03-0${value + 1}T09:15:00Z`,
});

const patients = { make: patient };
const slots = { make: slot };
const byTime = ({ updated }: Made): number => updated;
const byValue = ({ value }: Made): number => value;
const byAge = (): number => 0;

const ORDERS = {
  'by time': { ...patients, query: 'Patient?active=true&_sort=_lastUpdated', by: byTime, followed: true },
  'by time, all': { ...patients, query: 'Patient?_sort=_lastUpdated', by: byTime, all: true, followed: true },
  'by time, latest first': {
    ...patients,
    query: 'Patient?active=true&_sort=-_lastUpdated',
    by: byTime,
    descending: true,
  },
  'by name': { ...patients, query: 'Patient?active=true&_sort=name', by: byValue },
  'by name, all': { ...patients, query: 'Patient?_sort=name', by: byValue, all: true },
  'by name, last first': { ...patients, query: 'Patient?active=true&_sort=-name', by: byValue, descending: true },
  'by start': { ...slots, query: `Slot?schedule=${SCHEDULE}&_sort=start`, by: byValue },
  // Without _sort: as they were made, by the time of what is looked up by who it is for, or all as they were written.
  'as they were made': { ...patients, query: 'Patient?active=true', by: byAge },
  'of a schedule': { ...slots, query: `Slot?schedule=${SCHEDULE}`, by: byValue },
  'as they were written': { ...patients, query: 'Patient?', by: byTime, all: true },
} satisfies Record<string, Order>;

/** A store in which some write while somebody turns the pages of a search. */
class World {
  readonly order: Order;
  readonly fixture: Fixture = makeFixture();
  private there: Made[] = [];
  private count = 0;
  private readonly ages = new Map<string, number>();

  constructor(order: Order) {
    this.order = order;
  }

  async write({ kind, which, value, later }: Write): Promise<void> {
    this.fixture.clock.advance(later);
    const made = this.there[which % (this.there.length || 1)];
    if (kind === 'create' || !made) {
      const { id } = await this.send('POST', this.order.make(value, true));
      this.ages.set(id, this.count);
      this.there.push({ id, age: this.count++, value, updated: this.fixture.clock.now(), matches: true });
    } else if (kind === 'delete') {
      await this.fixture.send('DELETE', `${this.order.make(0, true).resourceType}/${made.id}`);
      this.there = this.there.filter((other) => other !== made);
    } else {
      made.value = kind === 'move' ? value : made.value;
      made.matches &&= kind !== 'leave';
      // Something always changes, or there would be no new version.
      const implicitRules = `urn:version:${this.count++}`;
      await this.send('PUT', { ...this.order.make(made.value, made.matches), id: made.id, implicitRules });
      made.updated = this.fixture.clock.now();
    }
  }

  /** Who is to be found at this moment, in order, each with its place in the order. */
  found(): [string, number][] {
    const { by, descending, all } = this.order;
    return this.there
      .filter(({ matches }) => all || matches)
      .toSorted((a, b) => (descending ? -1 : 1) * (by(a) - by(b) || a.age - b.age))
      .map((made) => [made.id, by(made)]);
  }

  /** Who is to be found behind somebody, in order. */
  behind([lastId, lastPlace]: [string, number]): string[] {
    const ageOf = (id: string): number => this.ages.get(id) ?? NaN;
    return this.found()
      .filter(([id, place]) => place > lastPlace || (place === lastPlace && ageOf(id) > ageOf(lastId)))
      .map(([id]) => id);
  }

  async page(url: string): Promise<Bundle<Resource>> {
    const { status, body } = await this.fixture.send<Bundle>('GET', url);
    expect(status).toBe(200);
    return body;
  }

  private async send(method: 'POST' | 'PUT', resource: Patient | Slot): Promise<WithId<Resource>> {
    const url = method === 'POST' ? resource.resourceType : `${resource.resourceType}/${resource.id}`;
    const { status, body } = await this.fixture.send<WithId<Resource>>(method, url, resource);
    expect(status).toBe(method === 'POST' ? 201 : 200);
    return body;
  }
}

/** The address of the next page, as a client asks for it. */
const nextOf = ({ link }: Bundle): string | undefined =>
  link?.find(({ relation }) => relation === 'next')?.url.split('/fhir/R4/')[1];

const PAGE = 3;

/**
 * Turns the pages of a search by their links while the steps are made.
 * @returns The ids of each page.
 */
async function turnPages(world: World, steps: readonly Step[]): Promise<string[][]> {
  const pages: string[][] = [];
  let url: string | undefined = `${world.order.query}&_count=${PAGE}`;
  let last: [string, number] | undefined;
  const turn = async (): Promise<void> => {
    if (url === undefined) {
      return;
    }
    const page = await world.page(url);
    const there = world.found();
    const counted = there.slice(pages.length * PAGE).map(([id]) => id);
    const left = world.order.followed && last ? world.behind(last) : counted;
    // All that is promised whatever is written: a page is that part of the order that it is at its moment.
    expect(idsOf(page)).toEqual(left.slice(0, PAGE));
    pages.push(idsOf(page));
    last = there.find(([id]) => id === left.slice(0, PAGE).at(-1)) ?? last;
    url = nextOf(page);
    expect(url !== undefined).toBe(left.length > PAGE);
  };
  for (const step of steps) {
    await (step === 'page' ? turn() : world.write(step));
  }
  while (url !== undefined) {
    await turn();
  }
  return pages;
}

const values = fc.nat({ max: FAMILIES.length });
const laterBy = fc.nat({ max: 2 });

const stepsOf = (...kinds: Write['kind'][]): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constantFrom(...kinds), which: fc.nat(50), value: values, later: laterBy }),
      },
      { weight: 1, arbitrary: fc.constant<Step>('page') },
    ),
    { maxLength: 24 },
  );

/** Those that are there before the first page. */
const beginnings = fc.array(fc.record({ value: values, later: laterBy }), { minLength: PAGE + 1, maxLength: 12 });

/** Makes a world with some in it, does something there and closes it. */
async function inWorld(
  order: Order,
  beginning: { value: number; later: number }[],
  work: (world: World) => Promise<void>,
): Promise<void> {
  const world = new World(order);
  try {
    for (const { value, later } of beginning) {
      await world.write({ kind: 'create', which: 0, value, later });
    }
    await work(world);
  } finally {
    await world.fixture.store.close();
  }
}

describe('pages while others write', () => {
  test.each(Object.entries(ORDERS))('are each the part of the order that stands there: %s', async (_name, order) => {
    const steps = stepsOf('create', 'touch', 'move', 'leave', 'delete');
    await fc.assert(
      fc.asyncProperty(beginnings, steps, (beginning, made) =>
        inWorld(order, beginning, async (world) => void (await turnPages(world, made))),
      ),
      { numRuns: 30 },
    );
  });

  // Who is taken out of the order, or put behind the page, lets the others move up: an offset cannot see that.
  test.each<[keyof typeof ORDERS, Write['kind'][], 'once' | 'at least once']>([
    ['by time', ['create'], 'once'],
    ['by time', ['create', 'touch', 'move', 'leave', 'delete'], 'at least once'],
    ['by time, all', ['create'], 'once'],
    ['by time, all', ['create', 'touch', 'move', 'delete'], 'at least once'],
    ['by time, latest first', ['create', 'touch', 'move'], 'at least once'],
    ['by name', ['touch'], 'once'],
    ['by name', ['create', 'touch'], 'at least once'],
    ['by name, all', ['create', 'touch'], 'at least once'],
    ['by name, last first', ['create', 'touch'], 'at least once'],
    ['by start', ['create', 'touch'], 'at least once'],
    ['as they were made', ['create', 'touch', 'move'], 'once'],
    ['of a schedule', ['touch'], 'once'],
    ['of a schedule', ['create', 'touch'], 'at least once'],
    ['as they were written', ['create'], 'once'],
  ])('%s, with %j, show each that stays where it is %s', async (name, kinds, often) => {
    await fc.assert(
      fc.asyncProperty(beginnings, stepsOf(...kinds), (beginning, steps) =>
        inWorld(ORDERS[name], beginning, async (world) => {
          const before = new Map(world.found());
          const shown = (await turnPages(world, steps)).flat();
          const staying = world.found().filter(([id, place]) => before.get(id) === place);
          expect(staying.filter(([id]) => !shown.includes(id))).toEqual([]);
          if (often === 'once') {
            expect(new Set(shown).size).toBe(shown.length);
          }
        }),
      ),
      { numRuns: 30 },
    );
  });

  test('by time show everything in its latest version, whatever is written before the last of them', async () => {
    const steps = stepsOf('create', 'touch', 'move', 'delete');
    await fc.assert(
      fc.asyncProperty(beginnings, steps, (beginning, made) =>
        inWorld(ORDERS['by time, all'], beginning, async (world) => {
          const seen = new Map<string | undefined, string | undefined>();
          let url: string | undefined = `Patient?_sort=_lastUpdated&_count=${PAGE}`;
          const turn = async (): Promise<void> => {
            const page = await world.page(url as string);
            page.entry?.forEach(({ resource }) => seen.set(resource?.id, resource?.meta?.versionId));
            url = nextOf(page);
            // What changes again in the very millisecond of the page is not behind it; nor is it on Medplum.
            world.fixture.clock.advance(1);
          };
          for (const step of made) {
            if (url !== undefined) {
              await (step === 'page' ? turn() : world.write(step));
            }
          }
          while (url !== undefined) {
            await turn();
          }
          const { body } = await world.fixture.send<Bundle>('GET', 'Patient?_count=1000');
          expect(body.entry?.map(({ resource }) => seen.get(resource?.id))).toEqual(
            body.entry?.map(({ resource }) => resource?.meta?.versionId),
          );
        }),
      ),
      { numRuns: 60 },
    );
  });
});

describe('pages over HTTP, of a store on the disk, while others write at once', () => {
  let folder: string;
  let t: TestServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'careline-paging-'));
    t = await TestServer.start({ dataDir: folder });
  });
  afterAll(async () => {
    await t.server.close();
    await rm(folder, { recursive: true });
  });

  const create = (family: string, tag: string): Promise<WithId<Patient>> =>
    t.medplum.createResource<Patient>({
      resourceType: 'Patient',
      meta: { tag: [{ system: 'urn:paging', code: tag }] },
      name: [{ family }],
    });

  /** The ids that Medplum's own client finds, page after page, as the bots read. */
  async function read(query: string, onPage: () => void = () => undefined): Promise<string[]> {
    const found: string[] = [];
    for await (const page of t.medplum.searchResourcePages('Patient', query, { cache: 'reload' })) {
      const ids = page.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      found.push(...ids);
      onPage();
    }
    return found;
  }

  test('by name, nobody is lost while others come, change, and go after them', async () => {
    const staying = await Promise.all(Array.from({ length: 40 }, (_none, n) => create(`Moss ${n}`, 'name')));
    let done = false;
    let writes = 0;
    /** Makes some before and some behind, changes those that stay, and takes away what it made behind. */
    const writer = async (number: number): Promise<void> => {
      for (let n = number; !done; n += 3) {
        const behind = await create('Zorn', 'name');
        await create('Abel', 'name');
        const { id } = staying[n % staying.length] as WithId<Patient>;
        await t.medplum.patchResource('Patient', id, [{ op: 'add', path: '/language', value: `x-${n}` }]);
        await t.medplum.deleteResource('Patient', behind.id);
        writes += 4;
      }
    };
    const writers = [0, 1, 2].map(writer);
    try {
      for (let round = 0; round < 3; round++) {
        const before = writes;
        const found = new Set(await read('_tag=urn:paging|name&_sort=name&_count=7'));
        expect(staying.filter(({ id }) => !found.has(id))).toEqual([]);
        expect(writes).toBeGreaterThan(before);
      }
    } finally {
      done = true;
      await Promise.all(writers);
    }
  });

  test('by time, nobody is lost or repeated while others come', async () => {
    await Promise.all(Array.from({ length: 20 }, (_none, n) => create(`Moss ${n}`, 'time')));
    let left = 120;
    const writer = async (): Promise<void> => {
      while (left-- > 0) {
        await create('Moss', 'time');
      }
    };
    const writers = Array.from({ length: 4 }, writer);
    let came = 0;
    const found = await read('_tag=urn:paging|time&_sort=_lastUpdated&_count=7', () => (came = 120 - left));
    await Promise.all(writers);
    expect(came).toBeGreaterThan(0);
    const all = await read('_tag=urn:paging|time&_sort=_lastUpdated&_count=1000');
    expect(all).toHaveLength(140);
    expect(found).toEqual(all.slice(0, found.length));
    expect(found.length).toBeGreaterThanOrEqual(20);
  });
});

describe('the links of a page', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = makeFixture();
    for (let n = 0; n < 7; n++) {
      await fixture.send('POST', 'Patient', patient(n % 4, true));
      await fixture.send('POST', 'Slot', slot(n % 4, true));
    }
  });
  afterAll(() => fixture.store.close());

  const linksOf = ({ link }: Bundle): Record<string, string> =>
    Object.fromEntries((link ?? []).map(({ relation, url }) => [relation, url.split('/fhir/R4')[1] as string]));

  const get = async (url: string): Promise<Bundle> => (await fixture.send<Bundle>('GET', url)).body;

  test('keep all that was asked for, and lead there and back', async () => {
    const asked =
      'Patient?active=true&name:contains=e&_sort=-name,_lastUpdated&_count=2&_total=accurate&_elements=name' +
      '&_include=Patient:organization&_revinclude=Observation:subject';
    // Medplum's links write _elements as _fields.
    const queryOf = (url: string | undefined): string[] =>
      [...new URLSearchParams(url?.split('?')[1]?.replace('_elements', '_fields'))]
        .filter(([name]) => name !== '_offset')
        .map((pair) => pair.join('='))
        .sort();
    const first = await get(asked);
    const second = await get(linksOf(first).next?.slice(1) as string);
    for (const page of [first, second]) {
      expect(page.total).toBe(6);
      expect(Object.keys(page.entry?.[0]?.resource ?? {}).sort()).toEqual(['id', 'meta', 'name', 'resourceType']);
      for (const url of Object.values(linksOf(page))) {
        expect(queryOf(url)).toEqual(queryOf(asked));
      }
    }
    expect(Object.keys(linksOf(first)).sort()).toEqual(['first', 'next', 'self']);
    expect(Object.keys(linksOf(second)).sort()).toEqual(['first', 'next', 'previous', 'self']);
    for (const relation of ['previous', 'first']) {
      expect(idsOf(await get(linksOf(second)[relation]?.slice(1) as string))).toEqual(idsOf(first));
    }
    expect(idsOf(await get(linksOf(second).self?.slice(1) as string))).toEqual(idsOf(second));
  });

  test.each([1, 2, 3, 5, 7, 10, 14])('of several types, with %d each, lead to each once', async (count) => {
    const whole = idsOf(await get('?_type=Patient,Slot&_count=100'));
    const found: string[] = [];
    for (let url: string | undefined = `/?_type=Patient,Slot&_count=${count}`; url;) {
      const page: Bundle = await get(url.replace(/^\//, ''));
      found.push(...idsOf(page));
      expect(found).toEqual(whole.slice(0, found.length));
      url = linksOf(page).next;
    }
    expect(found).toEqual(whole);
    expect(new Set(found).size).toBe(14);
  });

  test('lead on by a cursor where changes are followed, which keeps the rest of what was asked for', async () => {
    const page = await get('Patient?_sort=_lastUpdated&_count=3&active=true');
    const next = new URLSearchParams(linksOf(page).next?.split('?')[1]);
    expect([...next.keys()].sort()).toEqual(['_count', '_cursor', '_sort', 'active']);
    for (const url of [page, await get(linksOf(page).next?.slice(1) as string)].map((one) => linksOf(one).first)) {
      expect(idsOf(await get(url?.slice(1) as string))).toEqual(idsOf(page));
    }
  });

  test.each([
    ['Patient?_sort=_lastUpdated&_cursor=2-1772442000000', 'no resource'],
    ['Patient?_sort=_lastUpdated&_cursor=yesterday', 'no time'],
    ['Patient?_sort=-_lastUpdated&_cursor=2-1-a', 'another order'],
    ['Patient?_sort=_lastUpdated&_cursor=2-1-a&_offset=20', 'an offset'],
    ['?_type=Patient,Slot&_cursor=2-1-a', 'several types'],
  ])('%s: a cursor with %s is refused, instead of showing the first page again', async (url) => {
    const { status, body } = await fixture.send<OperationOutcome>('GET', url);
    expect([status, body.issue[0]?.expression]).toEqual([400, ['_cursor']]);
    expect(issueText(body)).toContain('next link');
  });

  test('behind a resource that is no more lies what was changed at the same time or later', async () => {
    const all = idsOf(await get('Patient?_sort=_lastUpdated&_count=100'));
    const [first] = (await get('Patient?_sort=_lastUpdated&_count=1')).entry ?? [];
    const at = Date.parse(first?.resource?.meta?.lastUpdated ?? '');
    expect(idsOf(await get(`Patient?_sort=_lastUpdated&_count=100&_cursor=2-${at}-gone`))).toEqual(all);
    expect(idsOf(await get(`Patient?_sort=_lastUpdated&_count=100&_cursor=2-${at + 1}-gone`))).toHaveLength(0);
  });
});
