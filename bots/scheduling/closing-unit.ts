import type { WithId } from '@medplum/core';
import { createReference, getExtensions, isReference } from '@medplum/core';
import type { Appointment, Communication, Patient, Slot, Task } from '@medplum/fhirtypes';
import { BASE } from '../runtime/contract.ts';
import { isRefused } from '../runtime/outcome.ts';
import { create, temporary, unchanged, update, updateUnasked } from '../runtime/writes.ts';
import type { Decision, Write } from '../runtime/writes.ts';
import { MESSAGE_EXPIRES, MESSAGE_SID } from '../messages/names.ts';
import { OUTGOING_CATEGORY } from '../messages/request.ts';
import { isLive, move } from './appointment-states.ts';
import type { Visit } from './alternatives.ts';
import { checkNotice, closingOfferLength } from './booking-rules.ts';
import { entriesOf, withEntries } from './closing-task.ts';
import type { Outcome } from './closing-task.ts';
import { recountWrites, slotsOf } from './giving.ts';
import { REPLACES } from './names.ts';
import type { Calendar } from './places.ts';
import { askedPatient, checkBookable, checkFree, takingWrites, withAppointment } from './taking.ts';
import { actorsOf, patientOf, slotPartOf, withExpiry } from './visit.ts';
import { isOffer, letGo, withReason } from './waitlist.ts';

const OFFER_TEMPLATE = `${BASE}/ActivityDefinition/schedule-closed-offer`;
const CANCELLED_TEMPLATE = `${BASE}/ActivityDefinition/schedule-closed`;
/** Of the 40 entries of a transaction the Appointment, the hold, the message and the Task need one each. */
const MAX_SLOT_WRITES = 36;

/** What is known of one Appointment whose time is closed. */
export interface ClosingState {
  readonly task: WithId<Task>;
  readonly appointment: WithId<Appointment> | undefined;
  readonly patient: WithId<Patient> | undefined;
  readonly calendar: Calendar;
}

/** Whether an Appointment is the new time that an earlier closing offered for another. */
export const isReplacement = (appointment: Appointment): boolean => getExtensions(appointment, REPLACES).length > 0;

/**
 * What becomes of one Appointment whose time is closed, in one transaction: it is cancelled, a new time is held, the
 * patient is told, and the list says so. Who is there already stays; a hold that nobody was promised is given back.
 * @param alternatives - Other times, the best first; none to cancel without an offer.
 * @param cancel - Whether nothing is to be offered.
 */
export function closeVisit(
  { task, appointment, patient, calendar }: ClosingState,
  alternatives: readonly Visit[],
  cancel: boolean,
  now: Date,
): Decision<Task> {
  const reference = `Appointment/${appointment?.id}`;
  if (!appointment || !isLive(appointment, now) || entriesOf(task).some((entry) => entry.appointment === reference)) {
    return unchanged(task);
  }
  if (appointment.status !== 'booked' && appointment.status !== 'pending') {
    return listed(task, { outcome: 'kept', reference }, [], now);
  }
  if (appointment.status === 'booked' && Date.parse(appointment.start ?? '') <= now.getTime()) {
    return listed(task, { outcome: 'kept', reference }, [], now);
  }
  const isPromise = appointment.status === 'booked' || isReplacement(appointment);
  const cancelled = withReason(move(appointment, 'cancelled', now), 'schedule-closed', 'Schedule closed');
  if (!isPromise) {
    const released = isOffer(appointment) ? letGo(appointment, 'declined') : cancelled;
    return listed(
      task,
      { outcome: 'released', reference },
      [updateUnasked(released), ...giving(appointment, released, calendar, now)],
      now,
    );
  }
  const found = isInUse(patient, appointment) && !cancel ? firstFree(alternatives, calendar, now) : undefined;
  if (!found) {
    const message = messageOf(task, appointment, undefined);
    const writes = [
      updateUnasked(cancelled),
      ...giving(appointment, cancelled, calendar, now),
      ...(message ? [message] : []),
    ];
    return listed(task, { outcome: cancel ? 'cancelled' : 'no-time', reference, message }, writes, now);
  }

  const expires = offerEnds(found, calendar, now);
  const hold = create(withExpiry(replacementOf(appointment, found, calendar, now), expires), 'offer');
  const message = messageOf(task, appointment, { hold, expires });
  const after = withAppointment(calendar, cancelled);
  const taking = takingWrites(found, { ...hold.resource, id: 'new' }, after, now, MAX_SLOT_WRITES);
  const taken = new Set(taking.map(({ resource }) => resource.id));
  const given = giving(appointment, cancelled, withAppointment(after, { ...hold.resource, id: 'new' }), now)
    .filter(({ resource }) => !taken.has(resource.id))
    .slice(0, MAX_SLOT_WRITES - taking.length);
  const writes = [...taking, ...given, updateUnasked(cancelled), hold, ...(message ? [message] : [])];
  return listed(task, { outcome: 'offered', reference, message, offer: temporary('offer') }, writes, now);
}

