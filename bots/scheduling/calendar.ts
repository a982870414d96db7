import type { MedplumClient, WithId } from '@medplum/core';
import { isDefined } from '@medplum/core';
import type { Appointment, Resource, Schedule, Slot } from '@medplum/fhirtypes';
import { ofType, readTogether } from '../runtime/load.ts';
import { longestOf, servicesOf } from './availability.ts';
import type { Calendar } from './places.ts';
import { LONGEST_WINDOW_MS } from './window.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Added to what the Schedule says itself, before its services have been read. */
const ALLOWANCE_MINUTES = 60;
/** A server gives no more in one page. */
const MAX_FOUND = 1000;

/** What may take a place: a hold may have expired, too. */
const LIVE: readonly Appointment['status'][] = ['pending', 'booked', 'arrived', 'checked-in', 'fulfilled', 'noshow'];

/** What was loaded for a decision about some slots. */
export interface Loaded {
  readonly calendar: Calendar;
  /** What the first request found beside the slots. */
  readonly beside: readonly WithId<Resource>[];
}

/**
 * Loads slots with all that a decision about their places needs: their Schedules and services, the slots near them and
 * the blocks over them, and every Appointment that refers to one. Two requests; a third where a service takes far longer
 * than the Schedule says, or a slot may have been deleted while it was taken.
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

  const shut = slots.filter(({ status }) => status !== 'free');
  const loadNear = async (reach: number): Promise<Calendar> => {
    const near = slots.map((slot) => nearby(slot, reach * steps));
    const taken = shut.map((slot) => appointmentsNear(slot, schedules));
    const answers = await readTogether(fhir, [...near, ...taken, ...references]);
    slots.forEach((slot, index) => checkWhole(ofType(answers[index] ?? [], 'Slot'), startOf(slot, reach * steps)));
    taken.forEach((_search, index) => {
      const at = Date.parse(shut[index]?.start ?? '') - ALLOWANCE_MINUTES * MINUTE_MS;
      checkWhole(ofType(answers[near.length + index] ?? [], 'Appointment'), at);
    });
    const found = answers.flat();
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
  const known = slots.length === 0 ? EMPTY_CALENDAR : await loadNear(guess);
  const longest = Math.max(0, ...schedules.map((schedule) => longestOf(schedule, known.services)));
  const calendar = longest > guess ? await loadNear(longest) : known;
  const missing = await missingSlots(fhir, slots, calendar);
  return { calendar: { ...calendar, slots: [...calendar.slots, ...missing] }, beside: others.flat() };
}

/**
 * Slots that were gone although somebody has a place in them: Medplum's own `$cancel` deletes a slot that others may share,
 * until it is restored. Only what says that it is not free can be shut by such a one. While it is gone its time counts as
 * blocked; one that came back meanwhile counts as it is.
 */
async function missingSlots(
  fhir: MedplumClient,
  slots: readonly WithId<Slot>[],
  calendar: Calendar,
): Promise<WithId<Slot>[]> {
  const live = calendar.appointments.filter(({ status }) => LIVE.includes(status));
  const elsewhere = slots
    .filter(({ status }) => status !== 'free')
    .flatMap((slot) => live.flatMap((appointment) => slotsElsewhere(slot, appointment, calendar)));
  if (elsewhere.length === 0) {
    return [];
  }
  const search = `Slot?_id=${elsewhere.map(({ id }) => id).join(',')}&_count=1000`;
  const existing = ofType((await readTogether(fhir, [search])).flat(), 'Slot');
  const back = existing.filter(({ schedule }) => slots.some((slot) => slot.schedule.reference === schedule.reference));
  return [...back, ...elsewhere.filter(({ id }) => !existing.some((slot) => slot.id === id))];
}

const startOf = ({ start }: Pick<Slot, 'start'>, minutes: number): number => Date.parse(start) - minutes * MINUTE_MS;

/**
 * A search gives so many at most, here the latest first. Where what begins later than this is already more than that, a
 * decision would rest on a part of it.
 */
function checkWhole(found: readonly { readonly start?: string }[], from: number): void {
  if (found.length >= MAX_FOUND && found.every(({ start = '' }) => Date.parse(start) >= from)) {
    throw new Error(`More than ${MAX_FOUND} slots or appointments are near one slot.`);
  }
}

/** The search for what takes time of a slot's actors around it. */
function appointmentsNear({ schedule, start, end }: Slot, schedules: readonly WithId<Schedule>[]): string {
  const actors = schedules.find(({ id }) => schedule.reference === `Schedule/${id}`)?.actor ?? [];
  const at = (dateTime: string, days: number): string => new Date(Date.parse(dateTime) + days * DAY_MS).toISOString();
  return [
    `Appointment?actor=${actors.map(({ reference }) => reference).join(',')}`,
    `status=${LIVE.join(',')}`,
    `date=ge${at(start, -1)}`,
    `date=lt${at(end, 1)}`,
    '_sort=-date',
    `_count=${MAX_FOUND}`,
  ].join('&');
}

/** The slots of an Appointment at the time of this slot that the calendar does not have, as the Appointment tells. */
function slotsElsewhere(
  { schedule, ...own }: WithId<Slot>,
  { slot = [], start = '', end = '', serviceType }: Appointment,
  { slots }: Calendar,
): WithId<Slot>[] {
  const away = ALLOWANCE_MINUTES * MINUTE_MS;
  const isNear = Date.parse(start) < Date.parse(own.end) + away && Date.parse(own.start) < Date.parse(end) + away;
  const ids = slot.map(({ reference }) => reference?.split('/')[1]).filter(isDefined);
  const missing = isNear ? ids.filter((id) => !slots.some((known) => known.id === id)) : [];
  // Without a count of places they are not ours to give, like what another program shut.
  const type = serviceType && { serviceType };
  return missing.map((id) => ({ resourceType: 'Slot', id, schedule, status: 'busy', start, end, ...type }));
}

const EMPTY_CALENDAR: Calendar = { schedules: [], services: [], slots: [], appointments: [] };

/**
 * The search for what starts near a slot on its Schedule, and for the blocks that began before, with every Appointment that
 * refers to one of them. One search and not two: on a real server each is a tenth of what a booking costs.
 */
function nearby({ schedule, start, end }: Slot, minutes: number): string {
  const at = (ms: number): string => new Date(ms).toISOString();
  const from = startOf({ start }, minutes);
  const to = Date.parse(end) + minutes * MINUTE_MS;
  return [
    `Slot?schedule=${schedule.reference}`,
    `start=ge${at(from - LONGEST_WINDOW_MS)}`,
    `start=lt${at(to)}`,
    `_filter=${encodeURIComponent(`start ge ${at(from)} or status eq busy-unavailable`)}`,
    // The oldest, which are blocks, are what may be left out.
    '_sort=-start',
    `_count=${MAX_FOUND}`,
    '_revinclude=Appointment:slot',
  ].join('&');
}
