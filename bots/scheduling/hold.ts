import { createReference } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import { ofType } from '../runtime/load.ts';
import { described, integer, many, optional, reference, text } from '../runtime/parameters.ts';
import type { Ref } from '../runtime/parameters.ts';
import { actsFor, staffOrPatient } from '../runtime/requester.ts';
import type { Requester } from '../runtime/requester.ts';
import { create, unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { checkNotice } from './booking-rules.ts';
import { loadCalendar } from './calendar.ts';
import type { Loaded } from './calendar.ts';
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
import { actorsOf, idsOf, slotPartOf, withExpiry } from './visit.ts';

const DEFAULT_MINUTES = 10;

export default operation({
  name: 'scheduling/hold',
  description: 'Holds a place in one or several Slots for a patient, for some minutes.',
  code: 'hold',
  resource: 'Slot',
  input: {
    slot: many(reference('Slot')),
    patient: reference('Patient'),
    minutes: optional(described(integer(1, 60), 'How long the place is held; 10 if absent.')),
    reason: optional(described(text(), 'Why a booking rule is stepped over.')),
  },
  returns: 'Appointment',
  access: { Appointment: 'write', Slot: 'write', Schedule: 'read', HealthcareService: 'read', Patient: 'read' },
  quota: TAKING_QUOTA,
  who: staffOrPatient('administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'),
  load: ({ fhir, requester }, { slot, patient }) => {
    actsFor(requester, patient, 'patient');
    return loadCalendar(fhir, visitIdsOf(slot), [patient], 1);
  },
  decide: (loaded, input, { requester, now }) => hold(loaded, input, requester, now),
});

/** What a hold asks for. */
export interface HoldInput {
  readonly slot: readonly Ref<'Slot'>[];
  readonly patient: Ref<'Patient'>;
  readonly minutes?: number | undefined;
  readonly reason?: string | undefined;
}

/** A pending Appointment with an expiry; what the patient has for these slots already, if anything. */
export function hold(
  { calendar, beside }: Loaded,
  { slot, patient: reference, minutes = DEFAULT_MINUTES, reason }: HoldInput,
  requester: Requester,
  now: Date,
): Decision<Appointment> {
  const patient = askedPatient(ofType(beside, 'Patient')[0], reference);
  const slots = askedSlots(idsOf(slot), calendar);
  const own = ownFor(reference, slots, calendar, now);
  if (own) {
    return unchanged(own);
  }
  checkBookable(slots, calendar, now);
  checkNotice(slots, calendar, requester, reason, now);
  checkFree(slots, calendar, now);
  const held = withExpiry<Appointment>(
    {
      resourceType: 'Appointment',
      status: 'pending',
      ...slotPartOf(slots),
      ...(reason && { reasonCode: [{ text: reason }] }),
      created: now.toISOString(),
      participant: [{ actor: createReference(patient), status: 'accepted' }, ...actorsOf(slots, calendar)],
    },
    new Date(now.getTime() + minutes * 60_000),
  );
  const write = create(held);
  const taking = takingWrites(slots, { ...held, id: 'new' }, calendar, now);
  return { writes: [...taking, write], result: write };
}
