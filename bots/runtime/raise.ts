import type { Task } from '@medplum/fhirtypes';
import type { Run } from './definition.ts';
import { settle } from './settle.ts';
import { openTicket, ticket } from './ticket.ts';
import type { Ticket } from './ticket.ts';
import type { Write } from './writes.ts';

/** Raises a ticket by itself, once for its key; many may do so at once. */
export const raise = (run: Run, about: Ticket): Promise<void> => write(run, ticket(about, run.now));

/** Raises a ticket by itself, unless an open one of its key is there; many may do so at once. */
export const raiseOpen = (run: Run, about: Ticket): Promise<void> => write(run, openTicket(about, run.now));

async function write({ fhir }: Run, raised: Write<Task>): Promise<void> {
  await settle({ fhir, load: async () => undefined, decide: () => ({ writes: [raised], result: undefined }) });
}
