import type { WithId } from '@medplum/core';
import type { Appointment, CodeableConcept } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { reference } from '../runtime/parameters.ts';
import { actsFor, staffOrPatient } from '../runtime/requester.ts';
import type { Requester } from '../runtime/requester.ts';
import { unchanged, update } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { move } from './appointment-states.ts';
import { checkAhead, checkCutoff } from './booking-rules.ts';
import { loadCalendar } from './calendar.ts';
import { GIVING_ACCESS, recountWrites, slotsOf } from './giving.ts';
import { HL7_CANCELATION_REASON } from './names.ts';
import type { Calendar } from './places.ts';
import { withAppointment } from './taking.ts';
import { patientOf, slotIdsOf } from './visit.ts';
import { isOffer, letGo } from './waitlist.ts';

export default operation({
  name: 'scheduling/release',
  description: 'Cancels a hold or a booking, or declines an offer of the waitlist, and gives the places back.',
  code: 'release',
  resource: 'Slot',
  input: { appointment: reference('Appointment') },
  returns: 'Appointment',
  access: GIVING_ACCESS,
  who: staffOrPatient('administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'),
  load: async ({ fhir, requester }, input) => {
    const appointment = await read(fhir, input.appointment, 'appointment');
    actsFor(requester, patientOf(appointment), 'appointment');
    const { calendar } = await loadCalendar(fhir, slotIdsOf(appointment), [], 2);
    return { appointment, calendar };
  },
  decide: ({ appointment, calendar }, _input, { requester, now }) => release(appointment, calendar, requester, now),
});

/**
 * The Appointment cancelled and its places free again. A patient is held to the cancellation cut-off of a booking. An
 * offer to somebody on the waitlist is declined by it: they wait on.
 */
export function release(
  appointment: WithId<Appointment>,
  calendar: Calendar,
  requester: Requester,
  now: Date,
): Decision<Appointment> {
  if (appointment.status === 'cancelled' || appointment.status === 'waitlist') {
    return unchanged(appointment);
  }
  const cancelled = isOffer(appointment)
    ? letGo(appointment, 'declined')
    : { ...move(appointment, 'cancelled', now), cancelationReason: reasonOf(requester) };
  checkAhead(appointment, requester, now);
  const slots = slotsOf(appointment, calendar);
  if (appointment.status !== 'pending' && requester.kind === 'patient') {
    checkCutoff(slots, calendar, requester, undefined, now);
  }
  const write = update(cancelled);
  return {
    writes: [...recountWrites(slots, withAppointment(calendar, cancelled), now), write],
    result: write,
  };
}

/** By HL7's codes. Staff do not say whether the patient asked them to, or somebody else. */
const reasonOf = ({ kind }: Requester): CodeableConcept => ({
  coding: [
    {
      system: HL7_CANCELATION_REASON,
      ...(kind === 'patient' ? { code: 'pat', display: 'Patient' } : { code: 'other', display: 'Other' }),
    },
  ],
});
