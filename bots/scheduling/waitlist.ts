import type { WithId } from '@medplum/core';
import { extractServiceTypeReferences, getExtensions, getExtensionValue, isDefined } from '@medplum/core';
import type { Appointment, CodeableConcept, Extension, Period, Reference, Resource, Slot } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import { extensionUrl } from '../runtime/contract.ts';
import { CANCELATION_REASON } from './names.ts';
import type { Calendar } from './places.ts';
import { actorsOf, slotPartOf, withExpiry } from './visit.ts';

/** Since when somebody waits: an instant on an Appointment that is on the waitlist, or came of that. */
export const WAITLIST_SINCE = extensionUrl('waitlist-since');
/** On an offer: what was waited for, so that an entry whose offer is let go waits for the same again. */
export const WAITED_FOR = extensionUrl('waited-for');
/** On an entry: a Slot that was offered and declined, or not taken in time. It is not offered to the same again. */
export const OFFER_DECLINED = extensionUrl('offer-declined');
export const OFFER_EXPIRED = extensionUrl('offer-expired');

/** Who does not answer so many offers is not waiting any more; each one kept a place from somebody else. */
const MAX_UNANSWERED = 3;
/** Appointment.priority is iCalendar's: 1 is the highest, 9 the lowest, 0 says nothing. */
const LOWEST_PRIORITY = 9;

const PROVIDERS = ['Practitioner', 'PractitionerRole', 'Location', 'Device'];

/** What somebody on the waitlist waits for. */
export interface Wish {
  /** `HealthcareService/id`; empty for any. */
  readonly services: readonly string[];
  /** Codings of services as `system|code`, for an entry that names no HealthcareService. */
  readonly codes: readonly string[];
  /** Of whom one is enough: `Practitioner/id`, `PractitionerRole/id`, `Location/id` or `Device/id`; empty for any. */
  readonly actors: readonly string[];
  /** Empty for any time. */
  readonly periods: readonly Period[];
}

/** Reads what an entry of the waitlist asks for. */
export function wishOf({ serviceType, participant, requestedPeriod = [] }: Appointment): Wish {
  return {
    services: extractServiceTypeReferences(serviceType).map(({ reference }) => reference),
    codes: codesOf(serviceType),
    actors: participant
      .map(({ actor }) => actor?.reference)
      .filter(isDefined)
      .filter(isProvider),
    periods: requestedPeriod,
  };
}

const isProvider = (reference: string): boolean => PROVIDERS.includes(reference.split('/')[0] ?? '');

const codesOf = (concepts: readonly CodeableConcept[] = []): string[] =>
  concepts
    .flatMap(({ coding }) => coding ?? [])
    .filter(({ code }) => code)
    .map(({ system, code }) => `${system ?? ''}|${code}`);

/** Those who wait in the order in which they are offered a place: by priority, then by when they were entered. */
export function inOrder(entries: readonly WithId<Appointment>[]): WithId<Appointment>[] {
  const key = (entry: WithId<Appointment>): [number, number] => [
    entry.priority || LOWEST_PRIORITY + 1,
    waitsSince(entry)?.getTime() ?? Infinity,
  ];
  return entries.toSorted((a, b) => {
    const [[priorityA, sinceA], [priorityB, sinceB]] = [key(a), key(b)];
    return priorityA - priorityB || (sinceA === sinceB ? (a.id < b.id ? -1 : 1) : sinceA - sinceB);
  });
}

/** Since when an entry that was looked at waits. */
export function waitsSince(entry: Appointment): Date | undefined {
  const value = getExtensionValue(entry, WAITLIST_SINCE);
  return typeof value === 'string' ? new Date(value) : undefined;
}

/**
 * Whether a slot is one that somebody waits for. Who names neither a service nor a provider waits for nothing.
 * @param actors - The Schedule's actors. A PractitionerRole stands for its practitioner and its locations, too.
 */
export function fits(entry: Appointment, slot: WithId<Slot>, actors: readonly (Reference | Resource)[]): boolean {
  const wish = wishOf(entry);
  const isTheirs = actors.flatMap(standsFor).some((actor) => wish.actors.includes(actor));
  return fitsByTimeAndService(entry, slot) && (wish.actors.length === 0 || isTheirs);
}

/** The same without a look at whose slot it is. */
export function fitsByTimeAndService(entry: Appointment, slot: WithId<Slot>): boolean {
  const wish = wishOf(entry);
  return (
    !isEmpty(wish) &&
    !passed(entry).includes(`Slot/${slot.id}`) &&
    isService(wish, slot) &&
    (wish.periods.length === 0 || wish.periods.some((period) => isWithin(slot, period)))
  );
}

/** Whether a wish names neither a service nor a provider. */
export const isEmpty = ({ services, codes, actors }: Wish): boolean =>
  services.length + codes.length + actors.length === 0;

const passed = (entry: Appointment): (string | undefined)[] =>
  [...getExtensions(entry, OFFER_DECLINED), ...getExtensions(entry, OFFER_EXPIRED)].map(
    ({ valueReference }) => valueReference?.reference,
  );

function isService({ services, codes }: Wish, { serviceType }: Slot): boolean {
  if (services.length > 0) {
    return extractServiceTypeReferences(serviceType).some(({ reference }) => services.includes(reference));
  }
  return codes.length === 0 || codesOf(serviceType).some((code) => codes.includes(code));
}

