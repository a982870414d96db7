import type { WithId } from '@medplum/core';
import { resolveId } from '@medplum/core';
import type { Resource, Schedule, Task } from '@medplum/fhirtypes';
import { TASK_CODE } from '../runtime/contract.ts';
import { cron } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { ofType, readTogether, searchAll } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { timeIsLeft } from '../runtime/time-left.ts';
import { change } from '../runtime/writes.ts';
import { GENERATION_CODE, intervalsOf, noteDeleted } from './generation-task.ts';
import { GENERATION_ACCESS, GENERATION_QUOTA, GENERATION_TIMEOUT, RUN_MS } from './generation.ts';
import { fillOrRaise } from './horizon.ts';
import { deletedSchedule } from './pattern.ts';
import { sweepChanged } from './regenerating.ts';

/** A generation that has not written for this long is not under way any more. */
const IDLE_MS = 50_000;

export default cron({
  name: 'scheduling/continue-slots',
  description:
    'Goes on with the generation of Slots where the quota, or anything else, cut it off, and finds Schedules that changed without it.',
  schedule: '* * * * *',
  access: GENERATION_ACCESS,
  quota: GENERATION_QUOTA,
  timeout: GENERATION_TIMEOUT,
  handle: async (run) => {
    const tasks = await searchAll(run.fhir, 'Task', {
      code: `${TASK_CODE}|${GENERATION_CODE}`,
      status: 'in-progress',
      _lastUpdated: `lt${new Date(run.now.getTime() - IDLE_MS).toISOString()}`,
    });
    const isTimeLeft = timeIsLeft(RUN_MS);
    try {
      await each(tasks, async (task) => {
        if (isTimeLeft()) {
          const focus: WithId<Resource>[][] = await readTogether(run.fhir, [task.focus?.reference ?? '']);
          const [schedule] = ofType(focus.flat(), 'Schedule');
          await (schedule ? resume(run, task, schedule) : resumeDeleted(run, task));
        }
      });
    } finally {
      await sweepChanged(run);
    }
  },
});

async function resume(run: Run, task: WithId<Task>, schedule: WithId<Schedule>): Promise<void> {
  for (const window of intervalsOf(task)) {
    if (!(await fillOrRaise(run, schedule, window))) {
      return stop(run, task, 'on-hold');
    }
  }
}

async function resumeDeleted(run: Run, task: WithId<Task>): Promise<void> {
  const schedule = await deletedSchedule(run.fhir, resolveId(task.focus) ?? '');
  if (!schedule) {
    return stop(run, task, 'cancelled');
  }
  await resume(run, task, schedule);
  return noteDeleted(run.fhir, schedule);
}

/** There is nothing to go on with, until somebody asks for slots of this Schedule again. */
async function stop({ fhir }: Run, task: WithId<Task>, status: Task['status']): Promise<void> {
  await settle({
    fhir,
    load: () => fhir.readResource('Task', task.id),
    decide: (current) => change({ ...current, status }),
  });
}
