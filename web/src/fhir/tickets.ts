import type { Task } from '@medplum/fhirtypes';
import { TASK_CODE } from '../../../bots/runtime/contract.ts';

/** States of a Task of which somebody still has to do something. */
const OPEN = 'draft,requested,received,accepted,ready,in-progress,on-hold';

/** A search for what needs a person. */
export const OPEN_TICKETS = { code: `${TASK_CODE}|ticket`, status: OPEN, _sort: 'authored-on' } as const;

const PRIORITIES = ['stat', 'asap', 'urgent', 'routine'] as const;

/** The most urgent first, then what waits longest. */
export function byUrgency<T extends Task>(tickets: readonly T[]): T[] {
  const rank = ({ priority = 'routine' }: Task): number => PRIORITIES.indexOf(priority);
  const since = ({ authoredOn = '' }: Task): number => Date.parse(authoredOn) || 0;
  return tickets.toSorted((a, b) => rank(a) - rank(b) || since(a) - since(b));
}
