import type { WithId } from '@medplum/core';
import type { CommunicationRequest, Task } from '@medplum/fhirtypes';
import { MESSAGE_CATEGORY, OUTGOING } from '../messages/names.ts';
import { TASK_CODE } from '../runtime/contract.ts';
import { cron } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { each, inTurn } from '../runtime/each.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { create, unchanged, update } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { moveTogether } from './follow.ts';
import { JOURNEY_ACCESS, JOURNEY_SECRETS } from './load.ts';
import { advance } from './moves.ts';
import { STEP_TASK, TIMED_STAGE } from './names.ts';
import { timeOf } from './parts.ts';
import { disarm } from './timers.ts';
import { runStep } from './steps.ts';

/** In one run of a minute; each is two writes. */
const AT_ONCE = 400;

export default cron({
  name: 'journeys/run-due',
  description:
    'Runs the steps that are due (a message is given to be sent, a task to those who work on it) and enters stages.',
  schedule: '* * * * *',
  access: JOURNEY_ACCESS,
  secrets: JOURNEY_SECRETS,
  quota: 150_000,
  timeout: 60,
  handle: runDue,
});

/** Finds what is due with one request. What it costs depends on that, and not on how many journeys there are. */
export async function runDue(run: Run): Promise<void> {
  const until = encodeURIComponent(run.now.toISOString());
  const outgoing = encodeURIComponent(`${MESSAGE_CATEGORY}|${OUTGOING}`);
  const step = encodeURIComponent(`${TASK_CODE}|${STEP_TASK}`);
  const stage = encodeURIComponent(`${TASK_CODE}|${TIMED_STAGE}`);
  const [messages = [], tasks = [], stages = []] = await readTogether(run.fhir, [
    `CommunicationRequest?status=active&category=${outgoing}&occurrence=le${until}&_sort=occurrence&_count=${AT_ONCE}`,
    `Task?status=draft&code=${step}&due-date=le${until}&_sort=due-date&_count=${AT_ONCE}`,
    `Task?status=requested,in-progress&code=${stage}&due-date=le${until}&_sort=due-date&_count=${AT_ONCE}`,
  ]);
  const steps = [...ofType(messages, 'CommunicationRequest'), ...ofType(tasks, 'Task')];
  const ids = ofType(stages, 'Task').flatMap(({ basedOn }) => basedOn?.[0]?.reference?.split('/')[1] ?? []);
  await inTurn(
    () => each(steps, (found) => runOne(run, found)),
    () => goOn(run, [...new Set(ids)]),
  );
}

/** Journeys of which a stage's time has come go on; one that rests is not found again before it goes on. */
async function goOn(run: Run, ids: readonly string[]): Promise<void> {
  await moveTogether(run, ids, '', ({ journey, facts }) =>
    journey.carePlan.status === 'active' ? advance(journey, facts, run.now) : disarm(journey),
  );
}

async function runOne(run: Run, found: WithId<CommunicationRequest | Task>): Promise<void> {
  let loadedAlready: WithId<CommunicationRequest | Task> | undefined = found;
  await settle({
    fhir: run.fhir,
    load: async () => {
      const loaded = loadedAlready ?? (await run.fhir.readResource(found.resourceType, found.id));
      loadedAlready = undefined;
      return loaded;
    },
    decide: (step) => decideDue(step, run.now),
  });
}

/** A step that is still open, and still due, is run. */
export function decideDue(step: WithId<CommunicationRequest | Task>, now: Date): Decision<undefined> {
  const waits = step.resourceType === 'Task' ? step.status === 'draft' : step.status === 'active';
  const due = timeOf(step);
  if (!waits || !due || due > now) {
    return unchanged(undefined);
  }
  const { step: done, message } = runStep(step, now);
  return { writes: [update(done), ...(message ? [create(message)] : [])], result: undefined };
}
