import type { Slot } from '@medplum/fhirtypes';
import { codeSystem, extensionUrl, sid } from '../runtime/contract.ts';

/** On a Schedule: how many days ahead its slots are kept filled (positiveInt). */
export const SLOT_HORIZON = extensionUrl('slot-horizon');
/** On a Slot: how many live Appointments take a place of it (unsignedInt). A cache, never the truth. */
export const SLOT_PLACES_TAKEN = extensionUrl('slot-places-taken');
/**
 * On a Slot: how many decisions rested on it (unsignedInt). A server drops an update that changes nothing, and with it
 * the guard against a decision that was made at the same time; this always changes.
 */
export const SLOT_REVISION = extensionUrl('slot-revision');
/** When a hold ends: an instant on an Appointment that is `pending`. */
export const HOLD_EXPIRES = extensionUrl('hold-expires');
/** On an Appointment: the one that it takes the place of. R5's element, as HL7 writes it on an R4 resource. */
export const REPLACES = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.replaces';
/** On a HealthcareService or Schedule: how early and how late may be booked and cancelled. */
export const BOOKING_RULES = extensionUrl('booking-rules');
/** Tells the slots that were made from a pattern, which may go when the pattern does, from those made by hand. */
export const GENERATED = { system: codeSystem('slot-origin'), code: 'generated' } as const;
export const isGenerated = (slot: Slot): boolean => slot.meta?.tag?.some((tag) => tag.code === GENERATED.code) ?? false;
/** Tells a block that was made by an operation, which looks after the bookings there, from one that a client wrote. */
export const BLOCKED = { system: codeSystem('slot-origin'), code: 'blocked' } as const;
/** Beside that, a block of a closing: whoever is booked there is on the list of that, and needs no ticket of their own. */
export const CLOSED = { system: codeSystem('slot-origin'), code: 'closed' } as const;
export const isClosed = (slot: Slot): boolean => slot.meta?.tag?.some((tag) => tag.code === CLOSED.code) ?? false;
/**
 * On a generated slot that somebody has a place in although the pattern does not have its time any more: it keeps who is
 * there, takes nobody else, and goes once it is empty.
 */
export const OUTSIDE_HOURS = { system: codeSystem('slot-origin'), code: 'outside-hours' } as const;
export const isOutsideHours = (slot: Slot): boolean =>
  slot.meta?.tag?.some((tag) => tag.code === OUTSIDE_HOURS.code) ?? false;
/** On a block over some time: its Schedule, start and end, which one block has. */
export const BLOCK_SID = sid('block');
/** On a Slot that stands for an Appointment which names none: the id of that Appointment. */
export const TAKEN_BY = sid('taken-by');
/** On an Appointment: that somebody with the right to do so put it where no place was left. */
export const OVERBOOKED = extensionUrl('overbooked');
/** Reasons for a cancellation that HL7's own code system does not have. */
export const CANCELATION_REASON = codeSystem('cancelation-reason');
/** HL7's reasons for a cancellation. */
export const HL7_CANCELATION_REASON = 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason';
