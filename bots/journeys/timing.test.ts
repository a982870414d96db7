import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Appointment } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import { dueAt } from './timing.ts';

const zone = 'Europe/Berlin';
const stageEntry = new Date('2030-03-01T10:00:00Z');
const appointment = (start: string): Appointment => ({
  resourceType: 'Appointment',
  status: 'booked',
  start,
  end: new Date(Date.parse(start) + 1_800_000).toISOString(),
  participant: [],
});

describe('The time of a step', () => {
  test('is counted from the entry of its stage', () => {
    const due = dueAt(
      { anchor: 'stage-entry', direction: 'after', offset: { value: 90, code: 'min' } },
      { stageEntry, zone },
    );
    expect(due?.toISOString()).toBe('2030-03-01T11:30:00.000Z');
  });

  test('is at the same hour of the wall clock on both sides of a change of the clocks', () => {
    // Clocks in Berlin go forward on 31 March 2030.
    const due = dueAt(
      { anchor: 'appointment-start', direction: 'before', offset: { value: 3, unit: 'd' } },
      { stageEntry, zone, appointment: appointment('2030-04-01T07:00:00Z') },
    );
    expect(due?.toISOString()).toBe('2030-03-29T08:00:00.000Z');
  });

  test('hours are hours, whatever the clocks do', () => {
    const due = dueAt(
      { anchor: 'appointment-start', direction: 'before', offset: { value: 72, unit: 'h' } },
      { stageEntry, zone, appointment: appointment('2030-04-01T07:00:00Z') },
    );
    expect(due?.toISOString()).toBe('2030-03-29T07:00:00.000Z');
  });

  test('is unknown without the appointment that it depends on', () => {
    expect(dueAt({ anchor: 'appointment-end', direction: 'after' }, { stageEntry, zone })).toBeUndefined();
  });

  test('in days, weeks and months keeps the hour of the wall clock where that exists', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'),
        fc.constantFrom('d', 'wk', 'mo'),
        fc.integer({ min: 0, max: 90 }),
        fc.date({ min: new Date('2024-01-01'), max: new Date('2034-01-01'), noInvalidDate: true }),
        (where, unit, value, at) => {
          // The hours from 6 on exist on every day of these zones.
          const local = DateTime.fromJSDate(at, { zone: where }).set({
            hour: 9,
            minute: 30,
            second: 0,
            millisecond: 0,
          });
          const due = dueAt(
            { anchor: 'appointment-start', direction: 'before', offset: { value, code: unit } },
            { stageEntry, zone: where, appointment: appointment(local.toISO() ?? '') },
          );
          const wall = DateTime.fromJSDate(due ?? new Date(0), { zone: where });
          expect(wall.toFormat('HH:mm')).toBe('09:30');
          expect(wall.toMillis()).toBeLessThanOrEqual(local.toMillis());
        },
      ),
    );
  });
});
