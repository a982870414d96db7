import type { WithId } from '@medplum/core';
import type { Appointment, Patient } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import type { OperationRun } from '../runtime/definition.ts';
import { ofType, read } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { described, many, optional, reference, text } from '../runtime/parameters.ts';
import type { Ref } from '../runtime/parameters.ts';
import { actsFor, staffOrPatient } from '../runtime/requester.ts';
import type { Requester } from '../runtime/requester.ts';
import { settle } from '../runtime/settle.ts';
import { unchanged, update } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { isLive } from './appointment-states.ts';
import { checkAhead, checkCutoff, checkNotice } from './booking-rules.ts';
import { loadCalendar } from './calendar.ts';
import { GIVING_ACCESS, recountAll, recountWrites, slotsOf } from './giving.ts';
import { OVERBOOKED } from './names.ts';
import type { Calendar } from './places.ts';
import {
  askedPatient,
  askedSlots,
  checkBookable,
  checkFree,
  MAX_WRITES,
  TAKING_QUOTA,
  takingWrites,
  visitIdsOf,
  withAppointment,
} from './taking.ts';
import { actorsOf, idsOf, isForSlots, patientOf, slotIdsOf, slotPartOf, withActors, withReasonCode } from './visit.ts';

export default operation({
  name: 'scheduling/rebook',
  description: 'Moves a booking to other Slots: the new places are taken and the old ones given back, or neither.',
  code: 'rebook',
  resource: 'Appointment',
  input: {
    appointment: reference('Appointment'),
    slot: many(reference('Slot')),
    reason: optional(described(text(), 'Why a booking rule is stepped over.')),
  },
  returns: 'Appointment',
  access: { ...GIVING_ACCESS, Patient: 'read' },
  quota: TAKING_QUOTA,
  who: staffOrPatient('administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'),
  run: async (run, input) => {
    const { fhir, requester, now } = run;
    let left: readonly string[] = [];
    const moved = await settle({
      fhir,
      load: () => loadMove(run, input),
      decide: ({ appointment, calendar, patient, found }) => {
        const decision = rebook(appointment, calendar, input, requester, now);
        if (decision.writes.length > 0 && patient) {
          askedPatient(found, patient);
        }
        left = decision.writes.length > MAX_WRITES ? slotIdsOf(appointment) : [];
        return decision;
      },
      requestedBy: requester.reference,
    });
    // What a long visit gives back may not have fitted into the transaction.
    await recountAll(run, left);
    return moved;
  },
});

interface Move {
  readonly appointment: WithId<Appointment>;
  readonly calendar: Calendar;
  /** As `Patient/id`, and their record. */
  readonly patient: string | undefined;
  readonly found: WithId<Patient> | undefined;
}

async function loadMove({ fhir, requester }: OperationRun, input: MoveInput): Promise<Move> {
  const found = await read(fhir, input.appointment, 'appointment');
  const patient = patientOf(found);
  actsFor(requester, patient, 'appointment');
  const ids = [...new Set([...slotIdsOf(found), ...visitIdsOf(input.slot)])];
  // Read again with the slots, so that the decision rests on one look at all of them.
  const urls = [input.appointment, ...(patient ? [patient] : [])];
  const { calendar, beside } = await loadCalendar(fhir, ids, urls, 2);
  const appointment = ofType(beside, 'Appointment')[0] ?? found;
  return { appointment, calendar, patient, found: ofType(beside, 'Patient')[0] };
}

interface MoveInput {
  readonly appointment: Ref<'Appointment'>;
  readonly slot: readonly Ref<'Slot'>[];
}

/** What moving a booking asks for. */
export interface RebookInput {
  readonly slot: readonly Ref<'Slot'>[];
  readonly reason?: string | undefined;
}

/**
 * The same Appointment at its new time; its previous one stands in its history. A patient is held to the cancellation
 * cut-off of the old time and to the booking rules of the new one.
 */
export function rebook(
  appointment: WithId<Appointment>,
  calendar: Calendar,
  { slot, reason }: RebookInput,
  requester: Requester,
  now: Date,
): Decision<Appointment> {
  const slots = askedSlots(idsOf(slot), calendar);
  if (appointment.status !== 'pending' && isLive(appointment, now) && isForSlots(appointment, slots)) {
    return unchanged(appointment);
  }
  if (appointment.status !== 'booked') {
    return refuse('business-rule', 'appointment', `An appointment that is ${appointment.status} cannot be moved.`);
  }
  checkAhead(appointment, requester, now);
  const previous = slotsOf(appointment, calendar);
  checkCutoff(previous, calendar, requester, reason, now);
  checkBookable(slots, calendar, now);
  checkNotice(slots, calendar, requester, reason, now);
  checkFree(slots, calendar, now, { own: appointment });

  const actorsBefore = actorsOf(previous, calendar).map(({ actor }) => actor?.reference);
  const others = appointment.participant.filter(({ actor }) => !actorsBefore.includes(actor?.reference));
  const moved: WithId<Appointment> = {
    ...appointment,
    ...slotPartOf(slots),
    extension: appointment.extension?.filter(({ url }) => url !== OVERBOOKED),
    ...(reason && { reasonCode: withReasonCode(appointment, reason) }),
    participant: withActors({ participant: others }, slots, calendar),
  };
  const taking = takingWrites(slots, moved, calendar, now);
  const written = new Set(taking.map(({ resource }) => resource.id));
  const giving = recountWrites(previous, withAppointment(calendar, moved), now, Infinity)
    .filter(({ resource }) => !written.has(resource.id))
    .slice(0, MAX_WRITES - taking.length);
  const write = update(moved);
  return { writes: [...taking, ...giving, write], result: write };
}
