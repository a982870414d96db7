import { subscriber } from '../runtime/definition.ts';
import { finish, FINISH_ACCESS } from './finish.ts';

export default subscriber({
  name: 'encounters/complete',
  description: 'Completes an Encounter that is finished (end, length, history), and fulfils its Appointment.',
  on: 'Encounter',
  access: FINISH_ACCESS,
  handle: finish,
});
