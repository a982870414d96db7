import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Coding, Slot } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { DAYS, offerOf } from '../../bots/scheduling/availability.ts';
import type { Offer } from '../../bots/scheduling/availability.ts';
import { BLOCKED, CLOSED, GENERATED } from '../../bots/scheduling/names.ts';
import { placesExtension } from '../../bots/scheduling/places.ts';
import { plannedSlots, slotChanges } from '../../bots/scheduling/slots.ts';
import { timesOf } from '../../bots/scheduling/wall-clock.ts';
import { appointmentOf, forService, refusalOf, scheduleOf, serviceOf, slotOf, withPattern } from './fixtures.ts';
import type { Pattern } from './fixtures.ts';

const VISIT = serviceOf('visit');
const LONG = serviceOf('long');
const NOW = new Date('2020-01-01T00:00:00Z');
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;

const offer = (pattern: Pattern): Offer => offerOf(scheduleOf([[VISIT, pattern]]), VISIT, undefined, undefined);

const day = (date: string, zone = 'Europe/Vienna'): { start: Date; end: Date } => {
  const start = DateTime.fromISO(date, { zone });
  return { start: start.toJSDate(), end: start.plus({ days: 1 }).toJSDate() };
};

const clock = (pattern: Pattern, date: string): string[] =>
  timesOf(offer(pattern), day(date, pattern.zone), undefined).map(({ start, end }) => {
    const shown = (time: Date): string => DateTime.fromJSDate(time, { zone: pattern.zone }).toFormat('HH:mm');
    return `${shown(start)}-${shown(end)}`;
  });

