import { TASK_CODE } from '../runtime/contract.ts';
import { cron } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { ofType, readTogether, searchAll } from '../runtime/load.ts';
import { CLOSING_ACCESS, workOff } from './closing.ts';
import { follow } from './closing-follow.ts';
import { CLOSING_CODE } from './closing-task.ts';
import { GENERATION_QUOTA, GENERATION_TIMEOUT } from './generation.ts';

export default cron({
  name: 'scheduling/follow-closings',
  description: 'Goes on with Schedules that are closed for some time, and notes what the patients answer.',
  schedule: '* * * * *',
  access: CLOSING_ACCESS,
  quota: GENERATION_QUOTA,
  timeout: GENERATION_TIMEOUT,
  handle: async (run) => {
    const tasks = await searchAll(run.fhir, 'Task', { code: `${TASK_CODE}|${CLOSING_CODE}`, status: 'in-progress' });
    await each(tasks, async (task) => {
      const [found = []] = await readTogether(run.fhir, [task.focus?.reference ?? '']);
      const [schedule] = ofType(found, 'Schedule');
      await follow(run, schedule ? await workOff(run, task, schedule) : { task, isThrough: true });
    });
  },
});
