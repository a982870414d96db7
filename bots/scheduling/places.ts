import type { WithId } from '@medplum/core';
import { extractServiceTypeReferences, getExtensionValue, SchedulingSlotCapacityURI } from '@medplum/core';
import type { Appointment, Extension, HealthcareService, Schedule, Slot } from '@medplum/fhirtypes';
import { isLive } from './appointment-states.ts';
import { buffersOf } from './availability.ts';
import type { Buffers } from './availability.ts';
import { isOutsideHours, OVERBOOKED, SLOT_PLACES_TAKEN, SLOT_REVISION } from './names.ts';
import { overlap } from './wall-clock.ts';
import type { Interval } from './wall-clock.ts';

/** What a decision about places knows: slots of one or several Schedules, and every Appointment that refers to one. */
export interface Calendar {
  readonly schedules: readonly WithId<Schedule>[];
  readonly services: readonly WithId<HealthcareService>[];
  readonly slots: readonly WithId<Slot>[];
  readonly appointments: readonly WithId<Appointment>[];
}

/** What can be said of a slot's places by its Appointments and by what overlaps it. */
export interface Places {
  readonly status: Slot['status'];
  /** Live Appointments. */
  readonly taken: number;
  /** Whether somebody is there beyond its places, or beside what excludes it. */
  readonly overbooked: boolean;
  /**
   * Why nobody else can have it: no place is left, something that overlaps it is taken (or the pattern does not have its
   * time any more), or the time is blocked.
   */
  readonly closed?: 'full' | 'shut' | 'blocked';
}

/** How many Appointments a slot has room for. */
export function capacityOf(slot: Slot): number {
  const capacity = getExtensionValue(slot, SchedulingSlotCapacityURI);
  return typeof capacity === 'number' && capacity >= 1 ? capacity : 1;
}

/** How many places the cache says are taken; undefined for a slot that no decision of ours has touched. */
export function cachedTaken(slot: Slot): number | undefined {
  const taken = getExtensionValue(slot, SLOT_PLACES_TAKEN);
  return typeof taken === 'number' ? taken : undefined;
}

/** The live Appointments that take a place of a slot. */
export function takersOf<T extends Appointment>(slot: WithId<Slot>, appointments: readonly T[], now: Date): T[] {
  const reference = `Slot/${slot.id}`;
  return appointments.filter(
    (appointment) => isLive(appointment, now) && appointment.slot?.some((taken) => taken.reference === reference),
  );
}

/** By the services that were loaded: every slot is compared with every other one, in code that runs for the first time. */
const known = new WeakMap<Calendar['services'], WeakMap<Slot, Interval>>();

/** The time that a slot takes when it is taken: its own and its buffers. A block has none. */
export function timeTaken(slot: Slot, calendar: Pick<Calendar, 'schedules' | 'services'>): Interval {
  const times = known.get(calendar.services) ?? new WeakMap<Slot, Interval>();
  known.set(calendar.services, times);
  const time = times.get(slot) ?? computed(slot, calendar);
  times.set(slot, time);
  return time;
}

function computed(slot: Slot, calendar: Pick<Calendar, 'schedules' | 'services'>): Interval {
  const { bufferBefore, bufferAfter } = slotBuffers(slot, calendar);
  return {
    start: new Date(Date.parse(slot.start) - bufferBefore * 60_000),
    end: new Date(Date.parse(slot.end) + bufferAfter * 60_000),
  };
}

/** The other slots of the same Schedule that cannot be taken beside this one. */
export function rivalsOf(slot: WithId<Slot>, calendar: Calendar): WithId<Slot>[] {
  const time = timeTaken(slot, calendar);
  return calendar.slots.filter(
    (other) =>
      other.id !== slot.id &&
      other.schedule.reference === slot.schedule.reference &&
      other.status !== 'entered-in-error' &&
      overlap(time, timeTaken(other, calendar)),
  );
}

/**
 * The state of a slot by the truth, which is the live Appointments. Only a slot that no decision of ours has touched is
 * believed when it says that it is busy: another program's booking or an import.
 * @param together - Slots of the same visit: whoever takes all of them is in none's way.
 */
