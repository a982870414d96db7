import { cron } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { searchAll } from '../runtime/load.ts';
import { giveBack, GIVING_ACCESS, recountAll } from './giving.ts';
import { slotIdsOf } from './visit.ts';

/** How far back a lost delivery is looked for: several runs of this bot, in case one of them is cut off. */
const REACH_MS = 30 * 60_000;
/** Two runs of this bot. */
const RECENT_MS = 11 * 60_000;

export default cron({
  name: 'scheduling/sweep',
  description: 'Gives places back where the delivery of a cancellation was lost, and shuts what a booking did not see.',
  schedule: '*/5 * * * *',
  access: GIVING_ACCESS,
  timeout: 60,
  handle: async (run) => {
    const since = (ms: number): string => `ge${new Date(run.now.getTime() - ms).toISOString()}`;
    const ended = await searchAll(run.fhir, 'Appointment', {
      status: 'cancelled,entered-in-error',
      _lastUpdated: since(REACH_MS),
    });
    await each(ended, (appointment) => giveBack(run, appointment));
    // A slot that was generated, or came back, while something that overlaps it was being booked still says that it is
    // free. So do those of a long visit that did not fit into its transaction. Nobody can book them, but they are found.
    const taken = await searchAll(run.fhir, 'Appointment', {
      status: 'pending,booked,arrived',
      _lastUpdated: since(RECENT_MS),
    });
    await recountAll(run, [...new Set(taken.flatMap(slotIdsOf))]);
  },
});
