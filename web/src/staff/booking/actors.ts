import type { WithId } from '@medplum/core';
import { getSchedulingTimezone } from '@medplum/core';
import type {
  Device,
  HealthcareService,
  HumanName,
  Location,
  Practitioner,
  PractitionerRole,
  Reference,
  Resource,
  Schedule,
} from '@medplum/fhirtypes';
import { servicesOf } from '../../../../bots/scheduling/availability.ts';

/** Somebody, or something, with Schedules: a provider, a room, a device. */
export interface Actor {
  /** Such as `Practitioner/1` or `Location/2`. */
  readonly reference: string;
  readonly name: string;
  readonly kind: 'provider' | 'room' | 'device';
  readonly schedules: readonly WithId<Schedule>[];
}

/** Who and what can be booked, and on which clock. */
export interface Bookable {
  readonly actors: readonly Actor[];
  readonly services: readonly WithId<HealthcareService>[];
  /** IANA name: that of most Schedules. */
  readonly zone: string;
}

const ORDER: readonly Actor['kind'][] = ['provider', 'room', 'device'];

/**
 * Who and what has active Schedules, providers first, each group by name.
 * @param resources - Schedules, their actors and the practitioners behind roles, in any order.
 * @param write - A name as it is written.
 * @param lastZone - For a clinic that says nowhere which clock it goes by.
 */
export function bookableOf(
  resources: readonly WithId<Resource>[],
  services: readonly WithId<HealthcareService>[],
  write: (resource: { readonly name?: readonly HumanName[] }) => string,
  lastZone: string,
): Bookable {
  const known = new Map(resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]));
  const schedules = resources.filter((resource) => resource.resourceType === 'Schedule');
  const active = schedules.filter((schedule) => schedule.active !== false) as WithId<Schedule>[];
  const byActor = Map.groupBy(active, ({ actor }) => actor[0]?.reference ?? '');
  byActor.delete('');
  const actors = [...byActor].map(([reference, own]): Actor => {
    const named = own[0]?.actor[0];
    return { reference, name: nameOfActor(named, known, write), kind: kindOf(reference), schedules: own };
  });
  const zones = active.flatMap((schedule) => zoneOf(schedule, services, known.get(schedule.actor[0]?.reference ?? '')));
  return {
    actors: actors.toSorted(
      (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.name.localeCompare(b.name, undefined),
    ),
    services: services
      .filter(({ active: inUse }) => inUse !== false)
      .toSorted((a, b) => serviceName(a).localeCompare(serviceName(b))),
    zone: mostCommon(zones) ?? lastZone,
  };
}

/** What a service is called. */
export function serviceName(service: HealthcareService): string {
  const [type] = service.type ?? [];
  return service.name ?? type?.text ?? type?.coding?.[0]?.display ?? type?.coding?.[0]?.code ?? '';
}

function kindOf(reference: string): Actor['kind'] {
  const [type] = reference.split('/');
  return type === 'Location' ? 'room' : type === 'Device' ? 'device' : 'provider';
}

function nameOfActor(
  named: Reference | undefined,
  known: ReadonlyMap<string, WithId<Resource>>,
  write: (resource: { readonly name?: readonly HumanName[] }) => string,
): string {
  const resource = known.get(named?.reference ?? '') as Practitioner | PractitionerRole | Location | Device | undefined;
  switch (resource?.resourceType) {
    case 'Practitioner':
      return write(resource);
    case 'PractitionerRole': {
      const person = known.get(resource.practitioner?.reference ?? '') as Practitioner | undefined;
      const name = person ? write(person) : (resource.practitioner?.display ?? named?.display ?? '');
      // Who works at two sites has a role, and a Schedule, at each.
      return [name, resource.location?.[0]?.display].filter(Boolean).join(' · ');
    }
    case 'Location':
      return resource.name ?? named?.display ?? '';
    default:
      return resource?.deviceName?.[0]?.name ?? named?.display ?? named?.reference ?? '';
  }
}

function zoneOf(
  schedule: Schedule,
  services: readonly WithId<HealthcareService>[],
  actor: Resource | undefined,
): string[] {
  const own = servicesOf(schedule).map((reference) => services.find(({ id }) => reference.endsWith(`/${id}`)));
  return own.flatMap((service) => (service && getSchedulingTimezone(service, schedule, actor)) ?? []);
}

function mostCommon(values: readonly string[]): string | undefined {
  const counts = [...Map.groupBy(values, (value) => value)].map(([value, same]) => [value, same.length] as const);
  return counts.toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