export function placesOf(
  slot: WithId<Slot>,
  calendar: Calendar,
  now: Date,
  together: readonly WithId<Slot>[] = [],
): Places {
  const takers = takersOf(slot, calendar.appointments, now);
  const taken = takers.length;
  const isFull = taken >= capacityOf(slot);
  const isCrowded = taken > capacityOf(slot);
  if (isBlocked(slot)) {
    return { status: slot.status, taken, overbooked: isCrowded, closed: 'blocked' };
  }
  const rivals = rivalsOf(slot, calendar);
  const blocked = rivals.some((rival) => !together.includes(rival) && isBlocked(rival)) && {
    closed: 'blocked' as const,
  };
  const isInTheWay = (rival: WithId<Slot>): boolean => {
    const there = takersOf(rival, calendar.appointments, now);
    return together.includes(rival) ? there.some((taker) => !takers.includes(taker)) : there.length > 0;
  };
  const isBeside = rivals.some(isInTheWay);
  const overbooked = isCrowded || (isBeside && takers.some(isLetIn));
  if (isFull) {
    const held = takers.some(({ status }) => status === 'pending');
    return { status: held ? 'busy-tentative' : 'busy', taken, overbooked, closed: 'full', ...blocked };
  }
  const isShut = blocked || isBeside || isOutsideHours(slot);
  return isShut
    ? { status: 'busy', taken, overbooked, closed: 'shut', ...blocked }
    : { status: 'free', taken, overbooked };
}

/** Whether somebody with the right to do so put this Appointment where no place was left. */
export const isLetIn = (appointment: Appointment): boolean => getExtensionValue(appointment, OVERBOOKED) === true;

/** The slot as its places say it should be; the same object if it is so already. */
export function recounted(slot: WithId<Slot>, calendar: Calendar, now: Date): WithId<Slot> {
  if (isBlocked(slot)) {
    return slot;
  }
  const { status, taken, overbooked } = placesOf(slot, calendar, now);
  if (slot.status === status && (cachedTaken(slot) ?? 0) === taken && (slot.overbooked ?? false) === overbooked) {
    return slot;
  }
  return withPlaces(slot, status, taken, overbooked);
}

/**
 * The slot after a decision that rested on it. It always differs from what was loaded, so that of two decisions made at
 * the same time only one goes through.
 */
export function touched(slot: WithId<Slot>, calendar: Calendar, now: Date): WithId<Slot> {
  const { status, taken, overbooked } = placesOf(slot, calendar, now);
  return withPlaces(slot, status, taken, overbooked);
}

/** The extensions of a slot with these places taken. */
export const placesExtension = (taken: number): Extension => ({ url: SLOT_PLACES_TAKEN, valueUnsignedInt: taken });

function withPlaces(slot: WithId<Slot>, status: Slot['status'], taken: number, overbooked: boolean): WithId<Slot> {
  const revision = getExtensionValue(slot, SLOT_REVISION);
  return {
    ...slot,
    status,
    overbooked: overbooked || undefined,
    extension: [
      ...(slot.extension ?? []).filter(({ url }) => url !== SLOT_PLACES_TAKEN && url !== SLOT_REVISION),
      placesExtension(taken),
      { url: SLOT_REVISION, valueUnsignedInt: (typeof revision === 'number' ? revision : 0) + 1 },
    ],
  };
}

/**
 * Whether a slot is not ours to give: blocked, void, or busy by the word of another program, since it has no count of
 * ours.
 */
export function isBlocked(slot: Slot): boolean {
  switch (slot.status) {
    case 'free':
      return false;
    case 'busy':
    case 'busy-tentative':
      return cachedTaken(slot) === undefined;
    default:
      return true;
  }
}

function slotBuffers(slot: Slot, { schedules, services }: Pick<Calendar, 'schedules' | 'services'>): Buffers {
  const [reference] = extractServiceTypeReferences(slot.serviceType);
  const service = services.find(({ id }) => reference?.reference === `HealthcareService/${id}`);
  const schedule = schedules.find(({ id }) => slot.schedule.reference === `Schedule/${id}`);
  return schedule && slot.status !== 'busy-unavailable'
    ? buffersOf(schedule, service)
    : { bufferBefore: 0, bufferAfter: 0 };
}
