import type { WithId } from '@medplum/core';
import type { Appointment, Slot } from '@medplum/fhirtypes';
import { isGenerated } from './names.ts';
import { cachedTaken, capacityOf, isBlocked, isLetIn, rivalsOf, takersOf } from './places.ts';
import type { Calendar } from './places.ts';
import { keyOfTime } from './standing.ts';

/** A booking that stands where another is, and nobody allowed it. */
export interface Overlap {
  /** The later one of two bookings. */
  readonly appointment: WithId<Appointment>;
  /** What it overlaps: an Appointment, or a Slot that is taken by the word of another program. */
  readonly other: WithId<Appointment> | WithId<Slot>;
}

/** Whether a Slot is of a pattern, or a decision of ours has rested on it. */
export const isOurs = (slot: Slot): boolean => isGenerated(slot) || cachedTaken(slot) !== undefined;

/**
 * What overlaps at some slots: more bookings than places, bookings in slots that exclude each other, and bookings where
 * another program says that the time is taken. Holds are not counted: one that has no place cannot be booked. Where none
 * of the slots is ours, nothing is.
 */
export function overlapsAt(slots: readonly WithId<Slot>[], calendar: Calendar, now: Date): Overlap[] {
  const found = slots.flatMap((slot) => [...crowded(slot, calendar, now), ...beside(slot, calendar, now)]);
  return [...new Map(found.map((overlap) => [keyOf(overlap), overlap])).values()];
}

/** The same for the same two at the same times, whichever is looked at first: one that was moved is another matter. */
export const keyOf = ({ appointment, other }: Overlap): string =>
  `overlap/${[appointment, other]
    .map(({ resourceType, id, start }) => `${resourceType}/${id}/${keyOfTime(start)}`)
    .sort()
    .join('/')}`;

function bookingsOf(slot: WithId<Slot>, { appointments }: Calendar, now: Date): WithId<Appointment>[] {
  return takersOf(slot, appointments, now)
    .filter((appointment) => appointment.status !== 'pending' && !isLetIn(appointment))
    .sort(byAge);
}

/** Those beyond the places of a slot, each with the last one that has a place. */
function crowded(slot: WithId<Slot>, calendar: Calendar, now: Date): Overlap[] {
  const bookings = isOurs(slot) ? bookingsOf(slot, calendar, now) : [];
  const last = bookings[capacityOf(slot) - 1];
  return last ? bookings.slice(capacityOf(slot)).map((appointment) => ({ appointment, other: last })) : [];
}

/** Bookings in a slot and in what excludes it, one pair of each. */
function beside(slot: WithId<Slot>, calendar: Calendar, now: Date): Overlap[] {
  const bookings = bookingsOf(slot, calendar, now);
  return rivalsOf(slot, calendar)
    .filter((rival) => isOurs(slot) || isOurs(rival))
    .flatMap((rival) => {
      const others = bookingsOf(rival, calendar, now);
      return [
        ...bookings.flatMap((one) => others.filter(({ id }) => id !== one.id).map((other) => pairOf(one, other))),
        ...(isTaken(rival, calendar, now) ? bookings.map((appointment) => ({ appointment, other: rival })) : []),
        ...(isTaken(slot, calendar, now) ? others.map((appointment) => ({ appointment, other: slot })) : []),
      ];
    });
}

/** By the word of another program alone. A block is no booking: who blocks is told of the bookings there. */
const isTaken = (slot: WithId<Slot>, { appointments }: Calendar, now: Date): boolean =>
  /^busy(-tentative)?$/.test(slot.status) && isBlocked(slot) && takersOf(slot, appointments, now).length === 0;

function pairOf(a: WithId<Appointment>, b: WithId<Appointment>): Overlap {
  const [other, appointment] = byAge(a, b) <= 0 ? [a, b] : [b, a];
  return { appointment, other };
}

const byAge = (a: WithId<Appointment>, b: WithId<Appointment>): number => ageOf(a) - ageOf(b) || (a.id < b.id ? -1 : 1);

const ageOf = ({ created, meta }: Appointment): number => Date.parse(created ?? meta?.lastUpdated ?? '') || 0;
