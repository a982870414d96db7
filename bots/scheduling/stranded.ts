import type { WithId } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { ofType, searchAll } from '../runtime/load.ts';
import { isLive } from './appointment-states.ts';
import { recountAll, restore } from './giving.ts';
import { isOurs } from './overlaps.ts';
import { cachedTaken, capacityOf, takersOf } from './places.ts';
import { slotIdsOf } from './visit.ts';

const DAY_MS = 86_400_000;
/** Of two runs. */
const PAUSE_MS = 5 * 60_000;
/** What begins in these days is looked at in every run, what begins later once in an hour. */
const NEAR_DAYS = 2;
const PARTS = 12;
const PART_DAYS = 34;

/**
 * Gives places back whose Appointment was deleted without anybody having been told: nothing is left of it that a search
 * would find, but its Slot, which counts a place that nobody takes.
 */
export async function sweepStranded(run: Run): Promise<void> {
  const part = NEAR_DAYS + (Math.floor(run.now.getTime() / PAUSE_MS) % PARTS) * PART_DAYS;
  await lookAt(run, 0, NEAR_DAYS);
  await lookAt(run, part, part + PART_DAYS);
}

async function lookAt({ fhir, now }: Run, from: number, to: number): Promise<void> {
  const at = (days: number): string => new Date(now.getTime() + days * DAY_MS).toISOString();
  const found: WithId<Resource>[] = await searchAll(fhir, 'Slot', [
    ['status', 'busy,busy-tentative'],
    ['start', `ge${at(from)}`],
    ['start', `lt${at(to)}`],
    ['_revinclude', 'Appointment:slot'],
  ]);
  const appointments = ofType(found, 'Appointment');
  const stranded = ofType(found, 'Slot').filter((slot) => {
    const taken = cachedTaken(slot) ?? 0;
    return taken > takersOf(slot, appointments, now).length;
  });
  await recountAll(
    { fhir, now },
    stranded.map(({ id }) => id),
  );
  await lookAtBooked({ fhir, now }, at(from), at(to));
}

/** And the other way round: slots that say less than the Appointments which name them, or were deleted. */
async function lookAtBooked({ fhir, now }: Pick<Run, 'fhir' | 'now'>, from: string, to: string): Promise<void> {
  const found: WithId<Resource>[] = await searchAll(fhir, 'Appointment', [
    ['status', 'pending,booked'],
    ['date', `ge${from}`],
    ['date', `lt${to}`],
    ['_include', 'Appointment:slot'],
  ]);
  const slots = ofType(found, 'Slot');
  const live = ofType(found, 'Appointment').filter((appointment) => isLive(appointment, now));
  const wrong = [...new Set(live.flatMap(slotIdsOf))].filter((id) => {
    const slot = slots.find((one) => one.id === id);
    // What another program made for its own booking has no count.
    const taken = slot ? takersOf(slot, live, now).length : 0;
    return (
      !slot ||
      (isOurs(slot) && ((cachedTaken(slot) ?? 0) < taken || (slot.status === 'free' && taken >= capacityOf(slot))))
    );
  });
  await restore({ fhir, now }, wrong);
}
