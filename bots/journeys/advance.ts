import type {
  Appointment,
  CarePlan,
  Communication,
  Encounter,
  Patient,
  QuestionnaireResponse,
  Task,
} from '@medplum/fhirtypes';
import { isDefined } from '@medplum/core';
import type { WithId } from '@medplum/core';
import { subscriber } from '../runtime/definition.ts';
import { followJourneys } from './follow.ts';
import { JOURNEY_ACCESS, JOURNEY_SECRETS } from './load.ts';

export default subscriber({
  name: 'journeys/advance',
  description:
    'Moves journeys when an Appointment arrives, is fulfilled or rebooked, an Encounter starts or finishes, a step is done, questions are answered.',
  on: ['Appointment', 'Encounter', 'Communication', 'Task', 'Patient', 'QuestionnaireResponse', 'CarePlan'],
  access: JOURNEY_ACCESS,
  secrets: JOURNEY_SECRETS,
  handle: async (run, resource) => {
    for (const query of journeysOf(resource)) {
      await followJourneys(run, `${query}&status=active`);
    }
  },
});

type Mover = Appointment | Encounter | Communication | Task | Patient | QuestionnaireResponse | CarePlan;

/** The searches that find the journeys that a change may move. */
export function journeysOf(resource: WithId<Mover>): string[] {
  switch (resource.resourceType) {
    case 'Appointment':
      return [`activity-reference=Appointment/${resource.id}`];
    case 'Encounter':
      return [
        `encounter=Encounter/${resource.id}`,
        ...searchFor('activity-reference', 'Appointment', resource.appointment),
      ];
    case 'Communication':
    case 'Task':
      return searchFor('_id', 'CarePlan', resource.basedOn);
    case 'Patient':
      return [`subject=Patient/${resource.id}`];
    case 'QuestionnaireResponse':
      return searchFor('subject', 'Patient', resource.subject && [resource.subject]);
    case 'CarePlan':
      return [`_id=${resource.id}`];
  }
}

function searchFor(
  parameter: string,
  type: string,
  references: readonly { readonly reference?: string }[] | undefined,
): string[] {
  const found = (references ?? []).map(({ reference }) => reference).filter(isDefined);
  const own = found.filter((reference) => reference.startsWith(`${type}/`));
  const values = parameter === '_id' ? own.map((reference) => reference.slice(type.length + 1)) : own;
  return values.length > 0 ? [`${parameter}=${values.join(',')}`] : [];
}
