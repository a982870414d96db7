import type { WithId } from '@medplum/core';
import type { Schedule, Slot, Task } from '@medplum/fhirtypes';
import type { Access, Run } from '../runtime/definition.ts';
import { settle } from '../runtime/settle.ts';
import { timeIsLeft } from '../runtime/time-left.ts';
import { createOnce, unchanged, update } from '../runtime/writes.ts';
import { fillAround, findBlock, placeBlock } from './block.ts';
import { closeAppointment } from './closing-appointment.ts';
import { CLOSING_SID, closingKey, closingOf, entriesOf, newClosing, withBlock } from './closing-task.ts';
import type { Closing } from './closing-task.ts';
import { GENERATION_ACCESS } from './generation.ts';
import { standingIn } from './standing.ts';

/** What the bots need that close a Schedule for some time. */
export const CLOSING_ACCESS: Access = {
  ...GENERATION_ACCESS,
  Appointment: 'write',
  Patient: 'read',
  Communication: 'create',
};

/** Somebody may be waiting for the answer; the cron job goes on with what is left. */
const RUN_MS = 30_000;
const FRESH_MS = 2 * 60_000;

/** A closing as far as it was worked off. */
export interface Worked {
  readonly task: WithId<Task>;
  /** Whether all Appointments of the time were gone through. */
  readonly isThrough: boolean;
}

/** The Task of a closing, the one that there is or a new one: whoever finds it can do everything else. */
export async function openClosing(
  run: Run,
  schedule: WithId<Schedule>,
  closing: Closing,
  reason: string,
  requestedBy: string | undefined,
): Promise<WithId<Task>> {
  const search = `identifier=${encodeURIComponent(`${CLOSING_SID}|${closingKey(schedule.id, closing.time)}`)}`;
  const task = await settle<WithId<Task> | undefined, Task>({
    fhir: run.fhir,
    load: () => run.fhir.searchOne('Task', search),
    decide: (found) => {
      if (found) {
        return unchanged(found);
      }
      const write = createOnce(newClosing(schedule, closing, reason, run.now), search);
      return { writes: [write], result: write };
    },
    ...(requestedBy && { requestedBy }),
  });
  return task as WithId<Task>;
}

/** Shuts the time of a closing, if it is not shut; the Task says by which Slot. */
export async function shutTime(
  run: Run,
  task: WithId<Task>,
  schedule: WithId<Schedule>,
  { time, cancel }: Closing,
  requestedBy?: string,
): Promise<WithId<Task>> {
  const block = await placeBlock(run, schedule, time, {
    reason: task.reasonCode?.text ?? 'Closed',
    requestedBy,
    isClosing: true,
  });
  const noted = await settle<WithId<Task>, Task>({
    fhir: run.fhir,
    load: () => run.fhir.readResource('Task', task.id),
    decide: (current) => {
      if (blockOf(current) === `Slot/${block.id}`) {
        return unchanged(current);
      }
      const write = update(withBlock(current, block as WithId<Slot>, { cancel }, run.now));
      return { writes: [write], result: write };
    },
  });
  return noted as WithId<Task>;
}

/**
 * Goes through the Appointments of a closed time that are not on its list yet, one a transaction, as far as the time of a
 * run and the quota go. Broken off anywhere, it goes on where it stopped.
 */
export async function workOff(
  run: Run,
  task: WithId<Task>,
  schedule: WithId<Schedule>,
  isTimeLeft = timeIsLeft(RUN_MS),
): Promise<Worked> {
  const closing = closingOf(task);
  if (!closing) {
    return { task, isThrough: true };
  }
  const { time } = closing;
  const shut = blockOf(task) ? task : await shutTime(run, task, schedule, closing);
  if (!(await findBlock(run, schedule, time))) {
    // Somebody has opened the time again.
    return { task: shut, isThrough: true };
  }
  let current = shut;
  if (isFresh(shut, run.now)) {
    await fillAround(run, schedule, time);
  }
  const listed = entriesOf(current).map(({ appointment }) => appointment);
  const open = (await standingIn(run, schedule, time)).filter(({ id }) => !listed.includes(`Appointment/${id}`));
  for (const appointment of open) {
    if (!isTimeLeft()) {
      return { task: current, isThrough: false };
    }
    current = await closeAppointment(run, current, appointment, schedule, closing);
  }
  if (open.length > 0) {
    // The slots that nobody has a place in any more.
    await fillAround(run, schedule, time);
  }
  return { task: current, isThrough: true };
}

/** A time that was shut a while ago has been gone over, in that run or the one after. */
const isFresh = ({ executionPeriod }: Task, now: Date): boolean =>
  !(now.getTime() - Date.parse(executionPeriod?.start ?? '') > FRESH_MS);

/** The Slot that shuts the time of a closing, once there was one. */
export const blockOf = ({ input = [] }: Task): string | undefined =>
  input.find(({ type }) => type.text === 'block')?.valueReference?.reference;
