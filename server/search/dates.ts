/** A half-open range of milliseconds since the epoch. */
export interface TimeRange {
  lo: number;
  hi: number;
}

/** Stands for "has not begun" and "has no end": beyond every date that FHIR can write. */
export const DISTANT_PAST = Date.UTC(0, 0, 1) - 3e13;
export const DISTANT_FUTURE = Date.UTC(9999, 11, 31) + 3e13;

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/**
 * The range that a FHIR date stands for: `2026` is a year, `2026-03-01T10:00Z` a minute. Without a zone it is UTC, as
 * Medplum has it.
 * @param point True if a date with seconds is to be that instant, and not the second that follows it.
 */
export function parseDateRange(text: string, point = false): TimeRange | undefined {
  const match = DATE.exec(text);
  if (!match) {
    return undefined;
  }
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  if (hour === undefined) {
    return calendarRange(Number(year), month === undefined ? undefined : Number(month), day && Number(day));
  }
  const lo = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second ?? '00'}${fraction ?? ''}${zone ?? 'Z'}`);
  if (Number.isNaN(lo)) {
    return undefined;
  }
  if (second === undefined) {
    return { lo, hi: lo + 60_000 };
  }
  return { lo, hi: lo + (fraction || point ? 1 : 1000) };
}

function calendarRange(year: number, month: number | undefined, day: number | '' | undefined): TimeRange | undefined {
  if (month === undefined) {
    return { lo: utc(year, 0, 1), hi: utc(year + 1, 0, 1) };
  }
  if (!day) {
    return { lo: utc(year, month - 1, 1), hi: utc(year, month, 1) };
  }
  const lo = utc(year, month - 1, day);
  return new Date(lo).getUTCDate() === day ? { lo, hi: lo + 86_400_000 } : undefined;
}

/** `Date.UTC` takes the years 0 to 99 for the last century; this does not. */
function utc(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month, day);
}
