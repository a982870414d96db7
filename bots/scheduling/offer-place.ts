import { subscriber } from '../runtime/definition.ts';
import { isGenerated } from './names.ts';
import { OFFERING_ACCESS, offerPlaces, waiting } from './offering.ts';

export default subscriber({
  name: 'scheduling/offer-place',
  description: 'Offers a place that comes free to the first on the waitlist who waits for such a one.',
  on: 'Slot',
  access: OFFERING_ACCESS,
  handle: async (run, slot) => {
    const entries = isGenerated(slot) ? await waiting(run.fhir) : [];
    if (entries.length > 0) {
      await offerPlaces(run, slot, entries);
    }
  },
});
