import { isDefined } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Bundle, CodeableConcept, Resource, Schedule, Slot } from '@medplum/fhirtypes';
import { slotSearch } from '../../../bots/scheduling/find.ts';
import type { SlotQuery } from '../../../bots/scheduling/find.ts';
import { ofType } from './queries.ts';
import { serviceNameOf, zoneOfSchedule } from './visits.ts';
import { dayAt } from './zones.ts';

/** A free slot with what a person wants to know of it. */
export interface FreeSlot {
  readonly slot: WithId<Slot>;
  readonly schedule: WithId<Schedule>;
  /** Whose it is, such as `Practitioner/1`. */
  readonly actor: string;
  readonly actorName: string;
  readonly service: string;
  /** IANA name; undefined where nothing says it. */
  readonly zone: string | undefined;
  /** The day on the clock of the place, as a FHIR date. */
  readonly day: string;
}

/** The query of `GET Slot` for free slots, with their Schedules and whose they are. */
export function freeSlotQuery(query: SlotQuery): string {
  return `${slotSearch(query).replace(/^Slot\?/, '')}&_include:iterate=Schedule:actor`;
}

/** The codes of concepts such as `Appointment.serviceType` or `HealthcareService.type`, as `slotSearch` takes them. */
export function codesOf(concepts: readonly CodeableConcept[] = []): string[] {
  return concepts
    .flatMap(({ coding }) => coding ?? [])
    .map(({ system, code }) => code && `${system ?? ''}|${code}`)
    .filter(isDefined);
}

/** The free slots of what was found, the earliest first. */
export function freeSlotsOf(bundle: Bundle | undefined): FreeSlot[] {
  const schedules = ofType(bundle, 'Schedule');
  return ofType(bundle, 'Slot').flatMap((slot): FreeSlot[] => {
    const schedule = schedules.find(({ id }) => slot.schedule.reference === `Schedule/${id}`);
    const actor = schedule?.actor[0];
    if (!schedule || !actor?.reference) {
      return [];
    }
    const zone = zoneOfSchedule(schedule, actorsOf(bundle, actor.reference));
    return [
      {
        slot,
        schedule,
        actor: actor.reference,
        actorName: actor.display ?? '',
        service: serviceNameOf(slot),
        zone,
        day: dayAt(slot.start, zone),
      },
    ];
  });
}

const actorsOf = (bundle: Bundle | undefined, reference: string): Resource[] =>
  (bundle?.entry ?? []).flatMap(({ resource }) =>
    resource && `${resource.resourceType}/${resource.id}` === reference ? [resource] : [],
  );

/** Slots by day, the days in order. */
export function byDay(slots: readonly FreeSlot[]): [day: string, slots: FreeSlot[]][] {
  return [...Map.groupBy(slots, ({ day }) => day)].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
