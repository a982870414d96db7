import type { WithId } from '@medplum/core';
import { append } from '@medplum/core';
import type { Appointment, Patient, Slot } from '@medplum/fhirtypes';
import { refuse } from '../runtime/outcome.ts';
import type { Ref } from '../runtime/parameters.ts';
import { update, updateUnasked } from '../runtime/writes.ts';
import type { Write } from '../runtime/writes.ts';
import { isExpired, isLive, move } from './appointment-states.ts';
import { isBlocked, placesOf, rivalsOf, touched } from './places.ts';
import type { Calendar } from './places.ts';
import { idsOf, isForSlots, patientOf } from './visit.ts';
import { isOffer, letGo, withReason } from './waitlist.ts';

/** A transaction has 40 entries at most, and one of them is the Appointment. */
export const MAX_WRITES = 39;
const MAX_EXPIRED = 5;
/**
 * The whole clinic and all its patients take places through one membership. A booking is 250 points, and as much again
 * for each lost race, so the server's default would be gone after a rush of fifty people on one slot.
 */
export const TAKING_QUOTA = 250_000;
/** Each of them has rivals of its own, which have to fit in as well. */
const MAX_SLOTS = 8;

/**
 * The ids of the slots that somebody asks for, each once.
 * @throws Refusal `value` about `slot` where they are too many for one visit.
 */
export function visitIdsOf(references: readonly Ref<'Slot'>[]): string[] {
  const ids = [...new Set(idsOf(references))];
  return ids.length > MAX_SLOTS ? refuse('value', 'slot', `A visit has ${MAX_SLOTS} slots at most.`) : ids;
}

/**
 * The slots that somebody asks for, each once.
 * @throws Refusal `not-found` about `slot`.
 */
export function askedSlots(ids: readonly string[], { slots }: Calendar): WithId<Slot>[] {
  return [...new Set(ids)].map(
    (id) => slots.find((slot) => slot.id === id) ?? refuse('not-found', 'slot', `There is no Slot/${id}.`),
  );
}

/**
 * @throws Refusal about `slot`: `business-rule` for one that is past, that does not go with the others as one visit, or
 * whose Schedule is not in use; `not-found` for one whose Schedule is gone.
 */
export function checkBookable(slots: readonly WithId<Slot>[], { schedules }: Calendar, now: Date): void {
  if (slots.some(({ start }) => Date.parse(start) <= now.getTime())) {
    refuse('business-rule', 'slot', 'This slot is past. Choose a later one.');
  }
  if (slots.some(({ schedule }) => !schedules.some(({ id }) => schedule.reference === `Schedule/${id}`))) {
    refuse('not-found', 'slot', 'The Schedule of this slot does not exist any more. Choose another one.');
  }
  const inactive = schedules.filter(({ active }) => active === false).map(({ id }) => `Schedule/${id}`);
  if (slots.some(({ schedule }) => inactive.includes(schedule.reference ?? ''))) {
    refuse('business-rule', 'slot', 'The Schedule of this slot is not active.');
  }
  checkTogether(slots);
}

const lengthOf = ({ start, end }: Slot): number => Date.parse(end) - Date.parse(start);

/** Slots of one visit follow each other or go side by side on different Schedules. */
function checkTogether(slots: readonly WithId<Slot>[]): void {
  const sorted = slots.toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start));
  let end = Date.parse(sorted[0]?.start ?? '');
  for (const slot of sorted) {
    if (Date.parse(slot.start) > end) {
      refuse('business-rule', 'slot', 'The slots of one visit must not have a gap between them.');
    }
    end = Math.max(end, Date.parse(slot.end));
  }
  const doubled = slots.some((slot) =>
    slots.some(
      (other) =>
        other.id !== slot.id &&
        other.schedule.reference === slot.schedule.reference &&
        Date.parse(other.start) < Date.parse(slot.end) &&
        Date.parse(slot.start) < Date.parse(other.end),
    ),
  );
  if (doubled) {
    refuse('business-rule', 'slot', 'Two slots of the same Schedule overlap. Choose one of them.');
  }
}

