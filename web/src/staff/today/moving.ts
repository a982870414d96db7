import type { WithId } from '@medplum/core';
import type { Appointment, Slot } from '@medplum/fhirtypes';

/**
 * The slots that an appointment takes when its first slot of one calendar becomes the target: two in a row stay two in a
 * row, and the room comes along.
 * @param from - The Schedules of the calendar that it is moved from (`Schedule/1`): its slots go to the target's.
 * @param known - All slots that were loaded, those that it has now and those that are free.
 * @returns undefined where one of the places is not free at the new time.
 */
export function movedSlots(
  appointment: Appointment,
  from: readonly string[],
  target: WithId<Slot>,
  known: readonly WithId<Slot>[],
): WithId<Slot>[] | undefined {
  const taken = new Set(appointment.slot?.map(({ reference }) => reference));
  const current = known.filter(({ id }) => taken.has(`Slot/${id}`));
  const isMoved = ({ schedule }: Slot): boolean => from.includes(schedule.reference ?? '');
  const own = current.filter(isMoved).toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start));
  // What it takes was not all loaded (it came from another day): the target alone, if that is all that it takes.
  if (current.length !== taken.size || !own[0]) {
    return taken.size <= 1 ? [target] : undefined;
  }
  const shift = Date.parse(target.start) - Date.parse(own[0].start);
  const moved = current.map((slot) => {
    if (slot === own[0]) {
      return target;
    }
    const schedule = isMoved(slot) ? target.schedule.reference : slot.schedule.reference;
    const start = Date.parse(slot.start) + shift;
    return known.find(
      (candidate) =>
        (candidate.status === 'free' || candidate === slot) &&
        candidate.schedule.reference === schedule &&
        Date.parse(candidate.start) === start &&
        lengthOf(candidate) === lengthOf(slot),
    );
  });
  return moved.includes(undefined) ? undefined : (moved as WithId<Slot>[]);
}

const lengthOf = ({ start, end }: Slot): number => Date.parse(end) - Date.parse(start);
