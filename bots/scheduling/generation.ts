import type { MedplumClient, WithId } from '@medplum/core';
import type { Appointment, Resource, Schedule, Slot, Task } from '@medplum/fhirtypes';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, searchAll } from '../runtime/load.ts';
import { Refusal } from '../runtime/outcome.ts';
import { settle } from '../runtime/settle.ts';
import { timeIsLeft } from '../runtime/time-left.ts';
import { longestOf } from './availability.ts';
import { noteWindow } from './generation-task.ts';
import { nextUnit } from './generation-unit.ts';
import type { Unit } from './generation-unit.ts';
import { loadPattern } from './pattern.ts';
import { plannedSlots } from './slots.ts';
import { raiseMisfits } from './standing.ts';
import { LONGEST_WINDOW_MS } from './window.ts';
import type { Interval } from './wall-clock.ts';

/** What a run came to, in slots. */
export interface Tally {
  readonly created: number;
  readonly kept: number;
  readonly removed: number;
  /** Slots of the pattern that this run did not get to. */
  readonly remaining: number;
}

/** What every bot that fills Schedules needs. */
export const GENERATION_ACCESS: Access = {
  Schedule: 'read',
  HealthcareService: 'read',
  Practitioner: 'read',
  PractitionerRole: 'read',
  Location: 'read',
  Device: 'read',
  Appointment: 'read',
  Slot: 'delete',
  Task: 'write',
};

/** Half of what a project may write in a minute on a server with the default settings, so that the rest can work. */
export const GENERATION_QUOTA = 250_000;

/** Seconds for a bot that fills Schedules: a run begins no unit after `RUN_MS`, and a unit takes as long as a lock may. */
export const GENERATION_TIMEOUT = 60;

/** Which slots are meant by a time: those that begin in it, or all that touch it. */
export interface Filling {
  readonly isTouching?: boolean;
}

/** How many slots of a pattern are looked at in one request. */
const LOOK_AHEAD = 200;
/** Somebody may be waiting for the answer; the cron job goes on with what is left. */
export const RUN_MS = 30_000;
const DAY_MS = 86_400_000;

/**
 * Makes the slots of a window what the Schedule's pattern asks for, in transactions of a few dozen slots, as far as the
 * quota goes. What is left stands in the Schedule's Task, and a cron job goes on with it.
 * @param time - The window, or a time of which all slots are meant that touch it, by their buffers too.
 * @throws Refusal about `schedule` where the pattern makes no sense; `throttled` where nothing at all could be done.
 */
export async function fill(
  run: Run,
  schedule: WithId<Schedule>,
  time: Interval,
  { isTouching = false }: Filling = {},
): Promise<Tally> {
  const { fhir, now, secrets } = run;
  const { services, offers } = await loadPattern(fhir, schedule, secrets['CLINIC_TIMEZONE']);
  const window = isTouching ? widened(time, longestOf(schedule, services)) : time;
  let cursor = new Date(Math.min(Math.max(window.start.getTime(), now.getTime()), window.end.getTime()));
  const planned = plannedSlots(schedule, offers, { start: cursor, end: window.end });
  const blocks = await blocksBefore(fhir, schedule, cursor);
  let task = await noteWindow(fhir, schedule, window, now);

  const tally = { created: 0, kept: 0, removed: 0 };
  const isTimeLeft = timeIsLeft(RUN_MS);
  try {
    do {
      const ahead = planned.filter(({ start }) => start >= cursor);
      const span = { start: cursor, end: ahead[LOOK_AHEAD]?.start ?? window.end };
      let known: WithId<Task> | undefined = task;
      let unit: Unit | undefined;
      const written: Task = await settle<[WithId<Task>, Unit], Task>({
        fhir,
        load: async () => {
          // What the last transaction returned is good for one try.
          const current = known ?? (await fhir.readResource('Task', task.id));
          known = undefined;
          const existing = await slotsIn(fhir, schedule, span);
          const next = nextUnit(
            current,
            ahead,
            { ...existing, schedule, services, slots: [...blocks, ...existing.slots] },
            span,
            window,
            now,
          );
          // Before the slots are written: the next run begins after them, and would not find these again.
          await raiseMisfits(run, next.misfits);
          return [current, next];
        },
        decide: ([current, next]) => {
          unit = next;
          return { writes: next.writes, result: next.taskWrite ?? current };
        },
      });
      task = written as WithId<Task>;
      if (unit) {
        tally.created += unit.created;
        tally.kept += unit.kept;
        tally.removed += unit.removed;
        cursor = unit.filledTo;
      }
    } while (cursor < window.end && isTimeLeft());
  } catch (thrown) {
    if (!(thrown instanceof Refusal) || thrown.outcome.issue[0]?.code !== 'throttled') {
      throw thrown;
    }
  }
  return { ...tally, remaining: planned.filter(({ start }) => start >= cursor).length };
}

interface SlotsFound {
  readonly slots: readonly WithId<Slot>[];
  readonly appointments: readonly WithId<Appointment>[];
}

/** Every slot that touches one which begins in some time, as long as none takes more than these minutes. */
const widened = ({ start, end }: Interval, minutes: number): Interval => ({
  start: new Date(start.getTime() - minutes * 60_000),
  end: new Date(end.getTime() + minutes * 60_000),
});

/** The slots that start in a span or reach into it, those that its last ones may reach into, with every Appointment that refers to one. */
async function slotsIn(fhir: MedplumClient, schedule: WithId<Schedule>, { start, end }: Interval): Promise<SlotsFound> {
  const found: WithId<Resource>[] = await searchAll(fhir, 'Slot', [
    ['schedule', `Schedule/${schedule.id}`],
    ['start', `ge${new Date(start.getTime() - DAY_MS).toISOString()}`],
    ['start', `lt${new Date(end.getTime() + DAY_MS).toISOString()}`],
    ['_revinclude', 'Appointment:slot'],
  ]);
  return { slots: ofType(found, 'Slot'), appointments: ofType(found, 'Appointment') };
}

/** Nothing else reaches further than a day. */
async function blocksBefore(fhir: MedplumClient, schedule: WithId<Schedule>, time: Date): Promise<WithId<Slot>[]> {
  const earlier = await searchAll(fhir, 'Slot', [
    ['schedule', `Schedule/${schedule.id}`],
    ['status', 'busy-unavailable'],
    ['start', `ge${new Date(time.getTime() - LONGEST_WINDOW_MS).toISOString()}`],
    ['start', `lt${new Date(time.getTime() - DAY_MS).toISOString()}`],
  ]);
  return earlier.filter(({ end }) => Date.parse(end) > time.getTime());
}