describe('The times of a pattern', () => {
  test('several windows a day, in order', () => {
    const hours = [
      { days: ['mon'], from: '14:00', to: '15:00' },
      { days: ['mon'], from: '09:00', to: '10:00' },
    ] as const;
    const expected = ['09:00-09:30', '09:30-10:00', '14:00-14:30', '14:30-15:00'];
    expect(clock({ hours, duration: 30, zone: 'Europe/Vienna' }, '2026-03-02')).toEqual(expected);
    expect(clock({ hours, duration: 30, zone: 'Europe/Vienna' }, '2026-03-03')).toEqual([]);
  });

  test('buffers lie inside the hours and between slots', () => {
    const hours = [{ days: ['mon'], from: '09:00', to: '11:00' }] as const;
    const pattern = { hours, duration: 30, bufferBefore: 10, bufferAfter: 5, zone: 'Europe/Vienna' };
    expect(clock(pattern, '2026-03-02')).toEqual(['09:10-09:40', '09:55-10:25']);
  });

  test('starts lie on the grid', () => {
    const hours = [{ days: ['mon'], from: '09:10', to: '11:00' }] as const;
    const pattern = { hours, duration: 20, alignmentInterval: 15, alignmentOffset: 5, zone: 'Europe/Vienna' };
    expect(clock(pattern, '2026-03-02')).toEqual(['09:20-09:40', '09:50-10:10', '10:20-10:40']);
  });

  test('09:00 is 09:00 on both sides of a change of the clocks', () => {
    const hours = [{ days: DAYS, from: '09:00', to: '10:00' }];
    for (const date of ['2026-03-28', '2026-03-29', '2026-03-30', '2026-10-24', '2026-10-25', '2026-10-26']) {
      expect(clock({ hours, duration: 60, zone: 'Europe/Vienna' }, date)).toEqual(['09:00-10:00']);
    }
  });

  test('a time that the clock leaves out is skipped, one that comes twice is used once', () => {
    const pattern = { hours: [{ days: DAYS, from: '01:00', to: '04:00' }], duration: 30, zone: 'Europe/Vienna' };
    const spring = ['01:00-01:30', '01:30-03:00', '03:00-03:30', '03:30-04:00'];
    const autumn = ['01:00-01:30', '01:30-02:00', '02:00-02:30', '02:30-02:00', '03:00-03:30', '03:30-04:00'];
    expect(clock(pattern, '2026-03-29')).toEqual(spring);
    expect(clock(pattern, '2026-10-25')).toEqual(autumn);
  });

  test('hours that begin in the hour that comes twice are not left when the clock is put back', () => {
    const from = (start: string, duration: number): string[] => {
      const hours = [{ days: DAYS, from: start, to: '04:00' }];
      return clock({ hours, duration, zone: 'Europe/Vienna' }, '2026-10-25');
    };
    // At the end of a slot from 02:50 the clock would show 02:10, before they begin.
    expect(from('02:30', 20)).toEqual(['02:30-02:50', '03:10-03:30', '03:30-03:50']);
    // The last minute of this one is 02:59, and then it is 02:00.
    expect(from('02:30', 30)).toEqual(['02:30-02:00', '03:00-03:30', '03:30-04:00']);
    expect(from('02:30', 45)).toEqual(['03:15-04:00']);
  });

  test('a zone with half an hour, a leap day, a night shift', () => {
    const hours = [{ days: DAYS, from: '23:30', to: '00:30' }];
    const [slot] = timesOf(
      offer({ hours, duration: 60, zone: 'Asia/Kolkata' }),
      day('2028-02-29', 'Asia/Kolkata'),
      undefined,
    );
    expect(slot?.start.toISOString()).toBe('2028-02-29T18:00:00.000Z');
    expect(slot?.end.toISOString()).toBe('2028-02-29T19:00:00.000Z');
  });

  test('the planning horizon counts whole days, both ends', () => {
    const pattern = offer({ hours: [{ days: DAYS, from: '09:00', to: '10:00' }], duration: 60, zone: 'Europe/Vienna' });
    const month = { start: new Date('2026-03-01T00:00:00Z'), end: new Date('2026-04-01T00:00:00Z') };
    const days = timesOf(pattern, month, { start: '2026-03-10', end: '2026-03-12' }).map(({ start }) =>
      start.getUTCDate(),
    );
    expect(days).toEqual([10, 11, 12]);
  });

  test('parameters that make no sense are refused', () => {
    const hours = [{ days: ['mon'], from: '09:00', to: '10:00' }] as const;
    expect(refusalOf(() => offer({ hours, duration: 30, capacity: -1 }))).toBe('value schedule');
    expect(refusalOf(() => offer({ hours, duration: 30, capacity: 51 }))).toBe('value schedule');
    expect(refusalOf(() => offer({ hours, duration: -30 }))).toBe('value schedule');
    expect(refusalOf(() => offer({ hours: [], duration: 30 }))).toBe('business-rule schedule');
    expect(refusalOf(() => offer({ hours, duration: 30, zone: 'Europe/Nowhere' }))).toBe('business-rule schedule');
  });

  test("a service's own parameters and hours count where the Schedule says nothing", () => {
    const availableTime = [
      { daysOfWeek: ['tue' as const], availableStartTime: '08:00:00', availableEndTime: '09:00:00' },
    ];
    const service = { ...serviceOf('own', 20), availableTime };
    const schedule = { ...scheduleOf([]), serviceType: forService(service).serviceType };
    expect(offerOf(schedule, service, undefined, 'Asia/Tokyo')).toMatchObject({
      zone: 'Asia/Tokyo',
      duration: 20,
      windows: [{ day: 'tue', from: 480, to: 540 }],
    });
  });
});

const patterns = fc.record({
  hours: fc.array(
    fc
      .tuple(fc.subarray([...DAYS], { minLength: 1 }), fc.integer({ min: 0, max: 95 }), fc.integer({ min: 0, max: 95 }))
      .map(([days, from, to]) => ({ days, from: quarter(from), to: quarter(to) })),
    { minLength: 1, maxLength: 3 },
  ),
  duration: fc.constantFrom(10, 15, 20, 45, 60, 90),
  bufferBefore: fc.constantFrom(0, 0, 5, 10),
  bufferAfter: fc.constantFrom(0, 0, 5, 15),
  alignmentInterval: fc.constantFrom(undefined, undefined, 5, 15, 60),
  zone: fc.constantFrom('Europe/Vienna', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC'),
});

const windows = fc
  .tuple(
    fc.constantFrom('2026-03-27', '2026-10-23', '2026-03-06', '2026-10-30', '2028-02-27', '2026-04-03'),
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 1, max: 3 * 24 }),
  )
  .map(([date, after, hours]) => {
    const start = new Date(Date.parse(`${date}T00:00:00Z`) + after * 900_000);
    return { start, end: new Date(start.getTime() + hours * 3_600_000) };
  });

