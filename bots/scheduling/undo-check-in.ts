import type { WithId } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import { refuse } from '../runtime/outcome.ts';
import type { Decision } from '../runtime/writes.ts';
import { moveTo, STATE_OPERATION } from './state-operation.ts';

export default operation({
  ...STATE_OPERATION,
  name: 'scheduling/undo-check-in',
  description: 'Takes a check-in back: the Appointment becomes booked again.',
  code: 'undo-check-in',
  decide: (appointment, _input, { now }) => undoCheckIn(appointment, now),
});

/** An Appointment that has arrived becomes booked again. A hold does not: it is booked by `Slot/$book`. */
export function undoCheckIn(appointment: WithId<Appointment>, now: Date): Decision<Appointment> {
  if (!['arrived', 'checked-in', 'booked'].includes(appointment.status)) {
    refuse('business-rule', 'appointment', `An appointment that is ${appointment.status} is not checked in.`);
  }
  return moveTo(appointment, 'booked', now);
}
