import type { Appointment, Duration } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import type { DurationLike } from 'luxon';
import type { Due } from './relation.ts';

/** What the time of a step depends on. */
export interface Anchors {
  readonly stageEntry: Date;
  readonly appointment?: Appointment;
  /** IANA zone in which days, weeks and months are counted: 3 days before 09:00 is at 09:00, DST or not. */
  readonly zone: string;
}

/**
 * The time at which a step is due.
 * @returns Undefined if it is timed by an appointment and there is none, or one without that time.
 */
export function dueAt(
  { anchor, direction, offset }: Due,
  { stageEntry, appointment, zone }: Anchors,
): Date | undefined {
  const from =
    anchor === 'stage-entry'
      ? stageEntry.toISOString()
      : anchor === 'appointment-start'
        ? appointment?.start
        : appointment?.end;
  if (!from) {
    return undefined;
  }
  const time = DateTime.fromISO(from, { zone });
  const length = toLength(offset);
  return (direction === 'before' ? time.minus(length) : time.plus(length)).toJSDate();
}

/** A length of time so many times. */
export const times = (length: Duration, factor: number): Duration => ({
  ...length,
  value: (length.value ?? 0) * factor,
});

function toLength(offset: Duration | undefined): DurationLike {
  const value = offset?.value ?? 0;
  switch (offset?.code ?? offset?.unit) {
    case 'min':
      return { minutes: value };
    case 'h':
      return { hours: value };
    case 'd':
      return { days: value };
    case 'wk':
      return { weeks: value };
    case 'mo':
      return { months: value };
    case 'a':
      return { years: value };
    default:
      return {};
  }
}
