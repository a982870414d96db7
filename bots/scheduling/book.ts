import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import type { Role } from '../runtime/contract.ts';
import { operation } from '../runtime/definition.ts';
import { ofType } from '../runtime/load.ts';
import { isRefused, refuse } from '../runtime/outcome.ts';
import { boolean, described, many, optional, reference, text } from '../runtime/parameters.ts';
import type { Ref } from '../runtime/parameters.ts';
import { actsFor, staffOrPatient } from '../runtime/requester.ts';
import type { Requester } from '../runtime/requester.ts';
import { create, unchanged, update } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { isLive, move } from './appointment-states.ts';
import { checkNotice } from './booking-rules.ts';
import { loadCalendar } from './calendar.ts';
import type { Loaded } from './calendar.ts';
import { OVERBOOKED } from './names.ts';
import {
  askedPatient,
  askedSlots,
  checkBookable,
  checkFree,
  ownFor,
  TAKING_QUOTA,
  takingWrites,
  visitIdsOf,
} from './taking.ts';
import { actorsOf, idsOf, isForSlots, patientOf, slotIdsOf, slotPartOf, withActors, withExpiry } from './visit.ts';
import { withoutOffer, withoutWished } from './waitlist.ts';

/** Who may put more patients into a slot than it has places. */
const OVERBOOKERS: readonly Role[] = ['administrator', 'practitioner', 'front-desk'];

export default operation({
  name: 'scheduling/book',
  description: 'Books a place in one or several Slots for a patient, or makes a booking of a hold.',
  code: 'book',
  resource: 'Slot',
  input: {
    slot: described(many(reference('Slot')), 'Several are one visit: a provider and a room, or two in a row.'),
    patient: reference('Patient'),
    appointment: optional(
      described(reference('Appointment'), 'One that was held for these slots, or asks for a time.'),
    ),
    reason: optional(described(text(), 'Of the visit; also why a rule is stepped over.')),
    comment: optional(text()),
    overbook: optional(described(boolean(), 'Book although no place is left. Needs a role that may, and a reason.')),
  },
  returns: 'Appointment',
  access: { Appointment: 'write', Slot: 'write', Schedule: 'read', HealthcareService: 'read', Patient: 'read' },
  quota: TAKING_QUOTA,
  who: staffOrPatient('administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'),
  load: ({ fhir, requester }, { slot, patient, appointment }) => {
    actsFor(requester, patient, 'patient');
    return loadCalendar(fhir, visitIdsOf(slot), appointment ? [patient, appointment] : [patient], 1);
  },
  decide: (loaded, input, { requester, now }) => book(loaded, input, requester, now),
});

/** What a booking asks for. */
export interface BookInput {
  readonly slot: readonly Ref<'Slot'>[];
  readonly patient: Ref<'Patient'>;
  readonly appointment?: Ref<'Appointment'> | undefined;
  readonly reason?: string | undefined;
  readonly comment?: string | undefined;
  readonly overbook?: boolean | undefined;
}

/**
 * A booked Appointment: of the hold that is named, of the one that the patient has for these slots, or a new one. If
 * the patient has these slots booked already, that booking is the answer.
 */
export function book(
  { calendar, beside }: Loaded,
  input: BookInput,
  requester: Requester,
  now: Date,
): Decision<Appointment> {
  const { reason, comment, overbook = false } = input;
  const patient = askedPatient(ofType(beside, 'Patient')[0], input.patient);
  const named = input.appointment && namedHold(ofType(beside, 'Appointment')[0], input);
  const slots = askedSlots(idsOf(input.slot), calendar);
  if (named && !asksForAny(named) && !isForSlots(named, slots)) {
    return refuse('business-rule', 'slot', 'This appointment is for other slots. Use $rebook to move it.');
  }
  const own = named ?? ownFor(input.patient, slots, calendar, now);
  if (own && own.status !== 'pending' && isLive(own, now)) {
    return unchanged(own);
  }
  // Who waits is given a place and has it booked in one write.
  const given = own?.status === 'waitlist' ? move(own, 'pending', now) : own;
  const booked = given && move(given, 'booked', now);
  checkBookable(slots, calendar, now);
  checkOverbook(overbook, reason, requester);
  if (own && isLive(own, now)) {
    // Its place is taken already, in time: neither the rules nor somebody who was overbooked beside it take it away.
    checkFree(slots, calendar, now, { own, overbook: true });
  } else {
    checkNotice(slots, calendar, requester, reason, now);
    checkFree(slots, calendar, now, { overbook });
  }
  // Only what is beyond the places, so that who comes by another way is told from who was let in.
  const beyond = overbook && isRefused(() => checkFree(slots, calendar, now, own && { own }));
  const allowed = beyond ? [{ url: OVERBOOKED, valueBoolean: true }] : [];

  const said = { ...(reason && { reasonCode: [{ text: reason }] }), ...(comment && { comment }) };
  if (own && booked) {
    const accepted = {
      ...booked,
      extension: [...withoutOffer(booked), ...allowed],
      // Whom somebody on the waitlist wished for is not who they get.
      participant: withActors(own.status === 'waitlist' ? withoutWished(booked) : booked, slots, calendar),
    };
    const appointment = { ...withExpiry(accepted, undefined), ...slotPartOf(slots), ...said };
    const write = update(appointment);
    return { writes: [...takingWrites(slots, appointment, calendar, now), write], result: write };
  }
  const appointment: Appointment = {
    resourceType: 'Appointment',
    ...(beyond && { extension: allowed }),
    status: 'booked',
    ...slotPartOf(slots),
    ...said,
    created: now.toISOString(),
    participant: [{ actor: createReference(patient), status: 'accepted' }, ...actorsOf(slots, calendar)],
  };
  const write = create(appointment);
  const taking = takingWrites(slots, { ...appointment, id: 'new' }, calendar, now);
  return { writes: [...taking, write], result: write };
}

/** Whether somebody asked for a time without saying which: an Appointment that is proposed, or waits, without a slot. */
const asksForAny = (appointment: Appointment): boolean =>
  (appointment.status === 'proposed' || appointment.status === 'waitlist') && slotIdsOf(appointment).length === 0;

/** @throws Refusal about `appointment`: `not-found`, or `forbidden` where it is somebody else's. */
function namedHold(found: WithId<Appointment> | undefined, input: BookInput): WithId<Appointment> {
  if (!found) {
    return refuse('not-found', 'appointment', `There is no ${input.appointment}.`);
  }
  return patientOf(found) === input.patient
    ? found
    : refuse('forbidden', 'appointment', 'This appointment is held for somebody else.');
}

function checkOverbook(overbook: boolean, reason: string | undefined, requester: Requester): void {
  if (!overbook) {
    return;
  }
  if (requester.kind !== 'program' && !requester.roles.some((role) => OVERBOOKERS.includes(role))) {
    refuse('forbidden', 'overbook', `Overbooking needs one of the roles ${OVERBOOKERS.join(', ')}.`);
  }
  if (!reason) {
    refuse('required', 'reason', 'Overbooking needs a reason.');
  }
}
