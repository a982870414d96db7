import type { Reference, Task } from '@medplum/fhirtypes';
import { TASK_CODE, TICKET_SID } from './contract.ts';
import { createOnce } from './writes.ts';
import type { Write } from './writes.ts';

/** Something that a person has to look at. */
export interface Ticket {
  /** What it is about, once: a second ticket with the same key is not made. Letters, digits, `.`, `-` and `/`. */
  readonly key: string;
  /** For a person. Without names, numbers or texts of patients: who it is about stands in `focus` and `patient`. */
  readonly text: string;
  readonly focus?: Reference;
  readonly patient?: Reference;
  readonly priority?: Task['priority'];
}

/** The write that raises a ticket: a Task that the front desk works off. */
export function ticket({ key, text, focus, patient, priority = 'routine' }: Ticket, now: Date): Write<Task> {
  return createOnce<Task>(
    {
      resourceType: 'Task',
      identifier: [{ system: TICKET_SID, value: key }],
      status: 'requested',
      intent: 'order',
      priority,
      code: { coding: [{ system: TASK_CODE, code: 'ticket', display: 'Ticket' }] },
      description: text,
      authoredOn: now.toISOString(),
      ...(focus && { focus }),
      ...(patient && { for: patient }),
    },
    `identifier=${TICKET_SID}|${key}`,
  );
}
