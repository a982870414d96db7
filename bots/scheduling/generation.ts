import type { MedplumClient, WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, Resource, Schedule, Slot, Task } from '@medplum/fhirtypes';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, searchAll } from '../runtime/load.ts';
import { Refusal } from '../runtime/outcome.ts';
import { settle } from '../runtime/settle.ts';
import { ticket } from '../runtime/ticket.ts';
import { noteWindow } from './generation-task.ts';
import { nextUnit } from './generation-unit.ts';
import type { Unit } from './generation-unit.ts';
import { loadPattern } from './pattern.ts';
import { plannedSlots } from './slots.ts';
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

/** How many slots of a pattern are looked at in one request. */
const LOOK_AHEAD = 200;
/** Somebody may be waiting for the answer; the cron job goes on with what is left. */
const RUN_MS = 30_000;
const DAY_MS = 86_400_000;

/**
 * Makes the slots of a window what the Schedule's pattern asks for, in transactions of a few dozen slots, as far as the
 * quota goes. What is left stands in the Schedule's Task, and a cron job goes on with it.
 * @throws Refusal about `schedule` where the pattern makes no sense; `throttled` where nothing at all could be done.
 */
export async function fill(run: Run, schedule: WithId<Schedule>, window: Interval): Promise<Tally> {
  const { fhir, now, secrets } = run;
  const { services, offers } = await loadPattern(fhir, schedule, secrets['CLINIC_TIMEZONE']);
  let cursor = new Date(Math.min(Math.max(window.start.getTime(), now.getTime()), window.end.getTime()));
  const planned = plannedSlots(schedule, offers, { start: cursor, end: window.end });
  const blocks = await blocksBefore(fhir, schedule, cursor);
  let task = await noteWindow(fhir, schedule, window, now);

  const tally = { created: 0, kept: 0, removed: 0 };
  const started = Date.now();
  try {
    do {
      const ahead = planned.filter(({ start }) => start >= cursor);
      const span = { start: cursor, end: ahead[LOOK_AHEAD]?.start ?? window.end };
      let known: WithId<Task> | undefined = task;
      let unit: Unit | undefined;
      const written: Task = await settle<[WithId<Task>, SlotsFound], Task>({
        fhir,
        load: async () => {
          // What the last transaction returned is good for one try.
          const current = known ?? (await fhir.readResource('Task', task.id));
          known = undefined;
          return [current, await slotsIn(fhir, schedule, span)];
        },
        decide: ([current, { slots, appointments }]) => {
          const existing = { schedule, services, slots: [...blocks, ...slots], appointments };
          unit = nextUnit(current, ahead, existing, span, window, now);
          return { writes: unit.writes, result: unit.taskWrite ?? current };
        },
      });
      task = written as WithId<Task>;
      if (unit) {
        await raiseTickets(run, unit.misfits);
        tally.created += unit.created;
        tally.kept += unit.kept;
        tally.removed += unit.removed;
        cursor = unit.filledTo;
      }
    } while (cursor < window.end && Date.now() - started < RUN_MS);
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

/** The slots that start in a span or reach into it, with every Appointment that refers to one. */
async function slotsIn(fhir: MedplumClient, schedule: WithId<Schedule>, { start, end }: Interval): Promise<SlotsFound> {
  const found: WithId<Resource>[] = await searchAll(fhir, 'Slot', [
    ['schedule', `Schedule/${schedule.id}`],
    ['start', `ge${new Date(start.getTime() - DAY_MS).toISOString()}`],
    ['start', `lt${end.toISOString()}`],
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

/** Somebody has to look at a booking whose time the pattern no longer has: it stands, but nobody may be there. */
async function raiseTickets({ fhir, now }: Run, misfits: readonly WithId<Appointment>[]): Promise<void> {
  for (const appointment of misfits) {
    const write = ticket(
      {
        key: `appointment/${appointment.id}/outside-hours`,
        text: 'This appointment is outside the hours that its schedule has now. Move it, or agree on it.',
        focus: createReference(appointment),
      },
      now,
    );
    await settle({ fhir, load: async () => undefined, decide: () => ({ writes: [write], result: undefined }) });
  }
}
