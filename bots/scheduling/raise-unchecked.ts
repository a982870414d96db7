import { subscriber } from '../runtime/definition.ts';
import { raiseUnchecked } from './unchecked.ts';

export default subscriber({
  name: 'scheduling/raise-unchecked',
  description: 'Raises a ticket about an Appointment that took a place of ours, or came too late, past the operations.',
  on: 'Appointment',
  access: { Appointment: 'read', Slot: 'write', Schedule: 'read', HealthcareService: 'read', Task: 'create' },
  handle: raiseUnchecked,
});
