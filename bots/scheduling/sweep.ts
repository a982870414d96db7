import { cron } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { searchAll } from '../runtime/load.ts';
import { settleBlock } from './block.ts';
import { GENERATION_ACCESS, GENERATION_QUOTA, GENERATION_TIMEOUT } from './generation.ts';
import { giveBack } from './giving.ts';
import { isOurs } from './overlaps.ts';
import { sweepStranded } from './stranded.ts';
import { keepTaken, sweepTaken } from './taken-time.ts';
import { sweepUnchecked } from './unchecked.ts';
import { slotIdsOf } from './visit.ts';
import { watchSlots, WATCHING_ACCESS } from './watching.ts';

/** How far back a lost delivery is looked for: several runs of this bot, in case one of them is cut off. */
const REACH_MS = 30 * 60_000;
/** Two runs of this bot. */
const RECENT_MS = 11 * 60_000;

export default cron({
  name: 'scheduling/sweep',
  description:
    'Gives places back where news of a cancellation was lost, shuts what is taken, and raises what overlaps.',
  schedule: '*/5 * * * *',
  access: { ...GENERATION_ACCESS, ...WATCHING_ACCESS, Task: 'write' },
  quota: GENERATION_QUOTA,
  timeout: GENERATION_TIMEOUT,
  handle: async (run) => {
    const since = (ms: number): string => `ge${new Date(run.now.getTime() - ms).toISOString()}`;
    const ended = await searchAll(run.fhir, 'Appointment', {
      status: 'cancelled,entered-in-error',
      _lastUpdated: since(REACH_MS),
    });
    await each(ended, (appointment) => giveBack(run, appointment));
    // A slot that was generated, or came back, while something that overlaps it was being booked still says that it is
    // free. So do those of a long visit that did not fit into its transaction, and those that a booking overlaps which
    // came another way.
    const taken = await searchAll(run.fhir, 'Appointment', {
      status: 'pending,booked,arrived,checked-in',
      _lastUpdated: since(RECENT_MS),
    });
    await watchSlots(run, taken.flatMap(slotIdsOf));
    await sweepUnchecked(run, taken, new Date(run.now.getTime() - RECENT_MS));
    await each(
      taken.filter((appointment) => slotIdsOf(appointment).length === 0),
      ({ id }) => keepTaken(run, id),
    );
    const shut = await searchAll(run.fhir, 'Slot', {
      status: 'busy,busy-tentative',
      _lastUpdated: since(RECENT_MS),
    });
    const foreign = shut.filter((slot) => !isOurs(slot));
    const blocked = await searchAll(run.fhir, 'Slot', {
      status: 'busy-unavailable',
      _lastUpdated: since(RECENT_MS),
    });
    await each(
      // Ours too: the quota, or the time of a run, may have ended after one was placed.
      blocked.filter((slot) => !isOurs(slot)),
      (slot) => settleBlock(run, slot),
    );
    await watchSlots(
      run,
      foreign.map(({ id }) => id),
    );
    await sweepTaken(run);
    await sweepStranded(run);
  },
});
