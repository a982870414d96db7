import { operation } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { isForLater, refuse } from '../runtime/outcome.ts';
import { boolean, described, instant, optional, reference, text } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { findBlock } from './block.ts';
import { blockOf, CLOSING_ACCESS, openClosing, shutTime, workOff } from './closing.ts';
import { follow } from './closing-follow.ts';
import { closingOf } from './closing-task.ts';
import { GENERATION_QUOTA, GENERATION_TIMEOUT } from './generation.ts';
import { windowOf } from './window.ts';

export default operation({
  name: 'scheduling/close',
  description: 'Closes a Schedule for some time: every patient there is offered another time, or cancelled, and told.',
  code: 'close',
  resource: 'Schedule',
  input: {
    schedule: reference('Schedule'),
    start: instant(),
    end: instant(),
    reason: described(text(), 'For the staff; patients are not told.'),
    cancel: optional(described(boolean(), 'Cancel, and offer no other time.')),
  },
  returns: 'Task',
  access: CLOSING_ACCESS,
  quota: GENERATION_QUOTA,
  timeout: GENERATION_TIMEOUT,
  who: staff('administrator', 'practitioner', 'front-desk'),
  run: async (run, { schedule: asked, start, end, reason, cancel = false }) => {
    const time = windowOf({ start, end }, run.now);
    const schedule = await read(run.fhir, asked, 'schedule');
    if (schedule.actor.length === 0) {
      return refuse('business-rule', 'schedule', 'This Schedule is of nobody.');
    }
    const closing = { time, cancel };
    const requestedBy = run.requester.reference;
    const task = await openClosing(run, schedule, closing, reason, requestedBy);
    const same = closingOf(task);
    if (same && same.cancel !== cancel && (await findBlock(run, schedule, time))) {
      const how = same.cancel ? 'by cancelling' : 'with new times offered';
      return refuse('business-rule', 'cancel', `This time is closed already, ${how}. Open it first to close it anew.`);
    }
    let known = task;
    let isShut = false;
    try {
      known = await shutTime(run, task, schedule, closing, requestedBy);
      isShut = true;
      return await follow(run, await workOff(run, known, schedule));
    } catch (thrown) {
      // A cron job goes on with every closing that was never shut, and with every one that is. What was opened again and
      // could not be shut once more is neither: it has to be asked for again.
      const goesOn = isShut || (task.status === 'in-progress' && !blockOf(task));
      if (goesOn && isForLater(thrown)) {
        return known;
      }
      throw thrown;
    }
  },
});
