import type { Schedule } from '@medplum/fhirtypes';
import { cron } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { searchAll } from '../runtime/load.ts';
import { timeIsLeft } from '../runtime/time-left.ts';
import { noteWindow } from './generation-task.ts';
import { GENERATION_ACCESS, GENERATION_QUOTA, GENERATION_TIMEOUT, RUN_MS } from './generation.ts';
import { fillOrRaise, horizonOf } from './horizon.ts';
import { sweepDeleted } from './regenerating.ts';
import type { Interval } from './wall-clock.ts';

export default cron({
  name: 'scheduling/extend-slots',
  description:
    'Every night, keeps the Schedules that take part filled up to their horizon, and finds those that were deleted.',
  schedule: '15 2 * * *',
  access: GENERATION_ACCESS,
  quota: GENERATION_QUOTA,
  timeout: GENERATION_TIMEOUT,
  handle: async (run) => {
    const isTimeLeft = timeIsLeft(RUN_MS);
    const all = await searchAll(run.fhir, 'Schedule', { active: 'true' });
    const takingPart = all.filter((schedule) => horizonOf(schedule, run.now));
    const windowOf = (schedule: Schedule): Interval => ({
      start: run.now,
      end: horizonOf(schedule, run.now) ?? run.now,
    });
    try {
      // Of all of them first: what this run does not get to, for want of time or quota, another one goes on with.
      await each(takingPart, (schedule) => noteWindow(run.fhir, schedule, windowOf(schedule), run.now));
    } finally {
      try {
        await each(takingPart, async (schedule) => isTimeLeft() && fillOrRaise(run, schedule, windowOf(schedule)));
      } finally {
        await sweepDeleted(run);
      }
    }
  },
});
