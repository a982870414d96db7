import type { WithId } from '@medplum/core';
import { extractServiceTypeReferences, SchedulingParametersURI, toServiceTypeCodeableConcepts } from '@medplum/core';
import type { Appointment, Duration, Extension, HealthcareService, Resource, Schedule, Slot } from '@medplum/fhirtypes';
import { DAYS, offerOf, servicesOf } from '../../../../bots/scheduling/availability.ts';
import type { Day, Offer } from '../../../../bots/scheduling/availability.ts';
import { BOOKING_RULES, SLOT_HORIZON } from '../../../../bots/scheduling/names.ts';
import { timesOf } from '../../../../bots/scheduling/wall-clock.ts';
import type { Interval } from '../../../../bots/scheduling/wall-clock.ts';

/** A window of a week, as a form has it: `09:00` to `12:00` on some days. */
export interface Hours {
  readonly days: readonly Day[];
  readonly from: string;
  readonly to: string;
}

/** Lengths that a Schedule may say for a service; where it does not, the service does. */
export const LENGTHS = ['duration', 'bufferBefore', 'bufferAfter', 'alignmentInterval'] as const;
export type Length = (typeof LENGTHS)[number];

/** The parameters of a Schedule for one service. */
const parametersOf = ({ extension = [] }: Schedule, service: string): Extension | undefined =>
  extension.find(
    ({ url, extension: parts }) =>
      url === SchedulingParametersURI &&
      parts?.some((part) => part.url === 'service' && part.valueReference?.reference === service),
  );

/** The Schedule with the parameters for one service changed; all else stays. */
function withParameters(schedule: Schedule, service: string, change: (parts: Extension[]) => Extension[]): Schedule {
  const former = parametersOf(schedule, service);
  const empty: Extension[] = [{ url: 'service', valueReference: { reference: service } }];
  const made: Extension = { url: SchedulingParametersURI, ...former, extension: change(former?.extension ?? empty) };
  const all = schedule.extension ?? [];
  return { ...schedule, extension: former ? all.map((one) => (one === former ? made : one)) : [...all, made] };
}

/** The weekly hours of a service on a Schedule; none where the service's own count. */
export function hoursOf(schedule: Schedule, service: string): Hours[] {
  const parts = (parametersOf(schedule, service)?.extension ?? []).filter(({ url }) => url === 'availability');
  const times = parts.flatMap(({ extension = [] }) => extension.filter(({ url }) => url === 'availableTime'));
  return times.map(({ extension = [] }) => {
    const part = (url: string): Extension | undefined => extension.find((one) => one.url === url);
    const allDay = part('allDay')?.valueBoolean === true;
    return {
      days: extension.flatMap(({ url, valueCode }) => DAYS.filter((day) => url === 'daysOfWeek' && day === valueCode)),
      from: allDay ? '00:00' : (part('availableStartTime')?.valueTime ?? '').slice(0, 5),
      to: allDay ? '00:00' : (part('availableEndTime')?.valueTime ?? '').slice(0, 5),
    };
  });
}

export function withHours(schedule: Schedule, service: string, hours: readonly Hours[]): Schedule {
  const availability: Extension = {
    url: 'availability',
    extension: hours.map(({ days, from, to }) => ({
      url: 'availableTime',
      extension: [
        ...days.map((day) => ({ url: 'daysOfWeek', valueCode: day })),
        { url: 'availableStartTime', valueTime: `${from}:00` },
        { url: 'availableEndTime', valueTime: `${to}:00` },
      ],
    })),
  };
  return withParameters(schedule, service, (parts) => [
    ...parts.filter(({ url }) => url !== 'availability'),
    ...(hours.length > 0 ? [availability] : []),
  ]);
}

/** Minutes that the Schedule itself says; undefined where it leaves it to the service. */
export function lengthOf(schedule: Schedule, service: string, length: Length): number | undefined {
  const duration = partOf(schedule, service, length)?.valueDuration;
  const factor = { min: 1, h: 60, d: 1440 }[duration?.code ?? duration?.unit ?? 'min'] ?? 1;
  return duration?.value === undefined ? undefined : duration.value * factor;
}

export const withLength = (schedule: Schedule, service: string, length: Length, value: number | undefined): Schedule =>
  withPart(schedule, service, length, value === undefined ? undefined : { valueDuration: durationIn(value, 'min') });

export const capacityOf = (schedule: Schedule, service: string): number | undefined => {
  const part = partOf(schedule, service, 'slotCapacity');
  return part?.valuePositiveInt ?? part?.valueInteger ?? part?.valueUnsignedInt;
};

export const withCapacity = (schedule: Schedule, service: string, value: number | undefined): Schedule =>
  withPart(schedule, service, 'slotCapacity', value === undefined ? undefined : { valuePositiveInt: value });

export const zoneOf = (schedule: Schedule, service: string): string =>
  partOf(schedule, service, 'timezone')?.valueCode ?? '';

export const withZone = (schedule: Schedule, service: string, zone: string): Schedule =>
  withPart(schedule, service, 'timezone', zone ? { valueCode: zone } : undefined);

const partOf = (schedule: Schedule, service: string, url: string): Extension | undefined =>
  parametersOf(schedule, service)?.extension?.find((part) => part.url === url);

function withPart(schedule: Schedule, service: string, url: string, value: Partial<Extension> | undefined): Schedule {
  return withParameters(schedule, service, (parts) => {
    const at = parts.findIndex((part) => part.url === url);
    const made = value ? [{ url, ...value }] : [];
    return at < 0 ? [...parts, ...made] : [...parts.slice(0, at), ...made, ...parts.slice(at + 1)];
  });
}

