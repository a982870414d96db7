import type { WithId } from '@medplum/core';
import {
  createReference,
  extractServiceTypeReferences,
  getReferenceString,
  SchedulingSlotCapacityURI,
  toServiceTypeCodeableConcepts,
} from '@medplum/core';
import type { Appointment, HealthcareService, Schedule, Slot } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import type { Offer } from './availability.ts';
import { GENERATED, isClosed, isGenerated, isOutsideHours, OUTSIDE_HOURS } from './names.ts';
import { cachedTaken, capacityOf, placesExtension, recounted, takersOf, timeTaken } from './places.ts';
import { overlap, timesOf } from './wall-clock.ts';
import type { Interval } from './wall-clock.ts';

/** A slot that a Schedule's pattern asks for. */
export interface Planned extends Interval {
  readonly offer: Offer;
}

/** What a Schedule has in a window now. */
export interface Existing {
  readonly schedule: WithId<Schedule>;
  readonly services: readonly WithId<HealthcareService>[];
  /** The slots that start in the window, those of a day before and after, and every block that reaches into it. */
  readonly slots: readonly WithId<Slot>[];
  /** All that refer to one of these slots. */
  readonly appointments: readonly WithId<Appointment>[];
}

/** What has to be done so that a window's slots are what the pattern asks for, each list in order of time. */
export interface SlotChanges {
  readonly create: readonly Slot[];
  readonly update: readonly WithId<Slot>[];
  readonly remove: readonly WithId<Slot>[];
  /** Slots that stay as they are. */
  readonly kept: number;
  /** Live Appointments whose time the pattern no longer has, aside from those that a closing looks after. */
  readonly misfits: readonly WithId<Appointment>[];
}

/** All slots that the offers of a Schedule ask for in a window, in order of time. */
export function plannedSlots(schedule: Schedule, offers: readonly Offer[], window: Interval): Planned[] {
  return offers
    .flatMap((offer) => timesOf(offer, window, schedule.planningHorizon).map((time) => ({ ...time, offer })))
    .sort((a, b) => a.start.getTime() - b.start.getTime());
}

/**
 * The fewest changes that make the slots of a window what the pattern asks for. A slot that somebody holds or booked is
 * never removed and keeps its places, but takes nobody else where the pattern does not have its time any more. One that was
 * not generated is never touched; a slot that is right already is not written.
 * @param planned - What the pattern asks for in this window.
 * @param window - Only slots that start in it, and after now, are looked at.
 */
