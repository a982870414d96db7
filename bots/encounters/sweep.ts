import { cron } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { searchAll } from '../runtime/load.ts';
import { finish, FINISH_ACCESS } from './finish.ts';

/** How far back a lost delivery is looked for, and how long a delivery may take before it counts as lost. */
const REACH_MS = 3 * 24 * 3_600_000;
const GRACE_MS = 60_000;

export default cron({
  name: 'encounters/sweep',
  description: 'Completes finished and cancelled Encounters whose delivery was lost.',
  schedule: '*/5 * * * *',
  access: FINISH_ACCESS,
  handle: sweepEncounters,
});

/** Looks at the Encounters that were finished or cancelled in the last days; the complete ones among them stay as they are. */
export async function sweepEncounters(run: Run): Promise<void> {
  const finished = await searchAll(run.fhir, 'Encounter', [
    ['status', 'finished,cancelled'],
    ['_lastUpdated', `ge${new Date(run.now.getTime() - REACH_MS).toISOString()}`],
    ['_lastUpdated', `le${new Date(run.now.getTime() - GRACE_MS).toISOString()}`],
  ]);
  await each(finished, (encounter) => finish(run, encounter));
}
