import type { SchedulingParameterUrl, WithId } from '@medplum/core';
import {
  extractServiceTypeReferences,
  getExtensionValue,
  getHealthcareServiceSchedulingParameters,
  getScheduleSchedulingParameters,
  getSchedulingTimezone,
  isReference,
  schedulingDurationToMinutes,
  SchedulingParametersURI,
} from '@medplum/core';
import type {
  Extension,
  HealthcareService,
  HealthcareServiceAvailableTime,
  Reference,
  Resource,
  Schedule,
} from '@medplum/fhirtypes';
import { IANAZone } from 'luxon';
import { refuse } from '../runtime/outcome.ts';

/** The days of the week as FHIR writes them, Monday first. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

/** A window that recurs on one day of the week. Minutes after midnight by the clock; past 1440 is the next day. */
export interface WeeklyWindow {
  readonly day: Day;
  readonly from: number;
  readonly to: number;
}

/** What one Schedule offers of one service. Lengths are whole minutes. */
export interface Offer {
  readonly service: WithId<HealthcareService>;
  /** IANA name. */
  readonly zone: string;
  readonly duration: number;
  readonly bufferBefore: number;
  readonly bufferAfter: number;
  /** Starts lie on this grid from midnight, if there is one; else slots follow each other. */
  readonly alignment?: { readonly interval: number; readonly offset: number };
  readonly capacity: number;
  readonly windows: readonly WeeklyWindow[];
}

/** Time that must be free before and after a slot. Minutes. */
export type Buffers = Pick<Offer, 'bufferBefore' | 'bufferAfter'>;

const MAX_CAPACITY = 50;
const DAY_MINUTES = 24 * 60;

/** The services that a Schedule names, in its parameters and in its service types. */
export function servicesOf(schedule: Schedule): string[] {
  const configured = (schedule.extension ?? [])
    .filter(({ url }) => url === SchedulingParametersURI)
    .map((parameters) => getExtensionValue(parameters, 'service'))
    .filter((value): value is Reference & { reference: string } => isReference(value))
    .map(({ reference }) => reference);
  const listed = extractServiceTypeReferences(schedule.serviceType).map(({ reference }) => reference);
  return [...new Set([...configured, ...listed])];
}

/**
 * Reads Medplum's scheduling parameters: those of the Schedule for the service, else the service's own. The hours of a
 * service are its `availableTime`; `availability` is for Schedules.
 * @param actor - Whose Schedule it is: a time zone of theirs is the last resort but one.
 * @param clinicZone - The last resort.
 * @throws Refusal about `schedule`: `value` for parameters that make no sense, `business-rule` where there are none.
 */
export function offerOf(
  schedule: Schedule,
  service: WithId<HealthcareService>,
  actor: Resource | undefined,
  clinicZone: string | undefined,
): Offer {
  const parameter = (url: SchedulingParameterUrl): Extension[] => {
    const own = getScheduleSchedulingParameters(schedule, service, url);
    return own.length > 0 || url === 'availability' ? own : getHealthcareServiceSchedulingParameters(service, url);
  };
  const minutes = (url: SchedulingParameterUrl): number | undefined => minutesOf(parameter(url)[0], url);
  const duration = minutes('duration');
  if (!duration) {
    return refuse('business-rule', 'schedule', 'A service of the Schedule has no duration. Set one on either.');
  }
  const availability = parameter('availability');
  const windows = (
    availability.length > 0 ? availability.flatMap(availableTimesOf) : (service.availableTime ?? [])
  ).flatMap(weeklyWindows);
  if (windows.length === 0) {
    return refuse('business-rule', 'schedule', 'A service of the Schedule has no hours. Set its availability.');
  }
  const zone = getSchedulingTimezone(service, schedule, actor) ?? clinicZone;
  if (!zone || !IANAZone.isValidZone(zone)) {
    return refuse('business-rule', 'schedule', 'The Schedule needs an IANA time zone, such as Europe/Vienna.');
  }
  const interval = minutes('alignmentInterval');
  return {
    service,
    zone,
    duration,
    bufferBefore: minutes('bufferBefore') ?? 0,
    bufferAfter: minutes('bufferAfter') ?? 0,
    ...(interval && { alignment: { interval, offset: (minutes('alignmentOffset') ?? 0) % interval } }),
    capacity: capacityOf(parameter('slotCapacity')[0]),
    windows,
  };
}

