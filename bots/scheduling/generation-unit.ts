import type { WithId } from '@medplum/core';
import type { Appointment, Slot, Task } from '@medplum/fhirtypes';
import { create, remove, update } from '../runtime/writes.ts';
import type { Write } from '../runtime/writes.ts';
import { advanced } from './generation-task.ts';
import { slotChanges } from './slots.ts';
import type { Existing, Planned, SlotChanges } from './slots.ts';
import type { Interval } from './wall-clock.ts';

/** A transaction has 40 entries at most, and one of them is the Task. */
const MAX_CHANGES = 39;

/** What one transaction of a generation does. */
export interface Unit {
  readonly created: number;
  readonly kept: number;
  readonly removed: number;
  readonly misfits: readonly WithId<Appointment>[];
  /** Up to here the window is what the pattern asks for, once this is committed. */
  readonly filledTo: Date;
  readonly writes: readonly Write[];
  /** The Task as it is written; absent if nothing is. */
  readonly taskWrite?: Write<Task>;
}

/**
 * The next transaction: as much of the span as it can take.
 * @param planned - What the pattern asks for from the start of the span on.
 * @param span - What was loaded, the first part of what is left of the window.
 * @param window - All that is to be filled.
 */
export function nextUnit(
  task: WithId<Task>,
  planned: readonly Planned[],
  existing: Existing,
  span: Interval,
  window: Interval,
  now: Date,
): Unit {
  const changesUntil = (end: Date): SlotChanges => {
    const part = planned.filter(({ start }) => start < end);
    return slotChanges(part, existing, { start: span.start, end }, now);
  };
  let filledTo = span.end;
  let changes = changesUntil(filledTo);
  let writes = writesOf(changes);
  if (writes.length > MAX_CHANGES) {
    // Of slots that begin together all go into one transaction, if that is possible at all.
    const next = timesOf(changes)[MAX_CHANGES] ?? span.end.getTime();
    filledTo = new Date(next);
    changes = changesUntil(filledTo);
    writes = writesOf(changes);
    if (writes.length === 0) {
      changes = changesUntil(new Date(next + 1));
      writes = writesOf(changes).slice(0, MAX_CHANGES);
    }
  }
  const isLast = filledTo >= window.end;
  const taskWrite = writes.length > 0 || isLast ? update(advanced(task, window, filledTo, now)) : undefined;
  const count = (method: Write['method']): number => writes.filter((write) => write.method === method).length;
  return {
    created: count('POST'),
    kept: changes.kept,
    removed: count('DELETE'),
    misfits: changes.misfits,
    filledTo,
    writes: taskWrite ? [...writes, taskWrite] : [],
    ...(taskWrite && { taskWrite }),
  };
}

const writesOf = ({ create: made, update: changed, remove: gone }: SlotChanges): Write<Slot>[] => [
  ...made.map((slot) => create(slot)),
  ...changed.map((slot) => update(slot)),
  ...gone.map((slot) => remove(slot)),
];

const timesOf = ({ create: made, update: changed, remove: gone }: SlotChanges): number[] =>
  [...made, ...changed, ...gone].map(({ start }) => Date.parse(start)).sort((a, b) => a - b);
