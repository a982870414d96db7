import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Slot } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { DateTime, IANAZone } from 'luxon';
import { move } from '../../bots/scheduling/appointment-states.ts';
import { DAYS, offerOf } from '../../bots/scheduling/availability.ts';
import { plannedSlots, slotChanges } from '../../bots/scheduling/slots.ts';
import type { SlotChanges } from '../../bots/scheduling/slots.ts';
import { timesOf } from '../../bots/scheduling/wall-clock.ts';
import { appointmentOf, refusalOf, scheduleOf, serviceOf, slotOf } from './fixtures.ts';
import type { Pattern } from './fixtures.ts';

const VISIT = serviceOf('visit');
const LONG_AGO = new Date('2020-01-01T00:00:00Z');

/** The slots of a pattern on one day of its zone, as they would be written. */
function slotsOn(pattern: Pattern, date: string): Slot[] {
  const start = DateTime.fromISO(date, { zone: pattern.zone ?? 'UTC' });
  const window = { start: start.toJSDate(), end: start.plus({ days: 1 }).toJSDate() };
  return [...changesOf(pattern, window, []).create];
}

function changesOf(pattern: Pattern, window: { start: Date; end: Date }, slots: WithId<Slot>[]): SlotChanges {
  const schedule = scheduleOf([[VISIT, pattern]]);
  const planned = plannedSlots(schedule, [offerOf(schedule, VISIT, undefined, undefined)], window);
  return slotChanges(planned, { schedule, services: [VISIT], slots, appointments: [] }, window, LONG_AGO);
}

const startsOf = (slots: readonly Slot[]): string[] => slots.map(({ start }) => start);

