import type { Appointment, Communication, Encounter, Task } from '@medplum/fhirtypes';
import { isDefined } from '@medplum/core';
import type { WithId } from '@medplum/core';
import { subscriber } from '../runtime/definition.ts';
import { followJourneys } from './follow.ts';
import { JOURNEY_ACCESS, JOURNEY_SECRETS } from './load.ts';

export default subscriber({
  name: 'journeys/advance',
  description:
    'Moves journeys when an Appointment arrives, is fulfilled or rebooked, an Encounter starts or finishes, a step is done.',
  on: ['Appointment', 'Encounter', 'Communication', 'Task'],
  access: JOURNEY_ACCESS,
  secrets: JOURNEY_SECRETS,
  handle: async (run, resource) => {
    const query = journeysOf(resource);
    if (query) {
      await followJourneys(run, `${query}&status=active`);
    }
  },
});

/** The search that finds the journeys that a change may move. */
export function journeysOf(resource: WithId<Appointment | Encounter | Communication | Task>): string | undefined {
  switch (resource.resourceType) {
    case 'Appointment':
      return `activity-reference=Appointment/${resource.id}`;
    case 'Encounter':
      return searchFor('activity-reference', 'Appointment', resource.appointment);
    case 'Communication':
    case 'Task':
      return searchFor('_id', 'CarePlan', resource.basedOn);
  }
}

function searchFor(
  parameter: string,
  type: string,
  references: readonly { readonly reference?: string }[] | undefined,
): string | undefined {
  const found = (references ?? []).map(({ reference }) => reference).filter(isDefined);
  const own = found.filter((reference) => reference.startsWith(`${type}/`));
  const values = parameter === '_id' ? own.map((reference) => reference.slice(type.length + 1)) : own;
  return values.length > 0 ? `${parameter}=${values.join(',')}` : undefined;
}
