import type { WithId } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { openTicket } from './ticket.ts';
import type { Ticket } from './ticket.ts';
import { unchanged, update } from './writes.ts';
import type { Decision } from './writes.ts';

/**
 * The ticket of something that is wrong until it is right: one is open as long as it is, with the text of now; it is
 * closed when it is not any more.
 * @param tickets - The open ones of its key.
 */
export function decideStanding(
  about: Ticket,
  isWrong: boolean,
  tickets: readonly WithId<Task>[],
  now: Date,
): Decision<undefined> {
  const lastModified = now.toISOString();
  if (!isWrong) {
    const closed = tickets.map((task) =>
      update<WithId<Task>>({
        ...task,
        status: 'completed',
        statusReason: { text: 'It is right again.' },
        lastModified,
      }),
    );
    return { writes: closed, result: undefined };
  }
  const [open] = tickets;
  if (!open) {
    return { writes: [openTicket(about, now)], result: undefined };
  }
  return open.description === about.text
    ? unchanged(undefined)
    : { writes: [update({ ...open, description: about.text, lastModified })], result: undefined };
}
