import { getExtensionValue } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import { refuse } from '../runtime/outcome.ts';
import { HOLD_EXPIRES } from './names.ts';

export type AppointmentStatus = Appointment['status'];

/** Which states follow which. R4's `checked-in` is the step after `arrived` and counts as it. */
const NEXT: Readonly<Record<AppointmentStatus, readonly AppointmentStatus[]>> = {
  proposed: ['pending', 'booked', 'cancelled', 'entered-in-error'],
  waitlist: ['pending', 'cancelled', 'entered-in-error'],
  pending: ['booked', 'cancelled', 'entered-in-error'],
  booked: ['arrived', 'checked-in', 'noshow', 'cancelled', 'entered-in-error'],
  arrived: ['checked-in', 'fulfilled', 'booked', 'cancelled', 'entered-in-error'],
  'checked-in': ['arrived', 'fulfilled', 'booked', 'cancelled', 'entered-in-error'],
  noshow: ['arrived', 'checked-in', 'entered-in-error'],
  fulfilled: ['entered-in-error'],
  cancelled: ['entered-in-error'],
  'entered-in-error': [],
};

/** A no-show keeps its place: the time has gone by, and the patient may still come late. */
const TAKES_A_PLACE: readonly AppointmentStatus[] = ['booked', 'arrived', 'checked-in', 'fulfilled', 'noshow'];

/** Whether an Appointment takes a place of its slots: it is booked (or came of that), or a hold that has not expired. */
export function isLive(appointment: Appointment, now: Date): boolean {
  return (
    TAKES_A_PLACE.includes(appointment.status) || (appointment.status === 'pending' && !isExpired(appointment, now))
  );
}

/** Whether an Appointment is a hold whose time is over. One without an expiry (made by another program) stands. */
export function isExpired(appointment: Appointment, now: Date): boolean {
  const expires = holdExpires(appointment);
  return appointment.status === 'pending' && expires !== undefined && expires <= now;
}

/** When a hold ends, if it does. */
export function holdExpires(appointment: Appointment): Date | undefined {
  const value = getExtensionValue(appointment, HOLD_EXPIRES);
  return typeof value === 'string' ? new Date(value) : undefined;
}

/**
 * The Appointment in its next state; one that is there already comes back as it is.
 * @param parameter - What the refusal is about: the name of the operation's parameter.
 * @throws Refusal `business-rule` where the state machine has no such step, the hold has expired, or a no-show comes
 * on a later day.
 */
export function move<T extends Appointment>(
  appointment: T,
  to: AppointmentStatus,
  now: Date,
  parameter = 'appointment',
): T {
  const from = appointment.status;
  if (from === to) {
    return appointment;
  }
  if (!NEXT[from].includes(to)) {
    return refuse('business-rule', parameter, `An appointment that is ${from} cannot become ${to}.`);
  }
  if (to === 'booked' && isExpired(appointment, now)) {
    return refuse('business-rule', parameter, 'The hold has expired. Hold or book a place again.');
  }
  if (from === 'noshow' && to !== 'entered-in-error' && isAfterItsDay(appointment, now)) {
    return refuse('business-rule', parameter, 'A no-show can still arrive on the same day only. Book a new time.');
  }
  return { ...appointment, status: to };
}

/**
 * Whether the day of an Appointment is over: the one on which it ends, at the offset that this is written with, which is that
 * of the place of the visit. Without a library for times: every booking loads this file.
 */
export function isAfterItsDay({ start, end = start }: Appointment, now: Date): boolean {
  const [, day, offset = 'Z'] = /^(\d{4}-\d\d-\d\d)T[\d:.]+(Z|[+-]\d\d:\d\d)?$/.exec(end ?? '') ?? [];
  return day !== undefined && now.getTime() >= Date.parse(`${day}T24:00:00${offset}`);
}
