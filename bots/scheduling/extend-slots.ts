import { cron } from '../runtime/definition.ts';
import { searchAll } from '../runtime/load.ts';
import { GENERATION_ACCESS, GENERATION_QUOTA, GENERATION_TIMEOUT } from './generation.ts';
import { fillOrRaise, horizonOf } from './horizon.ts';

export default cron({
  name: 'scheduling/extend-slots',
  description: 'Every night, keeps the Schedules that take part filled up to their horizon.',
  schedule: '15 2 * * *',
  access: GENERATION_ACCESS,
  quota: GENERATION_QUOTA,
  timeout: GENERATION_TIMEOUT,
  handle: async (run) => {
    for (const schedule of await searchAll(run.fhir, 'Schedule', { active: 'true' })) {
      const horizon = horizonOf(schedule, run.now);
      if (horizon) {
        await fillOrRaise(run, schedule, { start: run.now, end: horizon });
      }
    }
  },
});
