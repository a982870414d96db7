import { cron } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { searchAll } from '../runtime/load.ts';
import { giveBack, GIVING_ACCESS } from './giving.ts';

/** How far back a lost delivery is looked for: several runs of this bot, in case one of them is cut off. */
const REACH_MS = 30 * 60_000;

export default cron({
  name: 'scheduling/sweep',
  description: 'Gives places back where the delivery of a cancellation was lost.',
  schedule: '*/5 * * * *',
  access: GIVING_ACCESS,
  handle: async (run) => {
    const ended = await searchAll(run.fhir, 'Appointment', {
      status: 'cancelled,entered-in-error',
      _lastUpdated: `ge${new Date(run.now.getTime() - REACH_MS).toISOString()}`,
    });
    await each(ended, (appointment) => giveBack(run, appointment));
  },
});
