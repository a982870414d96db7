import type { WithId } from '@medplum/core';
import {
  createReference,
  minutesToSchedulingDuration,
  setHealthcareServiceSchedulingParameter,
  setScheduleSchedulingParameter,
  toServiceTypeCodeableConcepts,
} from '@medplum/core';
import type { Appointment, Extension, HealthcareService, Schedule, Slot } from '@medplum/fhirtypes';
import type { Day } from '../../bots/scheduling/availability.ts';
import { Refusal } from '../../bots/runtime/outcome.ts';

/** Some hours on some days, as a person would say them. */
export interface Hours {
  readonly days: readonly Day[];
  readonly from: string;
  readonly to: string;
}

/** What a pattern of a Schedule says about one service; lengths in minutes. */
export interface Pattern {
  readonly hours: readonly Hours[];
  readonly duration: number;
  readonly bufferBefore?: number;
  readonly bufferAfter?: number;
  readonly alignmentInterval?: number;
  readonly alignmentOffset?: number;
  readonly capacity?: number;
  readonly zone?: string;
}

export function serviceOf(id: string, duration?: number): WithId<HealthcareService> {
  const service: WithId<HealthcareService> = {
    resourceType: 'HealthcareService',
    id,
    type: [{ coding: [{ system: 'https://example.org/services', code: id }] }],
  };
  return duration
    ? setHealthcareServiceSchedulingParameter(service, {
        url: 'duration',
        valueDuration: minutesToSchedulingDuration(duration),
      })
    : service;
}

export function scheduleOf(patterns: readonly (readonly [WithId<HealthcareService>, Pattern])[]): WithId<Schedule> {
  const empty: WithId<Schedule> = {
    resourceType: 'Schedule',
    id: 'schedule',
    active: true,
    actor: [{ reference: 'Practitioner/p' }],
  };
  return patterns.reduce((schedule, [service, pattern]) => withPattern(schedule, service, pattern), empty);
}

export function withPattern<T extends Schedule>(schedule: T, service: WithId<HealthcareService>, pattern: Pattern): T {
  const lengths = ['duration', 'bufferBefore', 'bufferAfter', 'alignmentInterval', 'alignmentOffset'] as const;
  let result = setScheduleSchedulingParameter(schedule, service, {
    url: 'availability',
    extension: availability(pattern),
  });
  for (const url of lengths) {
    const minutes = pattern[url];
    if (minutes !== undefined) {
      const valueDuration = minutesToSchedulingDuration(minutes);
      result = setScheduleSchedulingParameter(result, service, { url, valueDuration });
    }
  }
  if (pattern.capacity !== undefined) {
    const slotCapacity = { url: 'slotCapacity', valuePositiveInt: pattern.capacity } as const;
    result = setScheduleSchedulingParameter(result, service, slotCapacity);
  }
  return setScheduleSchedulingParameter(result, service, {
    url: 'timezone',
    valueCode: pattern.zone ?? 'Europe/Vienna',
  });
}

function availability({ hours }: Pattern): Extension[] {
  return hours.map(({ days, from, to }) => ({
    url: 'availableTime',
    extension: [
      ...days.map((day) => ({ url: 'daysOfWeek', valueCode: day })),
      { url: 'availableStartTime', valueTime: `${from}:00` },
      { url: 'availableEndTime', valueTime: `${to}:00` },
    ],
  }));
}

export function slotOf(id: string, start: string, end: string, more: Partial<Slot> = {}): WithId<Slot> {
  return {
    resourceType: 'Slot',
    id,
    meta: { versionId: '1' },
    schedule: { reference: 'Schedule/schedule' },
    status: 'free',
    start,
    end,
    ...more,
  };
}

export function appointmentOf(
  id: string,
  status: Appointment['status'],
  slots: readonly WithId<Slot>[],
  more: Partial<Appointment> = {},
): WithId<Appointment> {
  return {
    resourceType: 'Appointment',
    id,
    meta: { versionId: '1' },
    status,
    start: slots[0]?.start,
    end: slots[0]?.end,
    slot: slots.map((slot) => createReference(slot)),
    participant: [{ status: 'accepted', actor: { reference: `Patient/${id}` } }],
    ...more,
  };
}

export const forService = (service: WithId<HealthcareService>): Partial<Slot> => ({
  serviceType: toServiceTypeCodeableConcepts(service),
});

/** What a call refuses, as `code parameter`; undefined if it does not. */
export function refusalOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Refusal) {
      const [issue] = thrown.outcome.issue;
      return `${issue?.code} ${issue?.expression?.[0]}`;
    }
    throw thrown;
  }
}
