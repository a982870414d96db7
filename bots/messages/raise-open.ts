import type { Run } from '../runtime/definition.ts';
import { settle } from '../runtime/settle.ts';
import { openTicket } from '../runtime/ticket.ts';
import type { Ticket } from '../runtime/ticket.ts';

/** Raises a ticket by itself, unless an open one of its key is there; many may do so at once. */
export async function raiseOpen({ fhir, now }: Run, about: Ticket): Promise<void> {
  await settle({
    fhir,
    load: async () => undefined,
    decide: () => ({ writes: [openTicket(about, now)], result: undefined }),
  });
}
