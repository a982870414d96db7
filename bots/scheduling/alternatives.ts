import type { WithId } from '@medplum/core';
import { extractServiceTypeReferences } from '@medplum/core';
import type { Reference, Schedule, Slot } from '@medplum/fhirtypes';
import { isGenerated } from './names.ts';
import { codesOf } from './waitlist.ts';
import { overlap } from './wall-clock.ts';
import type { Interval } from './wall-clock.ts';

const DAY_MS = 86_400_000;
/** How far ahead another time is looked for. */
const REACH_MS = 28 * DAY_MS;
/** Somebody else is offered only if the same provider has no time for so much longer. */
const LOYALTY_MS = 7 * DAY_MS;
const LOOK_AHEAD = 200;

/** The slots of one visit: a provider and a room, or some in a row. */
export type Visit = readonly WithId<Slot>[];

/**
 * The searches for free slots that could take the place of a visit's: of the same Schedules, and for a visit of one slot
 * those of the same actor and of whoever else offers the service.
 * @param closed - The Schedule and the time that are closed.
 */
export function alternativeSearches(
  visit: Visit,
  schedules: readonly WithId<Schedule>[],
  closed: { readonly schedule: string; readonly time: Interval },
  now: Date,
): string[] {
  const from = Math.max(now.getTime(), ...visit.map(({ start }) => Date.parse(start)));
  const search = (start: number, query: string): string =>
    [
      'Slot?status=free',
      `start=ge${new Date(start).toISOString()}`,
      `start=lt${new Date(start + REACH_MS).toISOString()}`,
      query,
      '_sort=start',
      `_count=${LOOK_AHEAD}`,
    ].join('&');
  const own = visit.map(({ schedule: { reference = '' } }) => {
    const start = reference === closed.schedule ? Math.max(from, closed.time.end.getTime()) : from;
    return search(start, `schedule=${reference}`);
  });
  const [slot] = visit;
  if (!slot || visit.length > 1) {
    return [...new Set(own)];
  }
  const actors = actorsOf(slot, schedules).flatMap(({ reference }) => reference ?? []);
  const codes = codesOf(slot.serviceType);
  return [
    ...own,
    ...(actors.length > 0
      ? [search(Math.max(from, closed.time.end.getTime()), `schedule.actor=${actors.join(',')}`)]
      : []),
    ...(codes.length > 0
      ? [`${search(from, `service-type=${codes.map(encodeURIComponent).join(',')}`)}&_include=Slot:schedule`]
      : []),
  ];
}

/**
 * What could take the place of a visit, the nearest first: the same services for as long, in the same order. The visit
 * stays with the same provider unless that takes a week longer.
 * @param free - What the searches found.
 */
export function alternativesTo(
  visit: Visit,
  free: readonly WithId<Slot>[],
  schedules: readonly WithId<Schedule>[],
  closed: { readonly schedule: string; readonly time: Interval },
): Visit[] {
  const [first] = visit;
  if (!first) {
    return [];
  }
  const open = [...new Map(free.map((slot) => [slot.id, slot])).values()].filter(
    (slot) => slot.schedule.reference !== closed.schedule || !overlap(timeOf(slot), closed.time),
  );
  const own = actorsOf(first, schedules).map(({ reference }) => reference);
  const isOwn = (slot: Slot): boolean =>
    slot.schedule.reference === first.schedule.reference ||
    actorsOf(slot, schedules).some(({ reference }) => own.includes(reference));
  const away = (slot: Slot): number =>
    Date.parse(slot.start) - Date.parse(first.start) + (isOwn(slot) ? 0 : LOYALTY_MS);
  const leading = open
    .filter(
      (slot) => isLike(slot, first) && (visit.length === 1 || slot.schedule.reference === first.schedule.reference),
    )
    .sort((a, b) => away(a) - away(b));
  return leading.flatMap((slot) => {
    const shift = Date.parse(slot.start) - Date.parse(first.start);
    const others = visit.slice(1).map((part) => open.find((other) => isShifted(other, part, shift)));
    return others.every((other) => other !== undefined) ? [[slot, ...others]] : [];
  });
}

const isShifted = (slot: Slot, part: Slot, shift: number): boolean =>
  slot.schedule.reference === part.schedule.reference &&
  Date.parse(slot.start) === Date.parse(part.start) + shift &&
  isLike(slot, part);

/** The same service, for as long; a pattern of somebody else may give it another length. */
function isLike(slot: Slot, part: Slot): boolean {
  const length = ({ start, end }: Slot): number => Date.parse(end) - Date.parse(start);
  const sameLength = length(slot) === length(part);
  const isElsewhere = slot.schedule.reference !== part.schedule.reference && isGenerated(slot);
  return isSameService(slot, part) && (sameLength || isElsewhere);
}

function isSameService(slot: Slot, part: Slot): boolean {
  const [service] = extractServiceTypeReferences(part.serviceType);
  if (service) {
    return extractServiceTypeReferences(slot.serviceType).some(({ reference }) => reference === service.reference);
  }
  const codes = codesOf(part.serviceType);
  const others = codesOf(slot.serviceType);
  return codes.length === 0 ? others.length === 0 : codes.some((code) => others.includes(code));
}

const actorsOf = ({ schedule }: Slot, schedules: readonly WithId<Schedule>[]): readonly Reference[] =>
  schedules.find(({ id }) => schedule.reference === `Schedule/${id}`)?.actor ?? [];

const timeOf = ({ start, end }: Slot): Interval => ({ start: new Date(start), end: new Date(end) });
