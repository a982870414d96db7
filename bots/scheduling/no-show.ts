import type { WithId } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import { refuse } from '../runtime/outcome.ts';
import type { Decision } from '../runtime/writes.ts';
import { moveTo, STATE_OPERATION } from './state-operation.ts';

export default operation({
  ...STATE_OPERATION,
  name: 'scheduling/no-show',
  description: 'Records that the patient did not come: the Appointment becomes noshow.',
  code: 'no-show',
  decide: (appointment, _input, { now }) => noShow(appointment, now),
});

/** A booked Appointment becomes noshow, once its time has begun. */
export function noShow(appointment: WithId<Appointment>, now: Date): Decision<Appointment> {
  if (appointment.status === 'booked' && Date.parse(appointment.start ?? '') > now.getTime()) {
    refuse('business-rule', 'appointment', 'This appointment has not begun yet. Cancel it, or wait until it has.');
  }
  return moveTo(appointment, 'noshow', now);
}
