import { DateTime } from 'luxon';
import type { Entry, State } from './entries.ts';

/** One field of the calendar: mostly one entry; several where a slot is for several patients, or many calendars share a day. */
export interface Cell {
  readonly key: string;
  readonly entries: readonly Entry[];
  readonly start: Date;
  readonly end: Date;
  /** Minutes after midnight by the clock of the place. */
  readonly from: number;
  readonly to: number;
  /** Which of the lanes beside each other, and how many there are. */
  readonly lane: number;
  readonly lanes: number;
}

/** One column: a provider's or a room's day, or a day of the week. */
export interface Column {
  readonly key: string;
  readonly title: string;
  readonly cells: readonly Cell[];
}

/** From when to when the calendar reaches, in whole hours as minutes after midnight, and how high a minute is. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly pxPerMinute: number;
}

const DAY_MINUTES = 24 * 60;
/** A target has to be 24 px high (WCAG 2.2); one more lies between two. */
const LEAST_PX = 26;

/** Which entries share a field: a slot's patients, or everything at the same time. */
export type Grouping = 'slot' | 'time';

/** The fields of one day of a column, in order of time. */
export function cellsOf(entries: readonly Entry[], day: string, zone: string, grouping: Grouping): Cell[] {
  const midnight = DateTime.fromISO(day, { zone }).startOf('day');
  const dayEnd = midnight.plus({ days: 1 });
  const minuteOf = (time: Date): number => {
    const shown = DateTime.fromJSDate(time, { zone });
    return shown < midnight ? 0 : shown >= dayEnd ? DAY_MINUTES : shown.hour * 60 + shown.minute;
  };
  const today = entries.filter(({ start, end }) => start < dayEnd.toJSDate() && end > midnight.toJSDate());
  const groups = [...Map.groupBy(today, (entry) => groupOf(entry, grouping))].map(([key, own]) => {
    const [first] = own;
    const [start, end] = [first?.start ?? new Date(0), first?.end ?? new Date(0)];
    // A block of days, or a visit past midnight, is cut at the day's ends.
    const from = minuteOf(start);
    return { key, entries: own, start, end, from, to: Math.max(minuteOf(end), from + 5) };
  });
  return withLanes(groups.toSorted((a, b) => a.from - b.from || b.to - a.to || (a.key < b.key ? -1 : 1)));
}

function groupOf({ key, slot, places, start, end, state }: Entry, grouping: Grouping): string {
  if (state === 'blocked' || state === 'cancelled') {
    return key;
  }
  if (grouping === 'time') {
    return `${start.getTime()}-${end.getTime()}`;
  }
  return places && slot ? slot.id : key;
}

/** What overlaps stands beside each other: each cluster of overlapping fields has as many lanes as it needs. */
function withLanes(cells: readonly Omit<Cell, 'lane' | 'lanes'>[]): Cell[] {
  const result: Cell[] = [];
  let cluster: (Omit<Cell, 'lane' | 'lanes'> & { lane: number })[] = [];
  let ends: number[] = [];
  const flush = (): void => {
    result.push(...cluster.map((cell) => ({ ...cell, lanes: ends.length })));
    cluster = [];
    ends = [];
  };
  for (const cell of cells) {
    if (ends.every((end) => end <= cell.from)) {
      flush();
    }
    const free = ends.findIndex((end) => end <= cell.from);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = cell.to;
    cluster.push({ ...cell, lane });
  }
  flush();
  return result;
}

/** Whole hours around all fields that are no all-day blocks, eight to five if there is nothing. */
export function axisOf(columns: readonly Column[]): Axis {
  const cells = columns.flatMap((column) => column.cells);
  const timed = cells.filter(({ from, to }) => to - from < DAY_MINUTES - 60);
  const from = timed.length > 0 ? Math.min(...timed.map((cell) => cell.from)) : 8 * 60;
  const to = timed.length > 0 ? Math.max(...timed.map((cell) => cell.to)) : 17 * 60;
  const shortest = Math.max(5, Math.min(30, ...timed.map((cell) => cell.to - cell.from)));
  return {
    from: Math.floor(from / 60) * 60,
    to: Math.ceil(to / 60) * 60,
    pxPerMinute: Math.max(1.2, LEAST_PX / shortest),
  };
}

/** How many there are of each state among a field's entries, in the order that they come. */
export function countsOf(entries: readonly Entry[]): [State, number][] {
  return [...Map.groupBy(entries, ({ state }) => state)].map(([state, own]) => [state, own.length]);
}

/** The days that a view shows, as dates: one day, or the week from Monday on. */
export function daysOf(view: 'day' | 'week', date: string): string[] {
  const day = DateTime.fromISO(date, { zone: 'utc' });
  const first = view === 'day' ? day : day.startOf('week');
  return Array.from({ length: view === 'day' ? 1 : 7 }, (_, index) => first.plus({ days: index }).toISODate() ?? date);
}

/** The instants that days begin and end at, by the clock of the place: half-open. */
export function windowOf(days: readonly string[], zone: string): { readonly start: string; readonly end: string } {
  const first = DateTime.fromISO(days[0] ?? '', { zone }).startOf('day');
  const last = DateTime.fromISO(days.at(-1) ?? '', { zone })
    .startOf('day')
    .plus({ days: 1 });
  return { start: first.toUTC().toISO() ?? '', end: last.toUTC().toISO() ?? '' };
}

/** The date on the clock of a place. */
export const dateIn = (zone: string, time: Date): string => DateTime.fromJSDate(time, { zone }).toISODate() ?? '';

/** The minute of the day on the clock of a place. */
export function minuteIn(zone: string, time: Date): number {
  const shown = DateTime.fromJSDate(time, { zone });
  return shown.hour * 60 + shown.minute;
}

/** A date so many days on, or back. */
export const addDays = (date: string, days: number): string =>
  DateTime.fromISO(date, { zone: 'utc' }).plus({ days }).toISODate() ?? date;
