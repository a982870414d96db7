import type { WithId } from '@medplum/core';
import type { Encounter, Resource } from '@medplum/fhirtypes';
import { cron } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { ofType } from '../runtime/load.ts';
import { timeIsLeft } from '../runtime/time-left.ts';
import { finish, FINISH_ACCESS, isComplete } from './finish.ts';

/** How far back a lost delivery is looked for: of what is over, and of what goes on. */
const REACH_MS = 3 * 24 * 3_600_000;
const SHORT_REACH_MS = 3_600_000;
/** How long a delivery may take before it counts as lost. */
const GRACE_MS = 60_000;
/** No Encounter is begun after this time. */
const RUN_MS = 35_000;

export default cron({
  name: 'encounters/sweep',
  description: 'Completes Encounters of whose change nobody was told.',
  schedule: '*/5 * * * *',
  access: FINISH_ACCESS,
  quota: 100_000,
  timeout: 60,
  handle: sweepEncounters,
});

/** Looks at the Encounters that changed lately; of those that have been complete for a while it asks nothing more. */
export async function sweepEncounters(run: Run): Promise<void> {
  const hasTime = timeIsLeft(RUN_MS);
  const ago = (ms: number): string => encodeURIComponent(new Date(run.now.getTime() - ms).toISOString());
  const changed = async (status: string, reach: number): Promise<WithId<Resource>[]> => {
    const window = `_lastUpdated=ge${ago(reach)}&_lastUpdated=le${ago(GRACE_MS)}`;
    const query = `status=${status}&${window}&_include=Encounter:appointment&_count=1000`;
    const found: WithId<Resource>[] = [];
    for await (const page of run.fhir.searchResourcePages('Encounter', query)) {
      found.push(...page);
    }
    return found;
  };
  const over = await changed('finished,cancelled', REACH_MS);
  const underWay = await changed('planned,arrived,triaged,in-progress,onleave', SHORT_REACH_MS);
  const isLately = ({ meta }: Encounter): boolean =>
    Date.parse(meta?.lastUpdated ?? '') >= run.now.getTime() - SHORT_REACH_MS;
  const appointments = ofType(over, 'Appointment');
  const open = ofType(over, 'Encounter').filter((one) => isLately(one) || !isComplete(one, appointments, run.now));
  await each([...open, ...ofType(underWay, 'Encounter')], async (encounter) =>
    hasTime() ? finish(run, encounter) : undefined,
  );
}
