import type { WithId } from '@medplum/core';
import { extractServiceTypeReferences, getExtension, schedulingDurationToMinutes } from '@medplum/core';
import type { Appointment, Duration, HealthcareService, Schedule, Slot } from '@medplum/fhirtypes';
import { refuse } from '../runtime/outcome.ts';
import type { Requester } from '../runtime/requester.ts';
import { BOOKING_RULES } from './names.ts';
import type { Calendar } from './places.ts';

type RuleName = 'minimumNotice' | 'maximumHorizon' | 'cancellationCutoff' | 'waitlistOffer' | 'closingOffer';

const MINUTE_MS = 60_000;
/** How long an offer to somebody on the waitlist is held where no rule says it: an hour; and a day at most. */
const OFFER_MS = 60 * MINUTE_MS;
const LONGEST_OFFER_MS = 24 * 60 * MINUTE_MS;
/** How long another time is held for somebody whose time was closed: a day where no rule says it, a week at most. */
const CLOSING_OFFER_MS = 24 * 60 * MINUTE_MS;
const LONGEST_CLOSING_OFFER_MS = 7 * CLOSING_OFFER_MS;

/**
 * Whether the rules of the slots' Schedules and services let them be booked now. A Schedule's rule goes before its
 * service's; staff may step over a rule if they give a reason.
 * @throws Refusal `business-rule` about `slot`.
 */
export function checkNotice(
  slots: readonly WithId<Slot>[],
  calendar: Calendar,
  requester: Requester,
  reason: string | undefined,
  now: Date,
): void {
  if (mayStepOver(requester, reason)) {
    return;
  }
  for (const slot of slots) {
    const ahead = Date.parse(slot.start) - now.getTime();
    if (ahead < (ruleOf(slot, calendar, 'minimumNotice') ?? 0)) {
      refuse('business-rule', 'slot', 'This slot is too soon to be booked. Staff can book it with a reason.');
    }
    if (ahead > (ruleOf(slot, calendar, 'maximumHorizon') ?? Infinity)) {
      refuse('business-rule', 'slot', 'This slot is too far ahead to be booked. Staff can book it with a reason.');
    }
  }
}

/**
 * Whether a booking can still be given back.
 * @throws Refusal `business-rule` about `appointment`.
 */
export function checkCutoff(
  slots: readonly WithId<Slot>[],
  calendar: Calendar,
  requester: Requester,
  reason: string | undefined,
  now: Date,
): void {
  for (const slot of mayStepOver(requester, reason) ? [] : slots) {
    if (Date.parse(slot.start) - now.getTime() < (ruleOf(slot, calendar, 'cancellationCutoff') ?? -Infinity)) {
      const way = requester.kind === 'patient' ? 'Please call the clinic.' : 'Give a reason to do it all the same.';
      refuse('business-rule', 'appointment', `It is too late to change this appointment. ${way}`);
    }
  }
}

/**
 * A patient does not take back or move a visit that has begun: who did not come would be no no-show.
 * @throws Refusal `business-rule` about `appointment`.
 */
export function checkAhead({ status, start }: Appointment, requester: Requester, now: Date): void {
  const isThere = status === 'arrived' || status === 'checked-in';
  const hasBegun = status === 'booked' && Date.parse(start ?? '') <= now.getTime();
  if (requester.kind === 'patient' && (isThere || hasBegun)) {
    refuse('business-rule', 'appointment', 'This appointment has begun or is past. Please call the clinic.');
  }
}

/** How long a place is kept for somebody on the waitlist, in milliseconds. */
export function offerLength(slot: Slot, calendar: Calendar): number {
  return Math.min(Math.max(ruleOf(slot, calendar, 'waitlistOffer') ?? OFFER_MS, MINUTE_MS), LONGEST_OFFER_MS);
}

/** How long another time is kept for somebody whose time was closed, in milliseconds. */
export function closingOfferLength(slot: Slot, calendar: Calendar): number {
  const length = ruleOf(slot, calendar, 'closingOffer') ?? CLOSING_OFFER_MS;
  return Math.min(Math.max(length, MINUTE_MS), LONGEST_CLOSING_OFFER_MS);
}

const mayStepOver = (requester: Requester, reason: string | undefined): boolean =>
  requester.kind !== 'patient' && reason !== undefined;

/** In milliseconds. */
function ruleOf(slot: Slot, { schedules, services }: Calendar, name: RuleName): number | undefined {
  const [reference] = extractServiceTypeReferences(slot.serviceType);
  const owners: (Schedule | HealthcareService | undefined)[] = [
    schedules.find(({ id }) => slot.schedule.reference === `Schedule/${id}`),
    services.find(({ id }) => reference?.reference === `HealthcareService/${id}`),
  ];
  const lengths = owners.map((owner) => owner && lengthOf(getExtension(owner, BOOKING_RULES, name)?.valueDuration));
  return lengths.find((length) => length !== undefined);
}

/** Takes the UCUM code where there is one, else the unit. */
function lengthOf(duration: Duration | undefined): number | undefined {
  const byCode = duration?.code && schedulingDurationToMinutes({ value: duration.value, unit: duration.code });
  const minutes = byCode || schedulingDurationToMinutes(duration);
  return minutes === undefined ? undefined : minutes * MINUTE_MS;
}
