import type { WithId } from '@medplum/core';
import { getReferenceString, isDefined } from '@medplum/core';
import type { Appointment, CarePlan, Communication, QuestionnaireResponse, Task } from '@medplum/fhirtypes';
import { MESSAGE_CATEGORY, OUTGOING } from '../messages/names.ts';
import { reportTemplate } from '../messages/report-template.ts';
import { TASK_CODE } from '../runtime/contract.ts';
import { cron } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { each, inTurn } from '../runtime/each.ts';
import { searchAll } from '../runtime/load.ts';
import { wake } from './begin.ts';
import { isCalledOff } from './facts.ts';
import { EVENT_ACCESS, sweepEvents } from './event-starts.ts';
import { moveTogether } from './follow.ts';
import type { Move } from './follow.ts';
import { JOURNEY_SECRETS } from './load.ts';
import { advance, revoke } from './moves.ts';
import { JOURNEY_SID, STEP_TASK } from './names.ts';
import { reportDefinition, WORKFLOW } from './report.ts';
import { startLost } from './start.ts';

/** How far back a lost delivery is looked for, and how long a delivery may take before it counts as lost. */
const REACH_MS = 3 * 24 * 3_600_000;
const GRACE_MS = 60_000;
/** Of what changes often, or by itself: many runs. */
const SHORT_REACH_MS = 3_600_000;
/** References in one search: an address has its length. */
const NAMED_TOGETHER = 50;

export default cron({
  name: 'journeys/sweep',
  description: 'Finds what lost deliveries left undone: bookings without a journey, journeys that lag behind.',
  schedule: '*/5 * * * *',
  access: { ...EVENT_ACCESS, Task: 'write' },
  secrets: JOURNEY_SECRETS,
  quota: 150_000,
  timeout: 60,
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
  const recent: [string, string] = ['_lastUpdated', `ge${new Date(run.now.getTime() - SHORT_REACH_MS).toISOString()}`];
  const [appointments, messages, steps, plans, answers, definitions, templates, encounters, patients, awake] =
    await Promise.all([
      searchAll(fhir, 'Appointment', [
        ['status', 'booked,arrived,checked-in,fulfilled,noshow,cancelled,entered-in-error'],
        ...window,
      ]),
      searchAll(fhir, 'Communication', [
        ['category', `${MESSAGE_CATEGORY}|${OUTGOING}`],
        ['status', settled],
        ...window,
      ]),
      searchAll(fhir, 'Task', [['code', `${TASK_CODE}|${STEP_TASK}`], ['status', 'completed,cancelled'], ...window]),
      searchAll(fhir, 'CarePlan', [['status', 'draft,revoked'], ...window]),
      searchAll(fhir, 'QuestionnaireResponse', [['status', 'completed,amended'], ...window]),
      searchAll(fhir, 'PlanDefinition', [['type', WORKFLOW], ...window]),
      searchAll(fhir, 'ActivityDefinition', [...window.slice(1), recent]),
      searchAll(fhir, 'Encounter', [...window.slice(1), recent]),
      searchAll(fhir, 'Patient', [...window.slice(1), recent]),
      searchAll(fhir, 'CarePlan', [['status', 'active'], ...window.slice(1), recent]),
    ]);
  const own = plans.filter(isOurs);
  const withoutJourney = appointments.filter(
    (appointment) => !isCalledOff(appointment) && planIdsOf(appointment).length === 0,
  );
  const touched = async (): Promise<string[]> => [
    ...[...appointments, ...messages, ...steps].flatMap(planIdsOf),
    ...awake.filter(isOurs).map(({ id }) => id),
    ...(await plansWith(run, 'encounter', encounters.map(getReferenceString))),
    ...(await plansWith(run, 'subject', [...answers.map(subjectOf), ...patients.map(getReferenceString)])),
  ];
  await inTurn(
    () =>
      each(
        own.filter(({ status }) => status === 'draft'),
        ({ id }) => wake(run, id),
      ),
    () => sweepEvents(run, new Date(run.now.getTime() - GRACE_MS)),
    () => each(definitions, ({ id }) => reportDefinition(run, id)),
    () => each(templates, (template) => reportTemplate(run, template)),
    async () => moveTogether(run, [...new Set(await touched())], '&status=active', follow(run)),
    () =>
      moveTogether(
        run,
        own.filter(({ status }) => status === 'revoked').map(({ id }) => id),
        '&status=revoked',
        end(run),
      ),
    () => startLost(run, withoutJourney),
  );
}

const follow =
  ({ now }: Run): Move =>
  ({ journey, facts }) =>
    advance(journey, facts, now);

const end =
  ({ now }: Run): Move =>
  ({ journey }) =>
    revoke(journey, { text: 'Revoked' }, now);

const isOurs = ({ identifier }: CarePlan): boolean => identifier?.some(({ system }) => system === JOURNEY_SID) ?? false;

const subjectOf = ({ subject }: QuestionnaireResponse): string | undefined => subject?.reference;

/** The journeys that name one of these as their encounter, or their patient. */
async function plansWith(
  { fhir }: Run,
  parameter: 'encounter' | 'subject',
  named: readonly (string | undefined)[],
): Promise<string[]> {
  const references = [...new Set(named.filter(isDefined))];
  const found: string[] = [];
  for (let start = 0; start < references.length; start += NAMED_TOGETHER) {
    const together = references.slice(start, start + NAMED_TOGETHER).join(',');
    const plans = await searchAll(fhir, 'CarePlan', { [parameter]: together, status: 'active' });
    found.push(...plans.filter(isOurs).map(({ id }) => id));
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
