import { subscriber } from '../runtime/definition.ts';
import { OFFERING_ACCESS, waiting } from './offering.ts';
import { seekPlace } from './seeking.ts';
import { admit } from './waitlist-entry.ts';

export default subscriber({
  name: 'scheduling/wait',
  description: 'Looks at a new entry of the waitlist, and offers it a place if one is free already.',
  on: 'Appointment',
  access: { ...OFFERING_ACCESS, Task: 'create' },
  handle: async (run, { id }) => {
    const { status } = await admit(run, id);
    const entries = status === 'waitlist' ? await waiting(run.fhir) : [];
    const entry = entries.find((waits) => waits.id === id);
    if (entry) {
      await seekPlace(run, entry, entries);
    }
  },
});
