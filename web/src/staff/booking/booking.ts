import type { WithId } from '@medplum/core';
import type { Slot } from '@medplum/fhirtypes';
import type { Actor } from './actors.ts';

/** A time that can be chosen in a booking form. */
export interface Choice {
  readonly slot: WithId<Slot>;
  /** Such as `9:30 AM · Dr. Ana Silva`. */
  readonly label: string;
  /** Whether somebody else has taken it since it was shown. */
  readonly taken: boolean;
  /** Rooms and devices that are free at the same time, which a visit may take along. */
  readonly beside: readonly { readonly slot: WithId<Slot>; readonly name: string }[];
}

/** What is needed to write a choice. */
interface Writing {
  readonly actors: readonly Actor[];
  readonly label: (slot: Slot, actor: Actor | undefined) => string;
}

/** Whose slot it is. */
export const ownerOf = (slot: Slot, actors: readonly Actor[]): Actor | undefined =>
  actors.find(({ schedules }) => schedules.some(({ id }) => slot.schedule.reference === `Schedule/${id}`));

/**
 * The times that can be chosen instead of one, itself the first even if it is taken by now.
 * @param wanted - The slot that the form began with.
 * @param slots - What is known now, in order of time.
 */
export function choicesOf(
  wanted: WithId<Slot>,
  slots: readonly WithId<Slot>[],
  { actors, label }: Writing,
  overbook: boolean,
): Choice[] {
  const now = slots.find(({ id }) => id === wanted.id) ?? wanted;
  const free = slots.filter(({ status, id }) => status === 'free' && id !== wanted.id);
  return [now, ...(overbook ? [] : free)].map((slot) => ({
    slot,
    label: label(slot, ownerOf(slot, actors)),
    taken: !overbook && slot.status !== 'free',
    beside: besideOf(slot, free, actors),
  }));
}

function besideOf(slot: Slot, free: readonly WithId<Slot>[], actors: readonly Actor[]): Choice['beside'] {
  const same = free.filter(
    ({ start, end, schedule }) =>
      schedule.reference !== slot.schedule.reference &&
      Date.parse(start) === Date.parse(slot.start) &&
      Date.parse(end) === Date.parse(slot.end),
  );
  return same.flatMap((other) => {
    const owner = ownerOf(other, actors);
    return owner && owner.kind !== 'provider' ? [{ slot: other, name: owner.name }] : [];
  });
}
