import { subscriber } from '../runtime/definition.ts';
import { followJourneys, moveJourney } from './follow.ts';
import { JOURNEY_ACCESS, JOURNEY_SECRETS, loadJourneys } from './load.ts';
import { revoke } from './moves.ts';

export default subscriber({
  name: 'journeys/revoke',
  description:
    'Ends journeys whose Appointment is cancelled or deleted, or whose CarePlan is revoked: what is open is cancelled.',
  on: ['Appointment', 'CarePlan'],
  access: JOURNEY_ACCESS,
  secrets: JOURNEY_SECRETS,
  handle: async (run, resource) => {
    if (resource.resourceType === 'Appointment') {
      await followJourneys(run, `activity-reference=Appointment/${resource.id}&status=active`);
      return;
    }
    for (const loaded of await loadJourneys(run, `_id=${resource.id}&status=revoked`)) {
      await moveJourney(run, loaded, ({ journey }) => revoke(journey, { text: 'Revoked' }, run.now));
    }
  },
});
