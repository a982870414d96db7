import { updated, when } from './when.ts';
import type { Rule } from './when.ts';

/** A place came back: by a cancellation, an expired hold, a move or an unblocking. New slots wait for the sweep. */
const comesFree = "%previous.status != 'free' and %current.status = 'free'";

export default [when('Slot', updated(comesFree, 'status=free')).run('scheduling/offer-place')] satisfies Rule[];
