import { subscriber } from '../runtime/definition.ts';
import { GENERATION_ACCESS, GENERATION_QUOTA, GENERATION_TIMEOUT } from './generation.ts';
import { regenerate } from './regenerating.ts';

export default subscriber({
  name: 'scheduling/regenerate-slots',
  description:
    'Brings the future Slots of a Schedule in line when it changes or is deleted, and fills a new one that takes part.',
  on: 'Schedule',
  access: GENERATION_ACCESS,
  quota: GENERATION_QUOTA,
  timeout: GENERATION_TIMEOUT,
  // Deliveries can overtake each other: what counts is the Schedule as it is now.
  handle: (run, { id }) => regenerate(run, id),
});
