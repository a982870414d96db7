import type { WithId } from '@medplum/core';
import type { PlanDefinition, Task } from '@medplum/fhirtypes';
import { TICKET_SID } from '../runtime/contract.ts';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { ticket } from '../runtime/ticket.ts';
import { unchanged, update } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { checkDefinition } from './check.ts';

export const REPORT_ACCESS: Access = {
  ActivityDefinition: 'read',
  PlanDefinition: 'read',
  Questionnaire: 'read',
  Task: 'write',
};

/** The type by which a PlanDefinition is a journey. */
export const WORKFLOW = 'http://terminology.hl7.org/CodeSystem/plan-definition-type|workflow-definition';

const OPEN = ['requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold'];

/** Whether a PlanDefinition can start journeys: it is one, and in use. */
export const isJourney = ({ status, type }: PlanDefinition): boolean =>
  status === 'active' && (type?.coding?.some(({ system, code }) => `${system}|${code}` === WORKFLOW) ?? false);

/**
 * Looks at a definition as it is now. What is wrong with it stands in one open ticket, which is closed when it is
 * right again (or not in use any more), and not opened anew by a second look.
 */
export async function reportDefinition(run: Run, id: string): Promise<void> {
  await settle({
    fhir: run.fhir,
    load: async () => {
      const key = encodeURIComponent(`${TICKET_SID}|${keyOf(id)}`);
      const found = await readTogether(run.fhir, [
        `PlanDefinition/${id}`,
        `Task?identifier=${key}&status=${OPEN.join(',')}&_count=100`,
      ]);
      const [source] = ofType(found.flat(), 'PlanDefinition');
      const isUsed = source !== undefined && isJourney(source);
      return {
        problems: isUsed ? (await checkDefinition(run, source)).problems : [],
        tickets: ofType(found.flat(), 'Task'),
      };
    },
    decide: ({ problems, tickets }) => decideReport(id, problems, tickets, run.now),
  });
}

/** The ticket of a definition, as it should be. */
export function decideReport(
  id: string,
  problems: readonly string[],
  tickets: readonly WithId<Task>[],
  now: Date,
): Decision<undefined> {
  const [open] = tickets;
  const text = `This journey cannot be started. ${problems.join(' ')}`;
  if (problems.length === 0) {
    const closed = tickets.map((task) =>
      update({
        ...task,
        status: 'completed',
        statusReason: { text: 'The definition is right again.' },
        lastModified: now.toISOString(),
      }),
    );
    return { writes: closed, result: undefined };
  }
  if (open) {
    return open.description === text
      ? unchanged(undefined)
      : { writes: [update({ ...open, description: text, lastModified: now.toISOString() })], result: undefined };
  }
  const raised = ticket(
    { key: keyOf(id), text, focus: { reference: `PlanDefinition/${id}` }, priority: 'urgent' },
    now,
  );
  return {
    writes: [{ ...raised, ifNoneExist: `${raised.ifNoneExist}&status=${OPEN.join(',')}` }],
    result: undefined,
  };
}

const keyOf = (id: string): string => `journey-definition/${id}`;
