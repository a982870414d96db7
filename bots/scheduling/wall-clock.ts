import type { Period } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import { DAYS } from './availability.ts';
import type { Offer, WeeklyWindow } from './availability.ts';

/** A stretch of time, half-open. */
export interface Interval {
  readonly start: Date;
  readonly end: Date;
}

/** A window may reach 24 hours into the next day, and what a slot there takes may reach into the one after. */
const DAYS_BEFORE = 2;

export const overlap = (a: Interval, b: Interval): boolean => a.start < b.end && b.start < a.end;

/**
 * The times of an offer's slots that start within a window. They lie inside the weekly hours by the clock of the zone,
 * buffers included, and do not overlap each other, buffers included. A wall-clock time that a change of the clocks
 * leaves out is skipped; one that comes twice is used once, the first time. The same days give the same times whatever
 * the window.
 * @param horizon - The Schedule's `planningHorizon`: both ends count, dates as whole days of the zone.
 */
export function timesOf(offer: Offer, window: Interval, horizon: Period | undefined): Interval[] {
  const { zone } = offer;
  const opens = horizon?.start ? DateTime.fromISO(horizon.start, { zone }).toJSDate() : undefined;
  const closes = horizon?.end ? endOf(horizon.end, zone) : undefined;
  const within = ({ start, end }: Interval): boolean =>
    start >= window.start && start < window.end && (!opens || start >= opens) && (!closes || end <= closes);

  const times: Interval[] = [];
  let taken = -Infinity;
  let day = DateTime.fromJSDate(window.start, { zone }).startOf('day').minus({ days: DAYS_BEFORE });
  for (; day.toMillis() < window.end.getTime(); day = day.plus({ days: 1 })) {
    for (const hours of hoursOf(day, offer.windows)) {
      for (let from = firstStart(hours, offer); from + offer.duration + offer.bufferAfter <= hours.to;) {
        const time = timeAt(day, from, hours, offer);
        if (time && time.start.getTime() - offer.bufferBefore * 60_000 >= taken) {
          taken = time.end.getTime() + offer.bufferAfter * 60_000;
          times.push(time);
          from = aligned(from + offer.duration + offer.bufferAfter + offer.bufferBefore, offer);
        } else {
          from = offer.alignment ? aligned(from + 1, offer) : from + (time ? 1 : offer.duration);
        }
      }
    }
  }
  return times.filter(within);
}

/** A date without a time ends with its day. */
function endOf(dateTime: string, zone: string): Date {
  const end = DateTime.fromISO(dateTime, { zone });
  return (dateTime.includes('T') ? end : end.endOf('day').plus({ millisecond: 1 })).toJSDate();
}

/** The hours of one day, in order, those that touch as one. */
function hoursOf(day: DateTime, windows: readonly WeeklyWindow[]): { from: number; to: number }[] {
  const merged: { from: number; to: number }[] = [];
  const today = windows.filter((window) => window.day === DAYS[day.weekday - 1]);
  for (const { from, to } of today.sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to) {
      last.to = Math.max(last.to, to);
    } else {
      merged.push({ from, to });
    }
  }
  return merged;
}

const firstStart = (hours: { from: number }, offer: Offer): number => aligned(hours.from + offer.bufferBefore, offer);

/** The first minute of the grid that is not before this one. */
function aligned(minute: number, { alignment }: Offer): number {
  return alignment
    ? Math.ceil((minute - alignment.offset) / alignment.interval) * alignment.interval + alignment.offset
    : minute;
}

/** The slot at this minute of the day, unless the clock never shows that minute or shows one during it that is not of the hours. */
function timeAt(
  day: DateTime,
  minute: number,
  hours: { from: number; to: number },
  offer: Offer,
): Interval | undefined {
  const wall = wallClock(day, minute);
  const shown = DateTime.fromObject(wall, { zone: offer.zone });
  if (shown.hour !== wall.hour || shown.minute !== wall.minute || shown.day !== wall.day) {
    return undefined;
  }
  const [start] = shown.getPossibleOffsets().sort((a, b) => a.toMillis() - b.toMillis());
  const end = start?.plus({ minutes: offer.duration });
  if (!start || !end || asNumber(end) > asNumber(wallClock(day, hours.to))) {
    return undefined;
  }
  if (lowestOf(start, end) < asNumber(wallClock(day, hours.from))) {
    return undefined;
  }
  return { start: start.toJSDate(), end: end.toJSDate() };
}

/** The earliest time that the clock shows during a slot: that of its start, unless it is put back meanwhile. */
function lowestOf(start: DateTime, end: DateTime): number {
  let lowest = asNumber(start);
  if (end.offset < start.offset) {
    for (let at = start; at < end; at = at.plus({ minutes: 1 })) {
      lowest = Math.min(lowest, asNumber(at));
    }
  }
  return lowest;
}

interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** What a clock shows this many minutes after a day's midnight, if no change of the clocks came between. */
function wallClock(day: DateTime, minutes: number): WallClock {
  const shown = DateTime.utc(day.year, day.month, day.day).plus({ minutes });
  return { year: shown.year, month: shown.month, day: shown.day, hour: shown.hour, minute: shown.minute };
}

const asNumber = ({ year, month, day, hour, minute }: WallClock): number =>
  Date.UTC(year, month - 1, day, hour, minute);
