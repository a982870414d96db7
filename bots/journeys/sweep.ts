import type { WithId } from '@medplum/core';
import { isDefined } from '@medplum/core';
import type { Appointment, Communication, QuestionnaireResponse, Task } from '@medplum/fhirtypes';
import { MESSAGE_CATEGORY, OUTGOING } from '../messages/names.ts';
import { TASK_CODE } from '../runtime/contract.ts';
import { cron } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { searchAll } from '../runtime/load.ts';
import { wake } from './begin.ts';
import { EVENT_ACCESS, sweepEvents } from './event-starts.ts';
import { decideMove, moveJourney } from './follow.ts';
import type { Move } from './follow.ts';
import { JOURNEY_SECRETS, loadJourneys, TOGETHER } from './load.ts';
import type { Loaded } from './load.ts';
import { advance, revoke } from './moves.ts';
import { JOURNEY_SID, STEP_TASK } from './names.ts';
import { reportDefinition, WORKFLOW } from './report.ts';
import { startFor } from './start.ts';

/** How far back a lost delivery is looked for, and how long a delivery may take before it counts as lost. */
const REACH_MS = 3 * 24 * 3_600_000;
const GRACE_MS = 60_000;

export default cron({
  name: 'journeys/sweep',
  description: 'Finds what lost deliveries left undone: bookings without a journey, journeys that lag behind.',
  schedule: '*/5 * * * *',
  access: { ...EVENT_ACCESS, Task: 'write' },
  secrets: JOURNEY_SECRETS,
  handle: sweepJourneys,
});

/** Looks at what changed in the last days. It grows with that, and not with how many journeys there are. */
export async function sweepJourneys(run: Run): Promise<void> {
  const window: [string, string][] = [
    ['_lastUpdated', `ge${new Date(run.now.getTime() - REACH_MS).toISOString()}`],
    ['_lastUpdated', `le${new Date(run.now.getTime() - GRACE_MS).toISOString()}`],
  ];
  const { fhir } = run;
  const settled = 'completed,not-done,unknown,stopped,entered-in-error';
  const [appointments, messages, steps, plans, answers, definitions] = await Promise.all([
    searchAll(fhir, 'Appointment', [['status', 'booked,arrived,checked-in,fulfilled,noshow,cancelled'], ...window]),
    searchAll(fhir, 'Communication', [['category', `${MESSAGE_CATEGORY}|${OUTGOING}`], ['status', settled], ...window]),
    searchAll(fhir, 'Task', [['code', `${TASK_CODE}|${STEP_TASK}`], ['status', 'completed,cancelled'], ...window]),
    searchAll(fhir, 'CarePlan', [['status', 'draft,revoked'], ...window]),
    searchAll(fhir, 'QuestionnaireResponse', [['status', 'completed,amended'], ...window]),
    searchAll(fhir, 'PlanDefinition', [['type', WORKFLOW], ...window]),
  ]);
  const own = plans.filter(({ identifier }) => identifier?.some(({ system }) => system === JOURNEY_SID));
  const withoutJourney = appointments.filter(
    (appointment) => appointment.status !== 'cancelled' && planIdsOf(appointment).length === 0,
  );
  await each(withoutJourney, ({ id }) => startFor(run, id, true));
  await each(
    own.filter(({ status }) => status === 'draft'),
    ({ id }) => wake(run, id),
  );
  await sweepEvents(run, new Date(run.now.getTime() - GRACE_MS));
  await each(definitions, ({ id }) => reportDefinition(run, id));
  const touched = [...[...appointments, ...messages, ...steps].flatMap(planIdsOf), ...(await plansOf(run, answers))];
  const lagging = await findLagging(run, [...new Set(touched)], 'active', follow(run));
  const loose = await findLagging(
    run,
    own.filter(({ status }) => status === 'revoked').map(({ id }) => id),
    'revoked',
    end(run),
  );
  await each(lagging, (plan) => moveJourney(run, plan.loaded, follow(run)));
  await each(loose, (plan) => moveJourney(run, plan.loaded, end(run)));
}

const follow =
  ({ now }: Run): Move =>
  ({ journey, facts }) =>
    advance(journey, facts, now);

const end =
  ({ now }: Run): Move =>
  ({ journey }) =>
    revoke(journey, { text: 'Revoked' }, now);

/** Of these journeys, those that a move would change. Loaded many together, so that the rest cost next to nothing. */
async function findLagging(
  run: Run,
  ids: readonly string[],
  status: string,
  move: Move,
): Promise<{ resourceType: 'CarePlan'; id?: string; loaded: Loaded }[]> {
  const lagging: Loaded[] = [];
  for (let start = 0; start < ids.length; start += TOGETHER) {
    const together = ids.slice(start, start + TOGETHER).join(',');
    const loaded = await loadJourneys(run, `_id=${together}&status=${status}`);
    lagging.push(...loaded.filter((journey) => decideMove(journey, move).writes.length > 0));
  }
  return lagging.map((loaded) => ({
    resourceType: 'CarePlan' as const,
    ...(loaded.journey.carePlan.id && { id: loaded.journey.carePlan.id }),
    loaded,
  }));
}

/** The journeys of the patients who have answered. */
async function plansOf({ fhir }: Run, answers: readonly WithId<QuestionnaireResponse>[]): Promise<string[]> {
  const subjects = [...new Set(answers.map(({ subject }) => subject?.reference).filter(isDefined))];
  const found: string[] = [];
  for (let start = 0; start < subjects.length; start += TOGETHER) {
    const together = subjects.slice(start, start + TOGETHER).join(',');
    const plans = await searchAll(fhir, 'CarePlan', { subject: together, status: 'active' });
    found.push(...plans.map(({ id }) => id));
  }
  return found;
}

/** The journeys that an Appointment, a message or a step belongs to. */
function planIdsOf(resource: WithId<Appointment | Communication | Task>): string[] {
  const references = resource.resourceType === 'Appointment' ? resource.supportingInformation : resource.basedOn;
  return (references ?? [])
    .map(({ reference }) => reference)
    .filter(isDefined)
    .filter((reference) => reference.startsWith('CarePlan/'))
    .map((reference) => reference.slice('CarePlan/'.length));
}