interface Listed {
  readonly outcome: Outcome;
  readonly reference: string;
  readonly message?: Write<Communication> | undefined;
  readonly offer?: string;
}

function listed(task: WithId<Task>, entry: Listed, writes: readonly Write[], now: Date): Decision<Task> {
  const { outcome, reference, message, offer } = entry;
  const added = { appointment: reference, outcome, offer, message: message?.fullUrl };
  const write = update(withEntries(task, [...entriesOf(task), added], now, false));
  return { writes: [...writes, write], result: write };
}

/** What the Appointment's slots are without it. */
const giving = (before: WithId<Appointment>, after: WithId<Appointment>, calendar: Calendar, now: Date): Write[] =>
  recountWrites(slotsOf(before, calendar), withAppointment(calendar, after), now, MAX_SLOT_WRITES);

/** The first of some times that a patient could book now, by all rules. */
export function firstFree(alternatives: readonly Visit[], calendar: Calendar, now: Date): WithId<Slot>[] | undefined {
  for (const visit of alternatives) {
    const ids = visit.map(({ id }) => id);
    const slots = ids.flatMap((id) => calendar.slots.filter((slot) => slot.id === id));
    const isFree = (): void => {
      checkBookable(slots, calendar, now);
      checkFree(slots, calendar, now);
    };
    if (slots.length === ids.length && keepsNotice(slots, calendar, now) && !isRefused(isFree)) {
      return slots;
    }
  }
  return undefined;
}

/** Whether the booking rules let a patient book these slots now. */
export const keepsNotice = (slots: Visit, calendar: Calendar, now: Date): boolean =>
  !isRefused(() => checkNotice(slots, calendar, { reference: '', kind: 'patient', roles: [] }, undefined, now));

const isInUse = (patient: WithId<Patient> | undefined, appointment: Appointment): boolean =>
  !isRefused(() => askedPatient(patient, patientOf(appointment) ?? ''));

function offerEnds(slots: readonly WithId<Slot>[], calendar: Calendar, now: Date): Date {
  const longest = Math.min(...slots.map((slot) => closingOfferLength(slot, calendar)));
  return new Date(Math.min(now.getTime() + longest, ...slots.map(({ start }) => Date.parse(start))));
}

/** The hold of the new time, for the same people and the same matter. */
function replacementOf(
  appointment: WithId<Appointment>,
  slots: readonly WithId<Slot>[],
  calendar: Calendar,
  now: Date,
): Appointment {
  const before = actorsOf(slotsOf(appointment, calendar), calendar).map(({ actor }) => actor?.reference);
  const others = appointment.participant.filter(({ actor }) => !before.includes(actor?.reference));
  const { reasonCode, reasonReference, appointmentType, description, comment } = appointment;
  return {
    resourceType: 'Appointment',
    extension: [{ url: REPLACES, valueReference: createReference(appointment) }],
    status: 'pending',
    ...slotPartOf(slots),
    ...(reasonCode && { reasonCode }),
    ...(reasonReference && { reasonReference }),
    ...(appointmentType && { appointmentType }),
    ...(description && { description }),
    ...(comment && { comment }),
    created: now.toISOString(),
    participant: [...others, ...actorsOf(slots, calendar)],
  };
}

/** A message about an offer makes no sense after it has ended. Nobody is told of an Appointment without a patient. */
function messageOf(
  task: WithId<Task>,
  appointment: WithId<Appointment>,
  offer: { readonly hold: Write<Appointment>; readonly expires: Date } | undefined,
): Write<Communication> | undefined {
  const patient = appointment.participant
    .map(({ actor }) => actor)
    .find((actor) => isReference<Patient>(actor, 'Patient'));
  if (!patient) {
    return undefined;
  }
  const message: Communication = {
    resourceType: 'Communication',
    ...(offer && { extension: [{ url: MESSAGE_EXPIRES, valueInstant: offer.expires.toISOString() }] }),
    identifier: [{ system: MESSAGE_SID, value: `schedule-closed/${task.id}/${appointment.id}` }],
    instantiatesCanonical: [offer ? OFFER_TEMPLATE : CANCELLED_TEMPLATE],
    status: 'preparation',
    category: [OUTGOING_CATEGORY],
    priority: 'urgent',
    subject: patient,
    recipient: [patient],
    // The template is filled with the first.
    about: [...(offer ? [{ reference: offer.hold.fullUrl }] : []), createReference(appointment)],
  };
  return create(message, 'message');
}
