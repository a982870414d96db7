import type { MedplumClient, WithId } from '@medplum/core';
import type { Resource, Slot } from '@medplum/fhirtypes';
import { ofType, readTogether } from '../runtime/load.ts';
import { longestOf, servicesOf } from './availability.ts';
import type { Calendar } from './places.ts';
import { LONGEST_WINDOW_MS } from './window.ts';

const MINUTE_MS = 60_000;
/** Added to what the Schedule says itself, before its services have been read. */
const ALLOWANCE_MINUTES = 60;

/** What was loaded for a decision about some slots. */
export interface Loaded {
  readonly calendar: Calendar;
  /** What the first request found beside the slots. */
  readonly beside: readonly WithId<Resource>[];
}

/**
 * Loads slots with all that a decision about their places needs: their Schedules and services, the slots near them and
 * the blocks over them, and every Appointment that refers to one. Two requests; a third where a service takes far longer than the Schedule says.
 * @param ids - Of the slots.
 * @param beside - Other things to read with the first request.
 * @param steps - 1 to know what rivals the slots, 2 to know what rivals those.
 */
export async function loadCalendar(
  fhir: MedplumClient,
  ids: readonly string[],
  beside: readonly string[],
  steps: 1 | 2,
): Promise<Loaded> {
  const [first = [], ...others] = await readTogether(fhir, [
    `Slot?_id=${ids.join(',')}&_count=1000&_include=Slot:schedule`,
    ...beside,
  ]);
  const slots = ofType(first, 'Slot');
  const schedules = ofType(first, 'Schedule');
  const references = [...new Set(schedules.flatMap(servicesOf))];

  const loadNear = async (reach: number): Promise<Calendar> => {
    const near = slots.flatMap((slot) => nearby(slot, reach * steps));
    const found = (await readTogether(fhir, [...near, ...references])).flat();
    const known = [...new Map(found.map((resource) => [`${resource.resourceType}/${resource.id}`, resource])).values()];
    return {
      schedules,
      services: ofType(known, 'HealthcareService'),
      slots: ofType(known, 'Slot'),
      appointments: ofType(known, 'Appointment'),
    };
  };

  const own = Math.max(0, ...slots.map(({ start, end }) => (Date.parse(end) - Date.parse(start)) / MINUTE_MS));
  const guess = ALLOWANCE_MINUTES + Math.max(own, ...schedules.map((schedule) => longestOf(schedule, [])));
  const calendar = slots.length === 0 ? EMPTY_CALENDAR : await loadNear(guess);
  const longest = Math.max(0, ...schedules.map((schedule) => longestOf(schedule, calendar.services)));
  return { calendar: longest > guess ? await loadNear(longest) : calendar, beside: others.flat() };
}

const EMPTY_CALENDAR: Calendar = { schedules: [], services: [], slots: [], appointments: [] };

/**
 * The searches for what starts near a slot on its Schedule, with every Appointment that refers to one of them, and for
 * the blocks that began before.
 */
function nearby({ schedule, start, end }: Slot, minutes: number): string[] {
  const at = (ms: number): string => new Date(ms).toISOString();
  const from = Date.parse(start) - minutes * MINUTE_MS;
  const to = Date.parse(end) + minutes * MINUTE_MS;
  const of = `Slot?schedule=${schedule.reference}`;
  return [
    `${of}&start=ge${at(from)}&start=lt${at(to)}&_count=1000&_revinclude=Appointment:slot`,
    `${of}&status=busy-unavailable&start=ge${at(from - LONGEST_WINDOW_MS)}&start=lt${at(from)}&_count=1000`,
  ];
}
