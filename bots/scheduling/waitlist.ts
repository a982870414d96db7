import type { WithId } from '@medplum/core';
import { extractServiceTypeReferences, getExtensions, getExtensionValue, isDefined } from '@medplum/core';
import type { Appointment, CodeableConcept, Extension, Period, Slot } from '@medplum/fhirtypes';
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

/** Whether a reference is to somebody or something that has a Schedule. */
const isProvider = (reference: string): boolean => PROVIDERS.includes(reference.split('/')[0] ?? '');

/** Codings as `system|code`. */
export const codesOf = (concepts: readonly CodeableConcept[] = []): string[] =>
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

/** Whether a wish names neither a service nor a provider. */
export const isEmpty = ({ services, codes, actors }: Wish): boolean =>
  services.length + codes.length + actors.length === 0;

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
  const waitedFor: Extension = {
    url: WAITED_FOR,
    extension: [
      ...(entry.serviceType ?? []).map((valueCodeableConcept) => ({ url: 'service', valueCodeableConcept })),
      ...wishOf(entry).actors.map((reference) => ({ url: 'actor', valueReference: { reference } })),
    ],
  };
  const held: WithId<Appointment> = {
    ...entry,
    ...slotPartOf([slot]),
    status: 'pending',
    participant: [...withoutWished(entry).participant, ...actorsOf([slot], calendar)],
    extension: [...withoutOffer(entry), waitedFor],
  };
  return withExpiry(held, expires);
}

/** Without those whom an entry asks for. */
export const withoutWished = ({ participant }: Appointment): Pick<Appointment, 'participant'> => ({
  participant: participant.filter(({ actor }) => !isProvider(actor?.reference ?? '')),
});

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
