import type { Slot } from '@medplum/fhirtypes';
import { codeSystem, extensionUrl } from '../runtime/contract.ts';

/** On a Schedule: how many days ahead its slots are kept filled (positiveInt). */
export const SLOT_HORIZON = extensionUrl('slot-horizon');
/** On a Slot: how many live Appointments take a place of it (unsignedInt). A cache, never the truth. */
export const SLOT_PLACES_TAKEN = extensionUrl('slot-places-taken');
/**
 * On a Slot: how many decisions rested on it (unsignedInt). A server drops an update that changes nothing, and with it
 * the guard against a decision that was made at the same time; this always changes.
 */
export const SLOT_REVISION = extensionUrl('slot-revision');
/** On a HealthcareService or Schedule: how early and how late may be booked and cancelled. */
export const BOOKING_RULES = extensionUrl('booking-rules');
/** Tells the slots that were made from a pattern, which may go when the pattern does, from those made by hand. */
export const GENERATED = { system: codeSystem('slot-origin'), code: 'generated' } as const;
export const isGenerated = (slot: Slot): boolean => slot.meta?.tag?.some((tag) => tag.code === GENERATED.code) ?? false;
/** Reasons for a cancellation that HL7's own code system does not have. */
export const CANCELATION_REASON = codeSystem('cancelation-reason');
/** HL7's reasons for a cancellation. */
export const HL7_CANCELATION_REASON = 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason';
