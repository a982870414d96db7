import { subscriber } from '../runtime/definition.ts';
import { giveBack, GIVING_ACCESS } from './giving.ts';

export default subscriber({
  name: 'scheduling/give-back',
  description: 'Gives the places of an Appointment back that was cancelled, entered in error or deleted.',
  on: 'Appointment',
  access: GIVING_ACCESS,
  handle: giveBack,
});