export function slotChanges(planned: readonly Planned[], existing: Existing, window: Interval, now: Date): SlotChanges {
  const { schedule, services, slots, appointments } = existing;
  const timeOf = (slot: Slot): Interval => timeTaken(slot, { schedules: [schedule], services });
  const live = (slot: WithId<Slot>): boolean => takersOf(slot, appointments, now).length > 0;
  const inUse = (slot: WithId<Slot>): boolean => live(slot) || (cachedTaken(slot) ?? 0) > 0;

  const valid = slots.filter((slot) => slot.status !== 'entered-in-error');
  const blocks = valid.filter(({ status }) => status === 'busy-unavailable');
  const blocked = blocks.map(timeOf);
  const closed = blocks.filter(isClosed).map(timeOf);
  // What another program has taken shuts the slots there: when it goes, they open again.
  const foreign = valid.filter(
    (slot) => slot.status !== 'free' && !blocks.includes(slot) && cachedTaken(slot) === undefined,
  );
  const open = valid.filter((slot) => !blocks.includes(slot) && !foreign.includes(slot));
  const byKey = Map.groupBy(open, (slot) =>
    keyOf(extractServiceTypeReferences(slot.serviceType)[0]?.reference, new Date(slot.start), new Date(slot.end)),
  );

  const calendar = { schedules: [schedule], services, slots, appointments };
  const marked = (slot: WithId<Slot>, isOutside: boolean): WithId<Slot> =>
    isOutsideHours(slot) === isOutside ? slot : recounted(withMark(slot, isOutside), calendar, now);
  const matched = new Set<WithId<Slot>>();
  /** Of the pattern, but under a block: what is taken there is as before once that is gone. */
  const hidden = new Set<WithId<Slot>>();
  const update: WithId<Slot>[] = [];
  const missing: Planned[] = [];
  for (const plan of planned) {
    const same = byKey.get(keyOf(getReferenceString(plan.offer.service), plan.start, plan.end)) ?? [];
    if (plan.start < now || blocked.some((time) => overlap(time, plannedTime(plan)))) {
      same.forEach((slot) => hidden.add(slot));
      continue;
    }
    const found = same.find(inUse) ?? same.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
    if (!found) {
      missing.push(plan);
    } else {
      const isAsIs = capacityOf(found) === plan.offer.capacity || !isGenerated(found) || inUse(found);
      const right = marked(isAsIs ? found : withCapacity(found, plan.offer.capacity), false);
      matched.add(found);
      if (right !== found) {
        update.push(right);
      }
    }
  }

  const current = open.filter((slot) => startsIn(slot, window) && Date.parse(slot.start) >= now.getTime());
  const surplus = current.filter((slot) => isGenerated(slot) && !matched.has(slot));
  const remove = surplus.filter((slot) => !inUse(slot));
  for (const slot of surplus.filter(inUse)) {
    const right = marked(slot, !hidden.has(slot));
    if (right !== slot) {
      update.push(right);
    }
  }
  const leftOver = slots.filter((slot) => isGenerated(slot) && !matched.has(slot) && inUse(slot));
  const taken = [...open.filter(live), ...foreign].map(timeOf);
  const create = missing
    .filter((plan) => !leftOver.some((slot) => isSameService(slot, plan) && overlap(interval(slot), plan)))
    .map((plan) =>
      newSlot(
        schedule,
        plan,
        taken.some((time) => overlap(time, plannedTime(plan))),
      ),
    );

  return {
    create,
    update,
    remove,
    kept: current.length - update.length - remove.length,
    misfits: surplus
      .filter((slot) => !closed.some((time) => overlap(time, timeOf(slot))))
      .flatMap((slot) => takersOf(slot, appointments, now)),
  };
}

function newSlot(schedule: WithId<Schedule>, { offer, start, end }: Planned, shut: boolean): Slot {
  const slot: Slot = {
    resourceType: 'Slot',
    meta: { tag: [{ ...GENERATED }] },
    schedule: createReference(schedule),
    serviceType: toServiceTypeCodeableConcepts(offer.service),
    status: shut ? 'busy' : 'free',
    start: written(start, offer.zone),
    end: written(end, offer.zone),
    extension: [placesExtension(0)],
  };
  return offer.capacity === 1 ? slot : withCapacity(slot, offer.capacity);
}

function withMark(slot: WithId<Slot>, isOutside: boolean): WithId<Slot> {
  const others = (slot.meta?.tag ?? []).filter(({ code }) => code !== OUTSIDE_HOURS.code);
  return { ...slot, meta: { ...slot.meta, tag: isOutside ? [...others, { ...OUTSIDE_HOURS }] : others } };
}

function withCapacity<T extends Slot>(slot: T, capacity: number): T {
  const others = (slot.extension ?? []).filter(({ url }) => url !== SchedulingSlotCapacityURI);
  const extension = { url: SchedulingSlotCapacityURI, valuePositiveInt: capacity };
  return { ...slot, extension: capacity === 1 ? others : [...others, extension] };
}

/** With the zone's offset, so that a reader sees the clock of the place. */
const written = (time: Date, zone: string): string =>
  DateTime.fromJSDate(time, { zone }).toISO({ suppressMilliseconds: true }) ?? time.toISOString();

const keyOf = (service: string | undefined, start: Date, end: Date): string =>
  `${service} ${start.getTime()} ${end.getTime()}`;

const interval = (slot: Slot): Interval => ({ start: new Date(slot.start), end: new Date(slot.end) });

const startsIn = (slot: Slot, { start, end }: Interval): boolean =>
  Date.parse(slot.start) >= start.getTime() && Date.parse(slot.start) < end.getTime();

const isSameService = (slot: Slot, { offer }: Planned): boolean =>
  extractServiceTypeReferences(slot.serviceType)[0]?.reference === getReferenceString(offer.service);

const plannedTime = ({ offer, start, end }: Planned): Interval => ({
  start: new Date(start.getTime() - offer.bufferBefore * 60_000),
  end: new Date(end.getTime() + offer.bufferAfter * 60_000),
});
