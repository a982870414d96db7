import { operation } from '../runtime/definition.ts';
import { moveTo, STATE_OPERATION } from './state-operation.ts';

export default operation({
  ...STATE_OPERATION,
  name: 'scheduling/complete',
  description: 'Records that the visit is over: the Appointment becomes fulfilled.',
  code: 'complete',
  decide: (appointment, _input, { now }) => moveTo(appointment, 'fulfilled', now),
});
