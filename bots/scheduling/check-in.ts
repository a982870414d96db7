import type { WithId } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { reference } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { change, unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';

export default operation({
  name: 'scheduling/check-in',
  description: 'Checks a patient in: the Appointment becomes arrived.',
  code: 'check-in',
  resource: 'Appointment',
  input: { appointment: reference('Appointment') },
  returns: 'Appointment',
  access: { Appointment: 'write' },
  who: staff('administrator', 'practitioner', 'nurse', 'front-desk'),
  load: ({ fhir }, { appointment }) => read(fhir, appointment, 'appointment'),
  decide: checkIn,
});

/** A booked Appointment, or a no-show who came late after all, becomes arrived. One that has arrived stays as it is. */
export function checkIn(appointment: WithId<Appointment>): Decision<Appointment> {
  switch (appointment.status) {
    case 'arrived':
    case 'checked-in':
      return unchanged(appointment);
    case 'booked':
    case 'noshow':
      return change({ ...appointment, status: 'arrived' });
    default:
      return refuse(
        'business-rule',
        'appointment',
        `An appointment that is ${appointment.status} cannot be checked in; it must be booked.`,
      );
  }
}
