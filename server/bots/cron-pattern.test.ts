import { describe, expect, test } from '@jest/globals';
import type { Bot } from '@medplum/fhirtypes';
import { cronOf } from './cron-pattern.ts';

function next(bot: Partial<Bot>, after: string): string | undefined {
  return cronOf({ resourceType: 'Bot', ...bot })
    ?.nextRun(new Date(after))
    ?.toISOString();
}

describe('a cron bot falls due', () => {
  test('by its cronString, in UTC', () => {
    expect(next({ cronString: '30 6 * * 1-5' }, '2026-03-28T07:00:00Z')).toBe('2026-03-30T06:30:00.000Z');
    expect(next({ cronString: '*/15 * * * *' }, '2026-03-28T07:15:00Z')).toBe('2026-03-28T07:30:00.000Z');
  });

  test('by its cronTiming, which goes before', () => {
    const timing = (period: number) => ({ cronTiming: { repeat: { period } }, cronString: '0 0 1 1 *' });
    expect(next(timing(4), '2026-03-28T07:15:00Z')).toBe('2026-03-28T12:00:00.000Z');
    expect(next(timing(48), '2026-03-28T07:15:00Z')).toBe('2026-03-28T07:30:00.000Z');
    expect(next({ cronTiming: { repeat: { period: 1, dayOfWeek: ['mon'] } } }, '2026-03-28T07:15:00Z')).toBe(
      '2026-03-30T00:00:00.000Z',
    );
  });

  test('never, if what it says is no schedule that Medplum takes', () => {
    for (const cronString of ['', '@daily', '0 0 * * MON', '* * * * * *', '99 * * * *', 'soon']) {
      expect(next({ cronString }, '2026-03-28T07:15:00Z')).toBeUndefined();
    }
    expect(next({ cronTiming: {} }, '2026-03-28T07:15:00Z')).toBeUndefined();
  });
});
