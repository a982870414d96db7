import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import { Refusal } from '../runtime/outcome.ts';
import { isLive, move } from './appointment-states.ts';
import { HOLD_EXPIRES } from './names.ts';
import type { AppointmentStatus } from './appointment-states.ts';
import { moveTo } from './state-operation.ts';
import { checkIn } from './check-in.ts';

const NOW = new Date('2026-03-10T12:00:00Z');

function appointment(status: AppointmentStatus, more: Partial<Appointment> = {}): WithId<Appointment> {
  return {
    resourceType: 'Appointment',
    id: 'a',
    status,
    start: '2026-03-10T09:00:00-05:00',
    end: '2026-03-10T09:30:00-05:00',
    participant: [],
    ...more,
  };
}

const hold = (expires: string): WithId<Appointment> =>
  appointment('pending', { extension: [{ url: HOLD_EXPIRES, valueInstant: expires }] });

const refusalOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (thrown) {
    const issue = thrown instanceof Refusal ? thrown.outcome.issue[0] : undefined;
    return `${issue?.code} ${issue?.expression?.[0]}`;
  }
};

describe('The states of an Appointment', () => {
  test.each<[AppointmentStatus, AppointmentStatus]>([
    ['proposed', 'pending'],
    ['waitlist', 'pending'],
    ['pending', 'booked'],
    ['pending', 'cancelled'],
    ['booked', 'cancelled'],
    ['booked', 'arrived'],
    ['booked', 'noshow'],
    ['noshow', 'arrived'],
    ['arrived', 'booked'],
    ['arrived', 'cancelled'],
    ['arrived', 'fulfilled'],
    ['checked-in', 'fulfilled'],
    ['fulfilled', 'entered-in-error'],
    ['cancelled', 'entered-in-error'],
  ])('%s becomes %s', (from, to) => {
    expect(move(appointment(from), to, NOW).status).toBe(to);
  });

  test.each<[AppointmentStatus, AppointmentStatus]>([
    ['cancelled', 'booked'],
    ['cancelled', 'arrived'],
    ['fulfilled', 'arrived'],
    ['fulfilled', 'cancelled'],
    ['booked', 'fulfilled'],
    ['pending', 'arrived'],
    ['noshow', 'cancelled'],
    ['waitlist', 'booked'],
    ['entered-in-error', 'booked'],
  ])('%s does not become %s', (from, to) => {
    expect(refusalOf(() => move(appointment(from), to, NOW))).toBe('business-rule appointment');
  });

  test('a state that is reached is not reached again', () => {
    expect(moveTo(appointment('noshow'), 'noshow', NOW).writes).toEqual([]);
    expect(checkIn(appointment('arrived'), NOW).writes).toEqual([]);
    expect(checkIn(appointment('checked-in'), NOW).writes).toEqual([]);
  });

  test('a hold can be booked until the instant at which it expires', () => {
    expect(move(hold('2026-03-10T12:00:01Z'), 'booked', NOW).status).toBe('booked');
    expect(refusalOf(() => move(hold('2026-03-10T12:00:00Z'), 'booked', NOW))).toBe('business-rule appointment');
  });

  test('a no-show arrives on the same day by the clock of the place, not on the next', () => {
    const lastMoment = new Date('2026-03-11T04:59:00Z');
    const nextDay = new Date('2026-03-11T05:00:00Z');
    expect(checkIn(appointment('noshow'), lastMoment).writes).toHaveLength(1);
    expect(refusalOf(() => checkIn(appointment('noshow'), nextDay))).toBe('business-rule appointment');
  });
});

describe('Who takes a place', () => {
  test.each<AppointmentStatus>(['booked', 'arrived', 'checked-in', 'fulfilled', 'noshow'])('%s', (status) => {
    expect(isLive(appointment(status), NOW)).toBe(true);
  });

  test.each<AppointmentStatus>(['proposed', 'waitlist', 'cancelled', 'entered-in-error'])('not %s', (status) => {
    expect(isLive(appointment(status), NOW)).toBe(false);
  });

  test('a hold does until it expires, by instant and not by text', () => {
    expect(isLive(hold('2026-03-10T13:30:00+01:00'), NOW)).toBe(true);
    expect(isLive(hold('2026-03-10T13:00:00+01:00'), NOW)).toBe(false);
    expect(isLive(appointment('pending'), NOW)).toBe(true);
  });
});
