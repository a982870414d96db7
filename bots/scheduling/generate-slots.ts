import { operation } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { instant, reference } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { fill, GENERATION_ACCESS, GENERATION_QUOTA, GENERATION_TIMEOUT } from './generation.ts';
import type { Tally } from './generation.ts';
import { windowOf } from './window.ts';

export default operation({
  name: 'scheduling/generate-slots',
  description: "Makes the Slots that a Schedule's weekly pattern asks for in a window of time.",
  code: 'generate-slots',
  resource: 'Schedule',
  input: { schedule: reference('Schedule'), start: instant(), end: instant() },
  returns: { created: 'integer', kept: 'integer', removed: 'integer', remaining: 'integer' },
  access: GENERATION_ACCESS,
  quota: GENERATION_QUOTA,
  timeout: GENERATION_TIMEOUT,
  who: staff('administrator', 'practitioner', 'front-desk'),
  run: async (run, input): Promise<Tally> => {
    const window = windowOf(input, run.now);
    const schedule = await read(run.fhir, input.schedule, 'schedule');
    if (schedule.active === false) {
      return refuse('business-rule', 'schedule', 'This Schedule is not active.');
    }
    return fill(run, schedule, window);
  },
});
