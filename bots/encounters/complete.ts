import { subscriber } from '../runtime/definition.ts';
import { finish, FINISH_ACCESS } from './finish.ts';

export default subscriber({
  name: 'encounters/complete',
  description:
    'Completes an Encounter that is finished (end, length, history; its Appointment is fulfilled) or cancelled.',
  on: 'Encounter',
  access: FINISH_ACCESS,
  handle: finish,
});