function quarter(quarters: number): string {
  const pad = (value: number): string => `${value}`.padStart(2, '0');
  return `${pad(Math.floor(quarters / 4))}:${pad((quarters % 4) * 15)}`;
}

/** What stands in the store after some changes. */
function apply(slots: readonly WithId<Slot>[], changes: ReturnType<typeof slotChanges>): WithId<Slot>[] {
  const gone = new Set([...changes.remove, ...changes.update].map(({ id }) => id));
  const made = changes.create.map((slot, index) => ({ ...slot, id: `new-${index}-${slot.start}` }));
  return [...slots.filter(({ id }) => !gone.has(id)), ...changes.update, ...made];
}

describe('For any pattern, zone and window', () => {
  test('slots do not overlap, have their length, and lie inside the hours by the clock', () => {
    fc.assert(
      fc.property(patterns, windows, (pattern, window) => {
        const times = timesOf(offer(pattern), window, undefined);
        const buffers = (pattern.bufferBefore + pattern.bufferAfter) * 60_000;
        times.forEach(({ start, end }, index) => {
          expect(end.getTime() - start.getTime()).toBe(pattern.duration * 60_000);
          expect(start >= window.start && start < window.end).toBe(true);
          const next = times[index + 1];
          expect(!next || next.start.getTime() >= end.getTime() + buffers).toBe(true);
          for (let at = DateTime.fromJSDate(start, { zone: pattern.zone }); at.toMillis() < end.getTime();) {
            expect(pattern.hours.some((hours) => isOpen(at, hours))).toBe(true);
            at = at.plus({ minutes: 5 });
          }
        });
      }),
    );
  });

  test('a window gives what its parts give', () => {
    fc.assert(
      fc.property(patterns, windows, fc.double({ min: 0, max: 1, noNaN: true }), (pattern, window, at) => {
        const middle = new Date(
          window.start.getTime() + Math.floor((window.end.getTime() - window.start.getTime()) * at),
        );
        const whole = timesOf(offer(pattern), window, undefined);
        const first = timesOf(offer(pattern), { start: window.start, end: middle }, undefined);
        const second = timesOf(offer(pattern), { start: middle, end: window.end }, undefined);
        expect([...first, ...second]).toEqual(whole);
      }),
    );
  });

  test('generating twice changes nothing, and a new pattern leaves only what it asks for and what is booked', () => {
    fc.assert(
      fc.property(patterns, patterns, windows, fc.nat(), (before, after, window, pick) => {
        const run = (pattern: Pattern, slots: readonly WithId<Slot>[], booked: readonly WithId<Slot>[]) => {
          const schedule = scheduleOf([[VISIT, pattern]]);
          const planned = plannedSlots(schedule, [offerOf(schedule, VISIT, undefined, undefined)], window);
          const appointments = booked.map((slot) => appointmentOf(slot.id, 'booked', [slot]));
          return slotChanges(planned, { schedule, services: [VISIT], slots, appointments }, window, NOW);
        };
        const first = apply([], run(before, [], []));
        const again = run(before, first, []);
        expect([again.create, again.update, again.remove, again.misfits]).toEqual([[], [], [], []]);
        expect(again.kept).toBe(first.length);

        const booked = first.filter((_slot, index) => index === pick % first.length);
        const changed = apply(first, run(after, first, booked));
        expect(booked.every(({ id }) => changed.some((slot) => slot.id === id))).toBe(true);
        const settled = run(after, changed, booked);
        expect([settled.create, settled.update, settled.remove]).toEqual([[], [], []]);
        const sorted = changed.toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start));
        sorted.forEach((slot, index) => {
          const next = sorted[index + 1];
          expect(!next || Date.parse(slot.end) <= Date.parse(next.start)).toBe(true);
        });
      }),
      { numRuns: 50 },
    );
  });
});

