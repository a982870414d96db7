import { operation } from '../runtime/definition.ts';
import { moveTo } from './appointment-states.ts';
import { STATE_OPERATION } from './state-operation.ts';

export default operation({
  ...STATE_OPERATION,
  name: 'scheduling/no-show',
  description: 'Records that the patient did not come: the Appointment becomes noshow.',
  code: 'no-show',
  decide: (appointment, _input, { now }) => moveTo(appointment, 'noshow', now),
});
