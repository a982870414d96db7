import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { quietUntil, readQuietHours } from './quiet-hours.ts';

const until = (setting: string, zone: string, at: string): string | undefined => {
  const hours = readQuietHours(setting);
  return hours && quietUntil(hours, zone, new Date(at))?.toISOString();
};

describe('Quiet hours', () => {
  test.each([
    ['21:00-08:00', 'Europe/Berlin', '2030-03-04T20:30:00Z', '2030-03-05T07:00:00.000Z'],
    ['21:00-08:00', 'Europe/Berlin', '2030-03-05T06:59:00Z', '2030-03-05T07:00:00.000Z'],
    ['21:00-08:00', 'Europe/Berlin', '2030-03-05T07:00:00Z', undefined],
    ['21:00-08:00', 'Europe/Berlin', '2030-03-04T19:59:00Z', undefined],
    ['21:00-08:00', 'America/New_York', '2030-03-05T02:00:00Z', '2030-03-05T13:00:00.000Z'],
    ['12:00-14:00', 'UTC', '2030-03-05T12:00:00Z', '2030-03-05T14:00:00.000Z'],
    ['18:00-24:00', 'UTC', '2030-03-05T23:59:00Z', '2030-03-06T00:00:00.000Z'],
    // The clocks go forward from 02:00 to 03:00 on March 31, and back from 03:00 to 02:00 on October 27.
    ['22:00-02:30', 'Europe/Berlin', '2030-03-31T00:30:00Z', '2030-03-31T01:30:00.000Z'],
    ['21:00-08:00', 'Europe/Berlin', '2030-10-26T20:00:00Z', '2030-10-27T07:00:00.000Z'],
  ])('%s in %s at %s end at %s', (setting, zone, at, end) => {
    expect(until(setting, zone, at)).toBe(end);
  });

  test.each(['', 'never', '25:00-08:00', '21:00', '08:00-08:00'])('there are none by %j', (setting) => {
    expect(readQuietHours(setting)).toBeUndefined();
  });

  test('end within a day, and it is not quiet then', () => {
    const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe');
    const time = fc.date({ min: new Date('2025-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(minute, minute, zone, time, (from, to, iana, now) => {
        fc.pre(from !== to);
        const end = quietUntil({ from, to }, iana, now);
        const local = DateTime.fromJSDate(now, { zone: iana });
        const at = local.hour * 60 + local.minute;
        expect(end !== undefined).toBe(from < to ? at >= from && at < to : at >= from || at < to);
        if (end) {
          expect(end.getTime()).toBeGreaterThan(now.getTime());
          expect(end.getTime() - now.getTime()).toBeLessThanOrEqual(25 * 3_600_000);
        }
      }),
    );
  });
});
