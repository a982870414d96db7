import type { PlanDefinition } from '@medplum/fhirtypes';
import { TICKET_SID } from '../runtime/contract.ts';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { decideStanding } from '../runtime/standing-ticket.ts';
import { OPEN_TICKET } from '../runtime/ticket.ts';
import { checkDefinition } from './check.ts';

export const REPORT_ACCESS: Access = {
  ActivityDefinition: 'read',
  PlanDefinition: 'read',
  Questionnaire: 'read',
  Task: 'write',
};

/** The type by which a PlanDefinition is a journey. */
export const WORKFLOW = 'http://terminology.hl7.org/CodeSystem/plan-definition-type|workflow-definition';

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
        `Task?identifier=${key}&status=${OPEN_TICKET.join(',')}&_count=100`,
      ]);
      const [source] = ofType(found.flat(), 'PlanDefinition');
      const isUsed = source !== undefined && isJourney(source);
      return {
        problems: isUsed ? (await checkDefinition(run, source)).problems : [],
        tickets: ofType(found.flat(), 'Task'),
      };
    },
    decide: ({ problems, tickets }) =>
      decideStanding(
        {
          key: keyOf(id),
          text: `This journey cannot be started. ${problems.join(' ')}`,
          focus: { reference: `PlanDefinition/${id}` },
          priority: 'urgent',
        },
        problems.length > 0,
        tickets,
        run.now,
      ),
  });
}

const keyOf = (id: string): string => `journey-definition/${id}`;
