import type { WithId } from '@medplum/core';
import { isDefined } from '@medplum/core';
import type { PractitionerRole, Reference, Schedule, Slot } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import { DAYS } from './availability.ts';
import type { Day } from './availability.ts';

/** Which free slots somebody looks for. What is left out makes no difference. */
export interface SlotQuery {
  /** Codes of services, as `system|code`. */
  readonly services?: readonly string[];
  /** Whose slots, such as `Practitioner/1` or `Location/2`: of one of them. */
  readonly actors?: readonly string[];
  /** Half-open; a start in the past shows slots that nobody can book. */
  readonly start: Date;
  readonly end: Date;
  /** 100 unless given, 1,000 at most. */
  readonly count?: number;
}

/** When it suits, by the clock of the place. */
export interface TimeOfWeek {
  readonly days?: readonly Day[];
  /** `HH:mm`; the start of a slot is not before it. */
  readonly from?: string;
  /** `HH:mm`; the start of a slot is before it. */
  readonly to?: string;
}

/**
 * The search that leads from practitioners or places to those whose Schedules have the slots: a FHIR search for
 * PractitionerRoles. Not needed for a clinic whose Schedules are the practitioners' own.
 * @param who - `Practitioner/id` or `Location/id`, all of one type.
 */
export function roleSearch(who: readonly string[]): string {
  const parameter = who[0]?.startsWith('Location/') ? 'location' : 'practitioner';
  return `PractitionerRole?active=true&${parameter}=${who.join(',')}&_count=1000`;
}

/**
 * All actors whose slots count for practitioners or places: they themselves, their roles, and for places those who work
 * there.
 */
export function actorsBehind(who: readonly string[], roles: readonly WithId<PractitionerRole>[]): string[] {
  const places = who.some((actor) => actor.startsWith('Location/'));
  const behind = roles.flatMap(({ id, practitioner }) => [
    `PractitionerRole/${id}`,
    ...(places ? [practitioner?.reference].filter(isDefined) : []),
  ]);
  return [...new Set([...who, ...behind])];
}

/** The search for free slots, the earliest first, with their Schedules: one `GET`. */
export function slotSearch({ services = [], actors = [], start, end, count = 100 }: SlotQuery): string {
  const query: [string, string][] = [
    ['status', 'free'],
    ['start', `ge${start.toISOString()}`],
    ['start', `lt${end.toISOString()}`],
    ...(services.length > 0 ? [['service-type', services.join(',')] as [string, string]] : []),
    ...(actors.length > 0 ? [['schedule.actor', actors.join(',')] as [string, string]] : []),
    ['_sort', 'start'],
    ['_count', String(count)],
    ['_include', 'Slot:schedule'],
  ];
  return `Slot?${new URLSearchParams(query).toString()}`;
}

/**
 * Those slots that suit, by the clock of the place: generated slots are written with its offset.
 * @param zone - IANA name, for slots that another program wrote in UTC.
 */
export function atTimes<T extends Slot>(slots: readonly T[], { days, from, to }: TimeOfWeek, zone?: string): T[] {
  return slots.filter(({ start }) => {
    const shown = DateTime.fromISO(start, zone ? { zone } : { setZone: true });
    const clock = shown.toFormat('HH:mm');
    const day = DAYS[shown.weekday - 1];
    return (!days || (day && days.includes(day))) && (!from || clock >= from) && (!to || clock < to);
  });
}

/** The earliest slot of each actor, in the order of these slots. */
export function firstOfEach(
  slots: readonly WithId<Slot>[],
  schedules: readonly WithId<Schedule>[],
): Map<string, WithId<Slot>> {
  const actorsOf = (slot: Slot): readonly Reference[] =>
    schedules.find(({ id }) => slot.schedule.reference === `Schedule/${id}`)?.actor ?? [];
  const first = new Map<string, WithId<Slot>>();
  for (const slot of slots.toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start))) {
    for (const { reference } of actorsOf(slot)) {
      if (reference && !first.has(reference)) {
        first.set(reference, slot);
      }
    }
  }
  return first;
}
