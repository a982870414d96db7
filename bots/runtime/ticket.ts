import type { Coding, Reference, Task } from '@medplum/fhirtypes';
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
  /** What kind of ticket it is, beside being one: a code of `BASE/CodeSystem/task-code`. */
  readonly kind?: Pick<Coding, 'code' | 'display'>;
  readonly input?: Task['input'];
}

/** The write that raises a ticket: a Task that the front desk works off. */
export function ticket(about: Ticket, now: Date): Write<Task> {
  const { key, text, focus, patient, priority = 'routine', kind, input } = about;
  return createOnce<Task>(
    {
      resourceType: 'Task',
      identifier: [{ system: TICKET_SID, value: key }],
      status: 'requested',
      intent: 'order',
      priority,
      code: {
        coding: [
          { system: TASK_CODE, code: 'ticket', display: 'Ticket' },
          ...(kind ? [{ system: TASK_CODE, ...kind }] : []),
        ],
      },
      description: text,
      authoredOn: now.toISOString(),
      ...(focus && { focus }),
      ...(patient && { for: patient }),
      ...(input && { input }),
    },
    `identifier=${TICKET_SID}|${key}`,
  );
}

/** States in which somebody still has to do something about a ticket. */
export const OPEN_TICKET = ['requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold'];

/** The write that raises a ticket unless an open one of the same key is there; after that was closed, a new one is made. */
export function openTicket(about: Ticket, now: Date): Write<Task> {
  const raised = ticket(about, now);
  return { ...raised, ifNoneExist: `${raised.ifNoneExist}&status=${OPEN_TICKET.join(',')}` };
}
