import { isDefined } from '@medplum/core';
import type { Actor } from '../booking/actors.ts';
import { isOfService } from './entries.ts';
import type { Entry } from './entries.ts';
import { cellsOf, daysOf } from './layout.ts';
import type { Column } from './layout.ts';

/** What of the calendar is shown; it stands in the address, so that going back leads to the same. */
export interface Shown {
  readonly view: 'day' | 'week';
  /** `2026-03-02`: the day, or one of the week. */
  readonly date: string;
  /** One provider's or room's calendar. */
  readonly who?: string | undefined;
  /** `HealthcareService/1` */
  readonly service?: string | undefined;
  /** Whether cancelled appointments are shown. */
  readonly cancelled: boolean;
}

/** From the address; what makes no sense is left out. */
export function shownIn(params: URLSearchParams, today: string): Shown {
  const date = params.get('date') ?? '';
  return {
    view: params.get('view') === 'week' ? 'week' : 'day',
    date: /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date)) ? date : today,
    who: params.get('who') ?? undefined,
    service: params.get('service') ?? undefined,
    cancelled: params.get('cancelled') !== 'no',
  };
}

/** For the address: only what differs from how the page begins. */
export function paramsOf({ view, date, who, service, cancelled }: Shown, today: string): Record<string, string> {
  const all: Record<string, string | undefined> = {
    view: view === 'week' ? view : undefined,
    date: date === today ? undefined : date,
    who,
    service,
    cancelled: cancelled ? undefined : 'no',
  };
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => isDefined(pair[1])));
}

/** Entries that the filters let through. */
export function filtered(entries: readonly Entry[], { who, service, cancelled }: Shown): Entry[] {
  return entries.filter(
    (entry) =>
      (!who || entry.actor === who) &&
      (!service || isOfService(entry, service)) &&
      (cancelled || entry.state !== 'cancelled'),
  );
}

interface Writing {
  readonly zone: string;
  /** The title of a day's column. */
  readonly dayTitle: (date: string) => string;
  /** The title of the column for appointments with nobody who has a calendar. */
  readonly others: string;
}

/** The columns: of a day one for each calendar that has something, of a week one for each day. */
export function columnsOf(
  entries: readonly Entry[],
  actors: readonly Actor[],
  shown: Shown,
  { zone, dayTitle, others }: Writing,
): Column[] {
  if (shown.view === 'week') {
    // One calendar shows each entry; all of them together show how many there are at each time.
    const grouping = shown.who ? 'slot' : 'time';
    const days = daysOf('week', shown.date).map((day) => ({
      key: day,
      title: dayTitle(day),
      cells: cellsOf(entries, day, zone, grouping),
    }));
    // A weekend without anything only takes room.
    return days.filter(({ cells }, index) => index < 5 || cells.length > 0);
  }
  const byActor = Map.groupBy(entries, ({ actor }) => actor);
  const own = (reference: string | undefined): Column['cells'] =>
    cellsOf(byActor.get(reference) ?? [], shown.date, zone, 'slot');
  const columns = actors
    .filter(({ reference }) => !shown.who || shown.who === reference)
    .map(({ reference, name }) => ({ key: reference, title: name, cells: own(reference) }));
  const strays = own(undefined);
  return [
    ...columns.filter(({ cells, key }) => cells.length > 0 || key === shown.who),
    ...(strays.length > 0 ? [{ key: 'others', title: others, cells: strays }] : []),
  ];
}
