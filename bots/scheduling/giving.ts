import type { MedplumClient, WithId } from '@medplum/core';
import type { Appointment, Schedule, Slot } from '@medplum/fhirtypes';
import type { Access, Run } from '../runtime/definition.ts';
import { lastVersion, searchAll } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { update } from '../runtime/writes.ts';
import type { Write } from '../runtime/writes.ts';
import { loadCalendar } from './calendar.ts';
import { cachedTaken, capacityOf, recounted, rivalsOf } from './places.ts';
import type { Calendar } from './places.ts';
import { slotIdsOf } from './visit.ts';
import type { Interval } from './wall-clock.ts';

/** A transaction has 40 entries at most, and one of them is the Appointment. */
const MAX_RECOUNTS = 39;
const DAY_MS = 86_400_000;
/** Slots that are loaded together, each with what is near it. */
const AT_ONCE = 10;

export const GIVING_ACCESS: Access = {
  Appointment: 'write',
  Slot: 'write',
  Schedule: 'read',
  HealthcareService: 'read',
};

/**
 * The writes that bring slots, and what they shut, to what the live Appointments say. A slot that is right already is
 * not written.
 * @param room - How many there may be: a long visit can shut more slots than one transaction takes. The slots come
 * first, and the same again after a commit gives the rest.
 */
export function recountWrites(
  slots: readonly WithId<Slot>[],
  calendar: Calendar,
  now: Date,
  room = MAX_RECOUNTS,
): Write[] {
  const concerned = [...slots, ...slots.flatMap((slot) => rivalsOf(slot, calendar))];
  return correct(concerned, calendar, now).slice(0, room);
}

/** The writes for just these slots, each once. The calendar must have all that rivals them. */
export function correct(slots: readonly WithId<Slot>[], calendar: Calendar, now: Date): Write[] {
  return [...new Set(slots)].flatMap((slot) => {
    const right = recounted(slot, calendar, now);
    return right === slot ? [] : [update(right)];
  });
}

/** The slots of a calendar that an Appointment refers to. */
export function slotsOf(appointment: Appointment, { slots }: Calendar): WithId<Slot>[] {
  const ids = slotIdsOf(appointment);
  return slots.filter(({ id }) => ids.includes(id));
}

/**
 * Counts the places of an Appointment's slots anew, after it has stopped taking them. Medplum's own `$cancel` deletes the
 * slots: they come back under their ids first, for they may be shared.
 */
export async function giveBack({ fhir, now }: Run, appointment: Appointment): Promise<void> {
  const ids = slotIdsOf(appointment);
  if (ids.length === 0) {
    return;
  }
  const gone = await restoreDeleted(fhir, ids);
  await recount(fhir, ids, now);
  if (gone) {
    await reopen({ fhir, now }, appointment);
  }
}

/** Brings slots back that were deleted although somebody has a place in them, and counts their places. */
export async function restore({ fhir, now }: Pick<Run, 'fhir' | 'now'>, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) {
    await restoreDeleted(fhir, ids);
    await recountAll({ fhir, now }, ids);
  }
}

/** The slots of another program went with its booking: what they had shut of ours is open again. */
async function reopen(run: Pick<Run, 'fhir' | 'now'>, { participant, start, end }: Appointment): Promise<void> {
  const actors = participant
    .flatMap(({ actor }) => actor?.reference ?? [])
    .filter((one) => !one.startsWith('Patient/'));
  if (actors.length === 0 || !start || !end) {
    return;
  }
  for (const schedule of await searchAll(run.fhir, 'Schedule', { actor: actors.join(','), active: 'true' })) {
    await recountTime(run, schedule, { start: new Date(start), end: new Date(end) });
  }
}

/** Brings slots, and what they shut, to what the live Appointments say, in as many transactions as that takes. */
async function recount(fhir: MedplumClient, ids: readonly string[], now: Date): Promise<void> {
  let written: number;
  do {
    written = await settle({
      fhir,
      load: () => loadCalendar(fhir, ids, [], 2),
      decide: ({ calendar }) => {
        const slots = calendar.slots.filter(({ id }) => ids.includes(id));
        const writes = recountWrites(slots, calendar, now);
        return { writes, result: writes.length };
      },
    });
  } while (written === MAX_RECOUNTS);
}

/**
 * Counts the places anew of what is still there in some time of a Schedule that was shut or opened: a slot for several
 * patients keeps those that it has, and takes no more while the time is shut.
 */
export async function recountTime(
  { fhir, now }: Pick<Run, 'fhir' | 'now'>,
  schedule: WithId<Schedule>,
  time: Interval,
): Promise<void> {
  const there = await searchAll(fhir, 'Slot', [
    ['schedule', `Schedule/${schedule.id}`],
    ['status', 'free,busy'],
    ['start', `ge${new Date(time.start.getTime() - DAY_MS).toISOString()}`],
    ['start', `lt${new Date(time.end.getTime() + DAY_MS).toISOString()}`],
  ]);
  const concerned = there.filter((slot) => {
    const taken = cachedTaken(slot) ?? 0;
    return slot.status === 'free' ? taken > 0 : taken < capacityOf(slot);
  });
  const ids = concerned.map(({ id }) => id);
  await recountAll({ fhir, now }, ids);
}

/** Counts the places of many slots anew, and of all that they shut. */
export async function recountAll({ fhir, now }: Pick<Run, 'fhir' | 'now'>, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    await recount(fhir, ids.slice(from, from + AT_ONCE), now);
  }
}

/**
 * Only a slot comes back that had places of ours taken when it was deleted. What another program made for its own booking
 * is its own to delete, and a slot that nobody had a place in was not part of the pattern any more.
 * @returns Whether some stay deleted.
 */
async function restoreDeleted(fhir: MedplumClient, ids: readonly string[]): Promise<boolean> {
  const found = await searchAll(fhir, 'Slot', { _id: ids.join(',') });
  let gone = false;
  for (const id of ids.filter((wanted) => !found.some((slot) => slot.id === wanted))) {
    const last = await lastVersion(fhir, 'Slot', id);
    if (last && (cachedTaken(last) ?? 0) > 0) {
      await fhir.updateResource(last);
    } else {
      gone = true;
    }
  }
  return gone;
}