function standsFor(actor: Reference | Resource): string[] {
  if (!('resourceType' in actor)) {
    return [actor.reference].filter(isDefined);
  }
  const own = `${actor.resourceType}/${actor.id}`;
  return actor.resourceType === 'PractitionerRole'
    ? [own, actor.practitioner?.reference, ...(actor.location ?? []).map(({ reference }) => reference)].filter(
        isDefined,
      )
    : [own];
}

/** Both ends count; a date without a time is the whole day at the place, whose offset the slot is written with. */
function isWithin(slot: Slot, { start, end }: Period): boolean {
  const { zone } = DateTime.fromISO(slot.start, { setZone: true });
  const at = (dateTime: string): DateTime => DateTime.fromISO(dateTime, { zone });
  const closes = end && (end.includes('T') ? at(end) : at(end).endOf(end.length > 7 ? 'day' : 'month'));
  return (
    (!start || Date.parse(slot.start) >= at(start).toMillis()) &&
    (!closes || Date.parse(slot.end) <= closes.toMillis() + (closes.millisecond === 999 ? 1 : 0))
  );
}

/** Whether all that somebody asked for is past. */
export function isTooLate({ requestedPeriod = [] }: Appointment, now: Date): boolean {
  // Where it is not said on which side of the earth a day ends, it ends at the last place at which it does.
  const ends = requestedPeriod.map(({ end }) => (end ? DateTime.fromISO(end, { zone: 'UTC-12' }) : undefined));
  const isPast = (end: DateTime, text = ''): boolean => (text.includes('T') ? end : end.endOf('day')) <= at(now);
  return ends.length > 0 && ends.every((end, index) => end && isPast(end, requestedPeriod[index]?.end));
}

const at = (date: Date): DateTime => DateTime.fromJSDate(date);

/** Whether an Appointment is a hold that came of the waitlist. */
export const isOffer = (appointment: Appointment): boolean =>
  appointment.status === 'pending' && getExtensions(appointment, WAITED_FOR).length > 0;

/** The entry as the hold of a slot, until some time. */
export function offered(
  entry: WithId<Appointment>,
  slot: WithId<Slot>,
  calendar: Calendar,
  expires: Date,
): WithId<Appointment> {
  const isWished = (reference?: string): boolean => reference !== undefined && isProvider(reference);
  const waitedFor: Extension = {
    url: WAITED_FOR,
    extension: [
      ...(entry.serviceType ?? []).map((valueCodeableConcept) => ({ url: 'service', valueCodeableConcept })),
      ...wishOf(entry).actors.map((reference) => ({ url: 'actor', valueReference: { reference } })),
    ],
  };
  const others = entry.participant.filter(({ actor }) => !isWished(actor?.reference));
  const held: WithId<Appointment> = {
    ...entry,
    ...slotPartOf([slot]),
    status: 'pending',
    participant: [...others, ...actorsOf([slot], calendar)],
    extension: [...withoutOffer(entry), waitedFor],
  };
  return withExpiry(held, expires);
}

/** The extensions of an Appointment that is not an offer any more. */
export const withoutOffer = ({ extension = [] }: Appointment): Extension[] =>
  extension.filter(({ url }) => url !== WAITED_FOR);

/**
 * The Appointment after its offer was let go: it waits for the same again, and is not offered this slot any more. Who
 * has not answered several of them is taken off the list.
 */
export function letGo(offer: WithId<Appointment>, how: 'declined' | 'expired'): WithId<Appointment> {
  const unanswered = getExtensions(offer, OFFER_EXPIRED).length + (how === 'expired' ? 1 : 0);
  if (how === 'expired' && unanswered >= MAX_UNANSWERED) {
    return withReason({ ...offer, status: 'cancelled' }, 'hold-expired', 'Hold expired');
  }
  const [waitedFor] = getExtensions(offer, WAITED_FOR);
  const parts = (url: string): Extension[] => (waitedFor?.extension ?? []).filter((part) => part.url === url);
  const services = parts('service')
    .map(({ valueCodeableConcept }) => valueCodeableConcept)
    .filter(isDefined);
  const others = offer.participant.filter(({ actor }) => !isProvider(actor?.reference ?? ''));
  const wished = parts('actor').map(({ valueReference }) => ({
    actor: valueReference as Appointment['participant'][number]['actor'],
    status: 'needs-action' as const,
  }));
  const url = how === 'expired' ? OFFER_EXPIRED : OFFER_DECLINED;
  const slots = (offer.slot ?? []).map((valueReference) => ({ url, valueReference }));
  const entry: WithId<Appointment> = {
    ...offer,
    status: 'waitlist',
    slot: undefined,
    start: undefined,
    end: undefined,
    minutesDuration: undefined,
    serviceType: services.length > 0 ? services : undefined,
    participant: [...others, ...wished],
    extension: [...withoutOffer(offer), ...slots],
  };
  return withExpiry(entry, undefined);
}

/** A cancelled Appointment with one of this layer's reasons. */
export function withReason<T extends Appointment>(cancelled: T, code: string, display: string): T {
  return { ...cancelled, cancelationReason: { coding: [{ system: CANCELATION_REASON, code, display }] } };
}