/** Whether the clock is within these hours at this moment. Compared as texts, not by the code under test. */
function isOpen(time: DateTime, hours: Pattern['hours'][number]): boolean {
  const clock = time.toFormat('HH:mm');
  const isDay = (shown: DateTime): boolean => hours.days.some((name) => name === DAYS[shown.weekday - 1]);
  if (hours.from < hours.to) {
    return isDay(time) && clock >= hours.from && clock < hours.to;
  }
  return (isDay(time) && clock >= hours.from) || (isDay(time.minus({ days: 1 })) && clock < hours.to);
}

describe('The changes of a Schedule', () => {
  const HOURS = [{ days: WEEKDAYS, from: '09:00', to: '10:00' }];
  const MONDAY = day('2026-03-02');
  const schedule = scheduleOf([[VISIT, { hours: HOURS, duration: 30 }]]);
  const both = withPattern(schedule, LONG, { hours: HOURS, duration: 60 });
  const plan = (of: typeof schedule, services = [VISIT]) =>
    plannedSlots(
      of,
      services.map((service) => offerOf(of, service, undefined, undefined)),
      MONDAY,
    );
  const generated = {
    meta: { tag: [GENERATED], versionId: '1' },
    extension: [placesExtension(0)],
    ...forService(VISIT),
  };
  const existing = (slots: WithId<Slot>[], appointments: ReturnType<typeof appointmentOf>[] = []) => ({
    schedule: both,
    services: [VISIT, LONG],
    slots,
    appointments,
  });

  test('a slot that is made carries its zone, its service, its capacity and its places', () => {
    const group = scheduleOf([[VISIT, { hours: HOURS, duration: 60, capacity: 20 }]]);
    const { create } = slotChanges(plan(group), existing([]), MONDAY, NOW);
    expect(create).toEqual([
      {
        resourceType: 'Slot',
        meta: { tag: [GENERATED] },
        schedule: { reference: 'Schedule/schedule' },
        serviceType: forService(VISIT).serviceType,
        status: 'free',
        start: '2026-03-02T09:00:00+01:00',
        end: '2026-03-02T10:00:00+01:00',
        extension: [
          { url: 'https://careline.dev/fhir/StructureDefinition/slot-places-taken', valueUnsignedInt: 0 },
          { url: 'https://medplum.com/fhir/StructureDefinition/SchedulingSlotCapacity', valuePositiveInt: 20 },
        ],
      },
    ]);
  });

  test('what is past is left alone', () => {
    const late = new Date('2026-03-02T08:15:00Z');
    const old = slotOf('old', '2026-03-02T08:00:00Z', '2026-03-02T08:10:00Z', generated);
    const changes = slotChanges(plan(schedule), existing([old]), MONDAY, late);
    expect([changes.create.map(({ start }) => start), changes.remove]).toEqual([['2026-03-02T09:30:00+01:00'], []]);
  });

  test('no slot is made where time is blocked, and none that a block touches stays', () => {
    const block = slotOf('block', '2026-03-02T08:00:00Z', '2026-03-02T08:20:00Z', { status: 'busy-unavailable' });
    const free = slotOf('free', '2026-03-02T08:00:00Z', '2026-03-02T08:30:00Z', generated);
    const changes = slotChanges(plan(schedule), existing([block, free]), MONDAY, NOW);
    expect(changes.create.map(({ start }) => start)).toEqual(['2026-03-02T09:30:00+01:00']);
    expect(changes.remove).toEqual([free]);
  });

  test('a booking under a block is named, unless the block is of a closing, which has it on its list', () => {
    const times = ['2026-03-02T08:00:00Z', '2026-03-02T08:30:00Z'] as const;
    const slot = slotOf('slot', ...times, generated);
    const booked = appointmentOf('booked', 'booked', [slot]);
    const under = (...tags: Coding[]): string[] => {
      const block = slotOf('block', ...times, { status: 'busy-unavailable', meta: { tag: tags } });
      return slotChanges(plan(schedule), existing([block, slot], [booked]), MONDAY, NOW).misfits.map(({ id }) => id);
    };
    expect([under(BLOCKED), under(BLOCKED, CLOSED)]).toEqual([['booked'], []]);
  });

  test("another program's booking shuts the slots of its time, which stay for when it is gone; one made by hand stays", () => {
    const native = slotOf('native', '2026-03-02T08:10:00Z', '2026-03-02T08:40:00Z', { status: 'busy' });
    const byHand = slotOf('by-hand', '2026-03-02T12:00:00Z', '2026-03-02T12:30:00Z');
    const made = slotChanges(plan(schedule), existing([native, byHand]), MONDAY, NOW);
    expect(made.create.map(({ status }) => status)).toEqual(['busy', 'busy']);
    const shut = made.create.map((slot, index) => ({ ...slot, id: `shut-${index}`, meta: { ...generated.meta } }));
    const again = slotChanges(plan(schedule), existing([native, byHand, ...shut]), MONDAY, NOW);
    expect([made.remove, again.create, again.update, again.remove]).toEqual([[], [], [], []]);
  });

  test('a booking whose time is no longer in the pattern keeps it and is named; a cancelled one does not', () => {
    const slot = slotOf('slot', '2026-03-02T08:05:00Z', '2026-03-02T08:35:00Z', generated);
    const booked = appointmentOf('booked', 'booked', [slot]);
    const kept = slotChanges(plan(schedule), existing([slot], [booked]), MONDAY, NOW);
    expect([kept.misfits, kept.remove, kept.create]).toEqual([[booked], [], []]);
    const gone = slotChanges(plan(schedule), existing([slot], [{ ...booked, status: 'cancelled' }]), MONDAY, NOW);
    expect([gone.misfits, gone.remove, gone.create.length]).toEqual([[], [slot], 2]);
  });

  test("a new service's slot is made shut while a booking overlaps it", () => {
    const slot = slotOf('slot', '2026-03-02T08:00:00Z', '2026-03-02T08:30:00Z', generated);
    const changes = slotChanges(
      plan(both, [VISIT, LONG]),
      existing([slot], [appointmentOf('booked', 'booked', [slot])]),
      MONDAY,
      NOW,
    );
    expect(changes.create.map(({ status, end }) => [status, end])).toEqual([
      ['busy', '2026-03-02T10:00:00+01:00'],
      ['free', '2026-03-02T10:00:00+01:00'],
    ]);
  });

  test('a new capacity is written into a slot that nobody took, and not into one that somebody did', () => {
    const group = scheduleOf([[VISIT, { hours: HOURS, duration: 30, capacity: 3 }]]);
    const first = slotOf('first', '2026-03-02T08:00:00Z', '2026-03-02T08:30:00Z', generated);
    const second = slotOf('second', '2026-03-02T08:30:00Z', '2026-03-02T09:00:00Z', generated);
    const changes = slotChanges(
      plan(group),
      existing([first, second], [appointmentOf('b', 'booked', [second])]),
      MONDAY,
      NOW,
    );
    expect(changes.update.map(({ id }) => id)).toEqual(['first']);
    expect([changes.create, changes.remove, changes.kept]).toEqual([[], [], 1]);
  });

  test('of two slots for the same time one goes, and never the one that is booked', () => {
    const twin = (id: string): WithId<Slot> => slotOf(id, '2026-03-02T08:00:00Z', '2026-03-02T08:30:00Z', generated);
    const [a, b] = [twin('a'), twin('b')];
    expect(slotChanges(plan(schedule), existing([a, b]), MONDAY, NOW).remove).toEqual([b]);
    const booked = existing([a, b], [appointmentOf('x', 'booked', [b])]);
    expect(slotChanges(plan(schedule), booked, MONDAY, NOW).remove).toEqual([a]);
  });
});