const durationIn = (value: number, code: 'min' | 'h' | 'd'): Duration => ({
  value,
  unit: code,
  system: 'http://unitsofmeasure.org',
  code,
});

/** How many days ahead slots are kept filled; undefined for a Schedule that does not take part. */
export const horizonOf = ({ extension = [] }: Schedule): number | undefined =>
  extension.find(({ url }) => url === SLOT_HORIZON)?.valuePositiveInt;

export function withHorizon(schedule: Schedule, days: number | undefined): Schedule {
  const others = (schedule.extension ?? []).filter(({ url }) => url !== SLOT_HORIZON);
  return { ...schedule, extension: days ? [{ url: SLOT_HORIZON, valuePositiveInt: days }, ...others] : others };
}

/** Rules for patients who book, each a length in one unit. */
export const RULES = { minimumNotice: 'h', maximumHorizon: 'd', cancellationCutoff: 'h' } as const;
export type Rule = keyof typeof RULES;

/** In the unit that the form has it in; undefined where the service's rule counts. */
export function ruleOf({ extension = [] }: Schedule, rule: Rule): number | undefined {
  const rules = extension.find(({ url }) => url === BOOKING_RULES)?.extension ?? [];
  const duration = rules.find(({ url }) => url === rule)?.valueDuration;
  const minutes = { min: 1, h: 60, d: 1440, wk: 10_080 };
  const factor = minutes[(duration?.code ?? duration?.unit ?? 'min') as keyof typeof minutes] ?? 1;
  return duration?.value === undefined ? undefined : (duration.value * factor) / minutes[RULES[rule]];
}

export function withRule(schedule: Schedule, rule: Rule, value: number | undefined): Schedule {
  const all = schedule.extension ?? [];
  const former = all.find(({ url }) => url === BOOKING_RULES);
  const parts = (former?.extension ?? []).filter(({ url }) => url !== rule);
  const made = value === undefined ? parts : [...parts, { url: rule, valueDuration: durationIn(value, RULES[rule]) }];
  const others = all.filter((one) => one !== former);
  return {
    ...schedule,
    extension: made.length > 0 ? [...others, { url: BOOKING_RULES, ...former, extension: made }] : others,
  };
}

/** A Schedule of somebody or of a place for a service: weekdays from nine to five, two weeks ahead. */
export function newSchedule(
  actor: Schedule['actor'][number],
  service: WithId<HealthcareService>,
  zone: string,
): Schedule {
  const reference = `HealthcareService/${service.id}`;
  const empty: Schedule = {
    resourceType: 'Schedule',
    active: true,
    actor: [actor],
    serviceType: toServiceTypeCodeableConcepts(service),
  };
  const days = DAYS.slice(0, 5);
  return withHorizon(
    withHours(withZone(empty, reference, zone), reference, [{ days, from: '09:00', to: '17:00' }]),
    14,
  );
}

/**
 * What a Schedule offers of its services.
 * @throws Refusal with a sentence for a person, where the pattern makes no sense.
 */
export function offersOf(
  schedule: Schedule,
  services: readonly WithId<HealthcareService>[],
  actor: Resource | undefined,
  clinicZone: string,
): Offer[] {
  const named = servicesOf(schedule);
  return schedule.active === false
    ? []
    : services
        .filter(({ id, active }) => active !== false && named.includes(`HealthcareService/${id}`))
        .map((service) => offerOf(schedule, service, actor, clinicZone));
}

/** A slot that the pattern asks for. */
export interface Preview extends Interval {
  readonly offer: Offer;
}

/** The slots of some time by the pattern, in order; what is booked or blocked is not looked at. */
export function previewOf(schedule: Schedule, offers: readonly Offer[], window: Interval): Preview[] {
  return offers
    .flatMap((offer) => timesOf(offer, window, schedule.planningHorizon).map((time) => ({ ...time, offer })))
    .sort((a, b) => a.start.getTime() - b.start.getTime());
}

const LIVE: readonly Appointment['status'][] = ['pending', 'booked', 'arrived', 'checked-in'];

/**
 * Booked visits whose time the pattern would no longer have. They keep their place, and become tickets.
 * @param slots - Those of the Schedule from now on.
 */
export function misfitsOf(
  schedule: Schedule,
  offers: readonly Offer[],
  slots: readonly WithId<Slot>[],
  appointments: readonly WithId<Appointment>[],
  now: Date,
): WithId<Appointment>[] {
  const ahead = slots.filter(({ start }) => Date.parse(start) >= now.getTime());
  const last = Math.max(now.getTime(), ...ahead.map(({ start }) => Date.parse(start)));
  const planned = new Set(
    previewOf(schedule, offers, { start: now, end: new Date(last + 1) }).map(({ offer, start, end }) =>
      keyOf(`HealthcareService/${offer.service.id}`, start.getTime(), end.getTime()),
    ),
  );
  const outside = new Set(
    ahead
      .filter((slot) => {
        const service = extractServiceTypeReferences(slot.serviceType)[0]?.reference;
        return !planned.has(keyOf(service, Date.parse(slot.start), Date.parse(slot.end)));
      })
      .map(({ id }) => `Slot/${id}`),
  );
  return appointments.filter(
    ({ status, slot }) => LIVE.includes(status) && slot?.some(({ reference }) => outside.has(reference ?? '')),
  );
}

const keyOf = (service: string | undefined, start: number, end: number): string => `${service} ${start} ${end}`;
