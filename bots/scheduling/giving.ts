import type { MedplumClient, WithId } from '@medplum/core';
import type { Appointment, Slot } from '@medplum/fhirtypes';
import type { Access, Run } from '../runtime/definition.ts';
import { searchAll } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { update } from '../runtime/writes.ts';
import type { Write } from '../runtime/writes.ts';
import { loadCalendar } from './calendar.ts';
import { isGenerated } from './names.ts';
import { cachedTaken, recounted, rivalsOf } from './places.ts';
import type { Calendar } from './places.ts';
import { slotIdsOf } from './visit.ts';

export const GIVING_ACCESS: Access = {
  Appointment: 'write',
  Slot: 'write',
  Schedule: 'read',
  HealthcareService: 'read',
};

/**
 * The writes that bring slots, and what they shut, to what the live Appointments say. A slot that is right already is
 * not written.
 */
export function recountWrites(slots: readonly WithId<Slot>[], calendar: Calendar, now: Date): Write[] {
  const concerned = new Set([...slots, ...slots.flatMap((slot) => rivalsOf(slot, calendar))]);
  return [...concerned].flatMap((slot) => {
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
  await restoreDeleted(fhir, ids);
  await settle({
    fhir,
    load: () => loadCalendar(fhir, ids, [], 2),
    decide: ({ calendar }) => ({
      writes: recountWrites(slotsOf(appointment, calendar), calendar, now),
      result: undefined,
    }),
  });
}

/** Only slots of ours come back: what another program made for its own booking is its own to delete. */
async function restoreDeleted(fhir: MedplumClient, ids: readonly string[]): Promise<void> {
  const found = await searchAll(fhir, 'Slot', { _id: ids.join(',') });
  for (const id of ids.filter((wanted) => !found.some((slot) => slot.id === wanted))) {
    const history = await fhir.readHistory('Slot', id).catch(() => undefined);
    const last = history?.entry?.find(({ resource }) => resource)?.resource;
    if (last && (isGenerated(last) || cachedTaken(last) !== undefined)) {
      await fhir.updateResource(last);
    }
  }
}