/** The buffers of a service on a Schedule, by the same rule; what makes no sense counts as none. */
export function buffersOf(schedule: Schedule, service: WithId<HealthcareService> | undefined): Buffers {
  return {
    bufferBefore: lengthOf(schedule, service, 'bufferBefore'),
    bufferAfter: lengthOf(schedule, service, 'bufferAfter'),
  };
}

/**
 * The longest time that one slot of the Schedule takes, buffers included, as far as the Schedule itself and these
 * services tell.
 * @returns Minutes.
 */
export function longestOf(schedule: Schedule, services: readonly WithId<HealthcareService>[]): number {
  const lengths = servicesOf(schedule).map((reference) => {
    const [, id = ''] = reference.split('/');
    const service = services.find((known) => known.id === id) ?? { resourceType: 'HealthcareService', id };
    const urls = ['bufferBefore', 'duration', 'bufferAfter'] as const;
    return urls.reduce((sum, url) => sum + lengthOf(schedule, service, url), 0);
  });
  return Math.max(0, ...lengths);
}

function lengthOf(
  schedule: Schedule,
  service: WithId<HealthcareService> | undefined,
  url: 'bufferBefore' | 'duration' | 'bufferAfter',
): number {
  const [own] = service ? getScheduleSchedulingParameters(schedule, service, url) : [];
  const [shared] = service ? getHealthcareServiceSchedulingParameters(service, url) : [];
  return schedulingDurationToMinutes((own ?? shared)?.valueDuration) ?? 0;
}

function minutesOf(extension: Extension | undefined, url: string): number | undefined {
  if (!extension) {
    return undefined;
  }
  const minutes = schedulingDurationToMinutes(extension.valueDuration);
  if (minutes === undefined || !Number.isInteger(minutes) || (url === 'duration' && minutes === 0)) {
    return refuse('value', 'schedule', `${url} must be whole minutes (unit min, h, d or wk).`);
  }
  return minutes;
}

function capacityOf(extension: Extension | undefined): number {
  if (!extension) {
    return 1;
  }
  const capacity = extension.valuePositiveInt ?? extension.valueInteger ?? extension.valueUnsignedInt;
  if (!Number.isInteger(capacity) || !capacity || capacity < 1 || capacity > MAX_CAPACITY) {
    return refuse('value', 'schedule', `slotCapacity must be a whole number from 1 to ${MAX_CAPACITY}.`);
  }
  return capacity;
}

/** Medplum writes R5's `Availability` with extensions; this is the same as R4's `availableTime`. */
function availableTimesOf(availability: Extension): HealthcareServiceAvailableTime[] {
  const times = (availability.extension ?? []).filter(({ url }) => url === 'availableTime');
  return times.map((time) => {
    const parts = (url: string): Extension[] => (time.extension ?? []).filter((part) => part.url === url);
    return {
      daysOfWeek: parts('daysOfWeek').map(({ valueCode }) => valueCode as Day),
      allDay: parts('allDay')[0]?.valueBoolean,
      availableStartTime: parts('availableStartTime')[0]?.valueTime,
      availableEndTime: parts('availableEndTime')[0]?.valueTime,
    };
  });
}

/** A window that ends at or before its start goes on into the next day, as Medplum reads it. */
function weeklyWindows(time: HealthcareServiceAvailableTime): WeeklyWindow[] {
  const from = time.allDay ? 0 : clockMinutes(time.availableStartTime);
  const end = time.allDay ? 0 : clockMinutes(time.availableEndTime);
  return (time.daysOfWeek ?? []).map((day) =>
    DAYS.includes(day)
      ? { day, from, to: end <= from ? end + DAY_MINUTES : end }
      : refuse('value', 'schedule', `A day of the week is one of ${DAYS.join(', ')}.`),
  );
}

function clockMinutes(time: string | undefined): number {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)(?::00(?:\.0+)?)?$/.exec(time ?? '') ?? [];
  return hours && minutes
    ? Number(hours) * 60 + Number(minutes)
    : refuse('value', 'schedule', 'Hours need a start and an end in whole minutes, such as 09:00:00 and 17:00:00.');
}
