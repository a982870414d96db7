import { subscriber } from '../runtime/definition.ts';
import { EVENT_ACCESS, loadStarters, startBecauseOf } from './event-starts.ts';
import { JOURNEY_SECRETS } from './load.ts';
import { CAUSES } from './shown.ts';

export default subscriber({
  name: 'journeys/start-by-event',
  description: 'Starts the journeys whose first stage names what happened: a discharge, a diagnosis, a registration.',
  on: CAUSES,
  access: EVENT_ACCESS,
  secrets: JOURNEY_SECRETS,
  handle: async (run, resource) => startBecauseOf(run, resource, await loadStarters(run)),
});