/**
 * The patient for whom a place is asked.
 * @throws Refusal about `patient`: `not-found`, or `business-rule` for a record that is not in use.
 */
export function askedPatient(patient: WithId<Patient> | undefined, reference: string): WithId<Patient> {
  if (!patient) {
    return refuse('not-found', 'patient', `There is no ${reference}.`);
  }
  if (patient.active === false || patient.deceasedBoolean === true || patient.deceasedDateTime) {
    return refuse('business-rule', 'patient', "This patient's record is not active, so nothing can be booked for it.");
  }
  return patient;
}

/** What this patient has for just these slots already: a booking before a hold. */
export function ownFor(
  patient: string,
  slots: readonly WithId<Slot>[],
  { appointments }: Calendar,
  now: Date,
): WithId<Appointment> | undefined {
  const own = appointments.filter(
    (appointment) => patientOf(appointment) === patient && isLive(appointment, now) && isForSlots(appointment, slots),
  );
  return own.find(({ status }) => status !== 'pending') ?? own[0];
}

/**
 * @param own - What the same patient has there already, which does not stand in its own way.
 * @throws Refusal `conflict` about `slot` where one of them has no place left.
 */
export function checkFree(
  slots: readonly WithId<Slot>[],
  calendar: Calendar,
  now: Date,
  { own, overbook = false }: { own?: Appointment; overbook?: boolean } = {},
): void {
  const others = { ...calendar, appointments: calendar.appointments.filter(({ id }) => id !== own?.id) };
  for (const slot of slots) {
    const { closed } = placesOf(slot, others, now, slots);
    if (closed === 'blocked' || (closed && !overbook)) {
      refuse('conflict', 'slot', 'This slot is taken. Choose another one.');
    }
  }
}

/**
 * The writes beside that of the Appointment which takes slots: they, and every slot that they shut, change, so that of
 * two decisions made at the same time one is made again. Holds there that have expired give way.
 * @param appointment - As it will be; its id may be anything if it is new.
 * @param room - How many there may be, where the transaction has more than these and the Appointment.
 */
export function takingWrites(
  slots: readonly WithId<Slot>[],
  appointment: WithId<Appointment>,
  calendar: Calendar,
  now: Date,
  room = MAX_WRITES,
): Write[] {
  const expired = calendar.appointments
    .filter((other) => other.id !== appointment.id && isExpired(other, now) && sharesSlot(other, slots))
    .slice(0, MAX_EXPIRED);
  const after = withAppointment(calendar, appointment);
  // The longest first: where they do not all fit in, a shorter one that is left out has this one among its own longest
  // rivals, and changes it when it is taken itself. So of two that exclude each other one decision is made again.
  const rivals = slots
    .flatMap((slot) => rivalsOf(slot, calendar))
    .filter((rival) => !slots.includes(rival) && !isBlocked(rival))
    .sort((a, b) => lengthOf(b) - lengthOf(a));
  const concerned = [...new Set([...slots, ...rivals])].slice(0, room - expired.length);
  return [
    ...concerned.map((slot) => update(touched(slot, after, now))),
    ...expired.map((other) => updateUnasked(expiredHold(other, now))),
  ];
}

/** A hold whose time is over. An offer to somebody on the waitlist goes back there. */
export function expiredHold(appointment: WithId<Appointment>, now: Date): WithId<Appointment> {
  return isOffer(appointment)
    ? letGo(appointment, 'expired')
    : withReason(move(appointment, 'cancelled', now), 'hold-expired', 'Hold expired');
}

/** The calendar as it is once this Appointment is stored. */
export function withAppointment(calendar: Calendar, appointment: WithId<Appointment>): Calendar {
  const others = calendar.appointments.filter(({ id }) => id !== appointment.id);
  return { ...calendar, appointments: append(others, appointment) };
}

const sharesSlot = ({ slot = [] }: Appointment, slots: readonly WithId<Slot>[]): boolean =>
  slot.some(({ reference }) => slots.some(({ id }) => reference === `Slot/${id}`));
