import type { WithId } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import { unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { moveTo, STATE_OPERATION } from './state-operation.ts';

export default operation({
  ...STATE_OPERATION,
  name: 'scheduling/check-in',
  description: 'Checks a patient in: the Appointment becomes arrived.',
  code: 'check-in',
  decide: (appointment, _input, { now }) => checkIn(appointment, now),
});

/**
 * A booked Appointment (at any time: the desk knows better than the clock), or a no-show who comes late the same day,
 * becomes arrived. One that has arrived stays as it is.
 */
export function checkIn(appointment: WithId<Appointment>, now: Date): Decision<Appointment> {
  return appointment.status === 'checked-in' ? unchanged(appointment) : moveTo(appointment, 'arrived', now);
}
