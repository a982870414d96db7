import type { WithId } from '@medplum/core';
import { extractServiceTypeReferences, getExtensions, isDefined } from '@medplum/core';
import type { Appointment, Period, Reference, Resource, Slot } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import { codesOf, isEmpty, OFFER_DECLINED, OFFER_EXPIRED, wishOf } from './waitlist.ts';
import type { Wish } from './waitlist.ts';

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
