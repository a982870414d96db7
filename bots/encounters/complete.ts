import { subscriber } from '../runtime/definition.ts';
import { finish, FINISH_ACCESS } from './finish.ts';

export default subscriber({
  name: 'encounters/complete',
  description:
    'Completes an Encounter whose status changed: its start, end, length and history; a finished one fulfils its Appointment.',
  on: 'Encounter',
  access: FINISH_ACCESS,
  handle: finish,
});