describe('A change of the clocks', () => {
  const night = { hours: [{ days: DAYS, from: '01:00', to: '04:00' }], duration: 60 };

  test.each([
    // Forward: an hour is missing, in Lord Howe half of one.
    ['Europe/Vienna', '2026-03-29', ['01:00+01:00', '03:00+02:00']],
    ['America/New_York', '2026-03-08', ['01:00-05:00', '03:00-04:00']],
    ['Australia/Lord_Howe', '2026-10-04', ['01:00+10:30', '03:00+11:00']],
    // Back: an hour comes twice, and is used the first time.
    ['Europe/Vienna', '2026-10-25', ['01:00+02:00', '02:00+02:00', '03:00+01:00']],
    ['America/New_York', '2026-11-01', ['01:00-04:00', '02:00-05:00', '03:00-05:00']],
    ['Australia/Lord_Howe', '2026-04-05', ['01:00+11:00', '02:00+10:30', '03:00+10:30']],
    ['Pacific/Chatham', '2026-04-05', ['01:00+13:45', '02:00+13:45', '03:00+13:45']],
    // None.
    ['Asia/Kathmandu', '2026-03-29', ['01:00+05:45', '02:00+05:45', '03:00+05:45']],
    ['America/St_Johns', '2026-06-01', ['01:00-02:30', '02:00-02:30', '03:00-02:30']],
  ])('in %s on %s', (zone, date, expected) => {
    expect(startsOf(slotsOn({ ...night, zone }, date)).map((start) => start.replace(`${date}T`, ''))).toEqual(
      expected.map((time) => time.replace(/^(\d\d:\d\d)/, '$1:00')),
    );
  });

  test('leaves the morning where it is by the clock, and every slot its length', () => {
    const morning = { hours: [{ days: DAYS, from: '09:00', to: '10:00' }], duration: 30 };
    const zones = ['Europe/Vienna', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Chatham', 'Asia/Kolkata'];
    for (const zone of zones) {
      for (let day = DateTime.fromISO('2026-03-01'); day.year === 2026; day = day.plus({ days: 1 })) {
        const slots = slotsOn({ ...morning, zone }, day.toISODate() ?? '');
        expect(startsOf(slots).map((start) => start.slice(11, 16))).toEqual(['09:00', '09:30']);
        expect(slots.map(({ start, end }) => Date.parse(end) - Date.parse(start))).toEqual([1_800_000, 1_800_000]);
      }
    }
  });
});

describe('The calendar', () => {
  test('has a 29 February every four years', () => {
    const pattern = { hours: [{ days: DAYS, from: '23:00', to: '23:30' }], duration: 30, zone: 'Asia/Kathmandu' };
    expect(startsOf(slotsOn(pattern, '2028-02-29'))).toEqual(['2028-02-29T23:00:00+05:45']);
    const window = { start: new Date('2027-02-28T00:00:00Z'), end: new Date('2027-03-02T00:00:00Z') };
    expect(startsOf(changesOf(pattern, window, []).create)).toEqual([
      '2027-02-28T23:00:00+05:45',
      '2027-03-01T23:00:00+05:45',
    ]);
  });

  test('goes on past midnight: slots of a night shift, and one that reaches into the next day', () => {
    const shift = { hours: [{ days: ['mon'], from: '22:30', to: '01:30' }] as const, duration: 60, zone: 'UTC' };
    expect(startsOf(slotsOn(shift, '2026-03-02'))).toEqual(['2026-03-02T22:30:00Z', '2026-03-02T23:30:00Z']);
    expect(startsOf(slotsOn(shift, '2026-03-03'))).toEqual(['2026-03-03T00:30:00Z']);
    expect(slotsOn(shift, '2026-03-02')[1]?.end).toBe('2026-03-03T00:30:00Z');
  });

  test('lets who missed an appointment across midnight arrive late until the end of the day on which it ends', () => {
    const slot = slotOf('night', '2026-03-02T23:30:00+01:00', '2026-03-03T00:30:00+01:00');
    const missed = appointmentOf('missed', 'noshow', [slot]);
    expect(move(missed, 'arrived', new Date('2026-03-03T00:20:00+01:00')).status).toBe('arrived');
    expect(refusalOf(() => move(missed, 'arrived', new Date('2026-03-04T00:00:00+01:00')))).toBe(
      'business-rule appointment',
    );
  });
});

const zones = fc.constantFrom(
  ...['Europe/Vienna', 'America/New_York', 'America/St_Johns', 'Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Eucla'],
  ...['Australia/Lord_Howe', 'Pacific/Chatham', 'Africa/Casablanca', 'Pacific/Apia', 'UTC'],
);
const quarter = fc.nat({ max: 95 }).map((n) => DateTime.fromMillis(n * 900_000, { zone: 'UTC' }).toFormat('HH:mm'));
const patterns = fc.record({
  hours: fc.array(fc.record({ days: fc.subarray([...DAYS], { minLength: 1 }), from: quarter, to: quarter }), {
    minLength: 1,
    maxLength: 3,
  }),
  duration: fc.constantFrom(10, 15, 25, 45, 60, 90),
  bufferBefore: fc.constantFrom(0, 5),
  bufferAfter: fc.constantFrom(0, 10),
  alignmentInterval: fc.constantFrom(undefined, 15, 30),
  capacity: fc.constantFrom(1, 1, 4),
});
// Around the changes of the clocks of both hemispheres, a leap day and a turn of the year.
const days = fc.constantFrom(
  ...['2026-03-07', '2026-03-28', '2026-04-04', '2026-09-26', '2026-10-03', '2026-10-24', '2026-10-31'],
  ...['2027-12-31', '2028-02-28'],
);
const windows = fc.record({ day: days, after: fc.nat({ max: 96 }), hours: fc.integer({ min: 1, max: 60 }) });

const windowOf = ({ day, after, hours }: typeof windows extends fc.Arbitrary<infer T> ? T : never, zone: string) => {
  const start = DateTime.fromISO(day, { zone }).plus({ minutes: 15 * after });
  return { start: start.toJSDate(), end: start.plus({ hours }).toJSDate() };
};

describe('For any pattern, zone and window', () => {
  test('a slot begins at a time that the clock shows, the first time that it shows it', () => {
    fc.assert(
      fc.property(patterns, zones, windows, (pattern, zone, given) => {
        const offer = offerOf(scheduleOf([[VISIT, { ...pattern, zone }]]), VISIT, undefined, undefined);
        const times = timesOf(offer, windowOf(given, zone), undefined);
        for (const { start } of times) {
          const shown = DateTime.fromJSDate(start, { zone });
          const offsetBefore = IANAZone.create(zone).offset(start.getTime() - 3 * 3_600_000);
          const earlier = shown.plus({ minutes: IANAZone.create(zone).offset(start.getTime()) - offsetBefore });
          // If the clock was put back, the same time three hours at most ago would have been the first.
          expect(earlier < shown && earlier.toFormat('HH:mm') === shown.toFormat('HH:mm')).toBe(false);
        }
        const clock = times.map(({ start }) => DateTime.fromJSDate(start, { zone }).toFormat('yyyy-MM-dd HH:mm'));
        expect(new Set(clock).size).toBe(clock.length);
      }),
    );
  });

  test('a new pattern writes exactly what differs, and nothing that is the same', () => {
    fc.assert(
      fc.property(patterns, patterns, zones, windows, (before, after, zone, given) => {
        const window = windowOf(given, zone);
        const stored = changesOf({ ...before, zone }, window, []).create.map((slot, index) => ({
          ...slot,
          id: `slot-${index}`,
        }));
        const wanted = changesOf({ ...after, zone }, window, []).create;
        const key = ({ start, end }: Slot): string => `${Date.parse(start)} ${Date.parse(end)}`;
        const [had, wants] = [new Set(stored.map(key)), new Set(wanted.map(key))];
        const { create, update, remove, kept } = changesOf({ ...after, zone }, window, stored);
        const both = stored.filter((slot) => wants.has(key(slot)));
        expect(create.map(key)).toEqual(wanted.map(key).filter((slot) => !had.has(slot)));
        expect(remove.map(key)).toEqual(stored.map(key).filter((slot) => !wants.has(slot)));
        expect(update).toHaveLength(before.capacity === after.capacity ? 0 : both.length);
        expect(kept).toBe(both.length - update.length);
      }),
    );
  });
});
