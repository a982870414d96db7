import { refuse } from '../runtime/outcome.ts';
import type { Interval } from './wall-clock.ts';

const MAX_DAYS = 400;
const DAY_MS = 86_400_000;
/** A block can have begun so long before the slots that it shuts. */
export const LONGEST_WINDOW_MS = MAX_DAYS * DAY_MS;

/**
 * A window of time that a caller gave.
 * @throws Refusal `value` about `end` if it is not after the start, is past, or more than 400 days after the start.
 */
export function windowOf({ start, end }: Interval, now: Date): Interval {
  if (end <= start) {
    return refuse('value', 'end', 'end must be after start.');
  }
  if (end.getTime() - start.getTime() > LONGEST_WINDOW_MS) {
    return refuse('value', 'end', `A window may have ${MAX_DAYS} days at most.`);
  }
  return end <= now ? refuse('value', 'end', 'The window is past.') : { start, end };
}
