import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment, HealthcareService, Schedule, Slot } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { DAYS } from '../../bots/scheduling/availability.ts';
import { dayRanges } from '../../web/src/staff/schedules/hours-text.ts';
import {
  capacityOf,
  hoursOf,
  lengthOf,
  LENGTHS,
  misfitsOf,
  newSchedule,
  offersOf,
  previewOf,
  ruleOf,
  RULES,
  withCapacity,
  withHours,
  withLength,
  withRule,
  withZone,
} from '../../web/src/staff/schedules/pattern.ts';
import type { Rule } from '../../web/src/staff/schedules/pattern.ts';

const SERVICE = 'HealthcareService/s';
const service: WithId<HealthcareService> = {
  resourceType: 'HealthcareService',
  id: 's',
  type: [{ coding: [{ code: 'visit' }] }],
};
const ZONE = 'America/New_York';
const made = (): Schedule =>
  withLength(newSchedule({ reference: 'Practitioner/p' }, service, ZONE), SERVICE, 'duration', 30);
const WEEK = { start: new Date('2026-03-02T05:00:00Z'), end: new Date('2026-03-09T04:00:00Z') };

describe('days of a week in few words', () => {
  test('three in a row and more by their ends', () => {
    expect(dayRanges(['mon', 'tue', 'wed', 'thu', 'fri'])).toEqual([['mon', 'fri']]);
    expect(dayRanges(['wed', 'mon', 'fri'])).toEqual([
      ['mon', 'mon'],
      ['wed', 'wed'],
      ['fri', 'fri'],
    ]);
    expect(dayRanges(['sat', 'sun', 'mon'])).toEqual([
      ['mon', 'mon'],
      ['sat', 'sat'],
      ['sun', 'sun'],
    ]);
    expect(dayRanges([])).toEqual([]);
  });
});

describe('a pattern in a form', () => {
  test('is read as it was written, and what the form does not know stays', () => {
    const unknown = { url: 'https://example.org/own', valueString: 'kept' };
    const clock = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
    const time = clock.map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
    const hours = fc.record({ days: fc.subarray([...DAYS], { minLength: 1 }), from: time, to: time });
    fc.assert(
      fc.property(fc.array(hours), fc.integer({ min: 1, max: 500 }), (wanted, value) => {
        let schedule: Schedule = { ...made(), extension: [...(made().extension ?? []), unknown] };
        schedule = withCapacity(withHours(schedule, SERVICE, wanted), SERVICE, value);
        for (const length of LENGTHS) {
          schedule = withLength(schedule, SERVICE, length, value);
          expect(lengthOf(schedule, SERVICE, length)).toBe(value);
        }
        for (const rule of Object.keys(RULES) as Rule[]) {
          schedule = withRule(schedule, rule, value);
          expect(ruleOf(schedule, rule)).toBe(value);
          expect(ruleOf(withRule(schedule, rule, undefined), rule)).toBeUndefined();
        }
        expect(hoursOf(schedule, SERVICE)).toEqual(wanted);
        expect(capacityOf(schedule, SERVICE)).toBe(value);
        expect(schedule.extension).toContainEqual(unknown);
      }),
    );
  });

  test('shows the slots that would be made', () => {
    const schedule = made();
    const slots = previewOf(schedule, offersOf(schedule, [service], undefined, 'UTC'), WEEK);
    expect(slots).toHaveLength(5 * 16);
    expect(slots[0]?.start.toISOString()).toBe('2026-03-02T14:00:00.000Z');
    expect(offersOf({ ...schedule, active: false }, [service], undefined, 'UTC')).toEqual([]);
    expect(() => offersOf(withZone(schedule, SERVICE, 'Nowhere'), [service], undefined, 'UTC')).toThrow(/time zone/);
  });

  test('tells who would no longer fit', () => {
    const slot = (id: string, start: string): WithId<Slot> => ({
      resourceType: 'Slot',
      id,
      schedule: { reference: 'Schedule/x' },
      status: 'busy',
      start,
      end: new Date(Date.parse(start) + 1_800_000).toISOString(),
      serviceType: made().serviceType,
    });
    const visit = (id: string, status: Appointment['status'], of: string): WithId<Appointment> => ({
      resourceType: 'Appointment',
      id,
      status,
      slot: [{ reference: `Slot/${of}` }],
      participant: [{ status: 'accepted' }],
    });
    const slots = [slot('early', '2026-03-03T14:00:00Z'), slot('late', '2026-03-03T21:30:00Z')];
    const visits = [visit('a', 'booked', 'early'), visit('b', 'booked', 'late'), visit('c', 'cancelled', 'late')];
    const shorter = withHours(made(), SERVICE, [{ days: DAYS, from: '09:00', to: '16:00' }]);
    const misfits = (schedule: Schedule, now: string): string[] =>
      misfitsOf(schedule, offersOf(schedule, [service], undefined, 'UTC'), slots, visits, new Date(now)).map(
        ({ id }) => id,
      );
    expect(misfits(made(), '2026-03-02T13:00:00Z')).toEqual([]);
    expect(misfits(shorter, '2026-03-02T13:00:00Z')).toEqual(['b']);
    expect(misfits(shorter, '2026-03-04T13:00:00Z')).toEqual([]);
  });
});
