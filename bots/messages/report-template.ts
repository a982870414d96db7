import type { ActivityDefinition } from '@medplum/fhirtypes';
import type { WithId } from '@medplum/core';
import { TICKET_SID } from '../runtime/contract.ts';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { decideStanding } from '../runtime/standing-ticket.ts';
import { OPEN_TICKET } from '../runtime/ticket.ts';
import { templateTicket } from './names.ts';
import { isTemplate, templateProblems } from './template-problems.ts';

/** What is wrong with a template in use stands in one open ticket, which is closed when it is right again. */
export async function reportTemplate({ fhir, now }: Run, { id, url }: WithId<ActivityDefinition>): Promise<void> {
  const key = templateTicket(url ?? `ActivityDefinition/${id}`);
  await settle({
    fhir,
    load: async () => {
      const token = encodeURIComponent(`${TICKET_SID}|${key}`);
      const found = await readTogether(fhir, [
        `ActivityDefinition/${id}`,
        `Task?identifier=${token}&status=${OPEN_TICKET.join(',')}&_count=100`,
      ]);
      const [source] = ofType(found.flat(), 'ActivityDefinition');
      const isUsed = source?.status === 'active' && isTemplate(source);
      const problems = isUsed ? templateProblems(source) : [];
      // What a message failed on may be missing in a record: that ticket is not closed by looking at the text.
      const tickets = ofType(found.flat(), 'Task').filter(
        ({ focus }) => problems.length > 0 || focus?.reference === `ActivityDefinition/${id}`,
      );
      return { problems, tickets };
    },
    decide: ({ problems, tickets }) =>
      decideStanding(
        {
          key,
          text: `Messages of this template cannot be sent. ${problems.join(' ')}`,
          focus: { reference: `ActivityDefinition/${id}` },
          priority: 'urgent',
        },
        problems.length > 0,
        tickets,
        now,
      ),
  });
}
