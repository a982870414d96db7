import type { WithId } from '@medplum/core';
import { resolveId } from '@medplum/core';
import type { Resource, Schedule, Slot } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import { TASK_CODE } from '../runtime/contract.ts';
import type { Run } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { ofType, readTogether, searchAll } from '../runtime/load.ts';
import { GENERATION_CODE, isFollowed, noteDeleted, noteFollowed, taskUrl } from './generation-task.ts';
import { fillOrRaise, horizonOf } from './horizon.ts';
import { GENERATED } from './names.ts';
import { deletedSchedule } from './pattern.ts';
import type { Interval } from './wall-clock.ts';

/** How far back changes of Schedules are looked for of which nobody was told, and how long a delivery may take. */
const REACH_MS = 60 * 60_000;
const GRACE_MS = 60_000;
const TOGETHER = 100;

/**
 * Brings the future slots of a Schedule in line with it as it is now, and fills a new one that takes part. One that was
 * deleted offers nothing any more.
 */
export async function regenerate(run: Run, id: string): Promise<void> {
  const { fhir, now } = run;
  const generated = [
    `Slot?schedule=Schedule/${id}`,
    `start=ge${now.toISOString()}`,
    `_tag=${GENERATED.system}|${GENERATED.code}`,
    '_count=1',
  ].join('&');
  const found = await readTogether(fhir, [`Schedule/${id}`, `${generated}&_sort=start`, `${generated}&_sort=-start`]);
  const [[present], [first], [last]] = [ofType(found[0] ?? [], 'Schedule'), slots(found[1]), slots(found[2])];
  const schedule = present ?? (await deletedSchedule(fhir, id));
  const window = schedule && windowOf(present && horizonOf(present, now), first, last, now);
  if (window) {
    await fillOrRaise(run, schedule, window);
  }
  if (schedule && !present) {
    await noteDeleted(fhir, schedule);
  } else if (schedule && window) {
    await noteFollowed(fhir, schedule);
  }
}

/** Schedules that were deleted without anybody having been told: their Tasks say that there may be slots. */
export async function sweepDeleted(run: Run): Promise<void> {
  const found: WithId<Resource>[] = await searchAll(run.fhir, 'Task', [
    ['code', `${TASK_CODE}|${GENERATION_CODE}`],
    ['status', 'completed,on-hold'],
    ['_include', 'Task:focus'],
  ]);
  const there: string[] = ofType(found, 'Schedule').map(({ id }) => id);
  const left = ofType(found, 'Task').filter(({ focus }) => !there.includes(resolveId(focus) ?? ''));
  await each(left, ({ focus }) => regenerate(run, resolveId(focus) ?? ''));
}

/** Schedules that changed and whose slots have not followed. */
export async function sweepChanged(run: Run): Promise<void> {
  const { fhir, now } = run;
  const changed: WithId<Schedule>[] = await searchAll(fhir, 'Schedule', [
    ['_lastUpdated', `ge${new Date(now.getTime() - REACH_MS).toISOString()}`],
    ['_lastUpdated', `le${new Date(now.getTime() - GRACE_MS).toISOString()}`],
  ]);
  for (let from = 0; from < changed.length; from += TOGETHER) {
    const some = changed.slice(from, from + TOGETHER);
    const tasks = await readTogether(fhir, some.map(taskUrl));
    const behind = some.filter((schedule, index) => !isFollowed(schedule, ofType(tasks[index] ?? [], 'Task')));
    await each(behind, ({ id }) => regenerate(run, id));
  }
}

const slots = (found: Parameters<typeof ofType>[0] | undefined): Slot[] => ofType(found ?? [], 'Slot');

/** The days that have generated slots, and all up to the horizon of a Schedule that takes part. */
function windowOf(
  horizon: Date | undefined,
  first: Slot | undefined,
  last: Slot | undefined,
  now: Date,
): Interval | undefined {
  const filled = first && last && { start: dayOf(first).startOf('day'), end: dayOf(last).endOf('day') };
  const end = Math.max(horizon?.getTime() ?? 0, filled ? filled.end.toMillis() + 1 : 0);
  return end > 0 ? { start: horizon || !filled ? now : filled.start.toJSDate(), end: new Date(end) } : undefined;
}

/** The day at the place: slots are written with its offset. */
const dayOf = ({ start }: Slot): DateTime => DateTime.fromISO(start, { setZone: true });
