import type { PlanDefinition } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import { EVENTS, MANUAL, STAGE_DONE } from '../../../../bots/journeys/events.ts';

/** What can happen to a visit, as a person chooses among it. */
export const COURSES = ['seen', 'noshow', 'cancelled', 'rebooked', 'byHand'] as const;
export type Course = (typeof COURSES)[number];

export const REBOOKED = 'appointment-rebooked';
type Happens = Exclude<(typeof EVENTS)[number], typeof MANUAL | typeof STAGE_DONE>;
export type CourseEventName = Happens | typeof REBOOKED;

/** What can happen in a course: what journeys know, and that a visit is moved. Nothing else makes a stage done. */
export const COURSE_EVENTS: readonly CourseEventName[] = [
  ...EVENTS.filter((event): event is Happens => event !== MANUAL && event !== STAGE_DONE),
  REBOOKED,
];

/** One thing that happens. */
export interface CourseEvent {
  readonly name: CourseEventName;
  readonly at: Date;
  /** Of a visit that is moved: when it begins from then on. */
  readonly start?: Date;
}

/** What `PlanDefinition/$simulate` is called with. */
export interface SimulationBody {
  readonly draft: PlanDefinition;
  readonly start?: string;
  readonly zone: string;
  readonly events: readonly string[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * What happens in a course: booked now, for a visit at a time; or started by hand, and nothing happens.
 * @param visit - When the visit begins.
 */
export function eventsIn(course: Course, visit: Date, now: Date): CourseEvent[] {
  const at = (name: CourseEventName, offset: number): CourseEvent => ({ name, at: after(visit, offset) });
  const booked: CourseEvent = { name: 'appointment-booked', at: new Date(Math.min(now.getTime(), visit.getTime())) };
  switch (course) {
    case 'byHand':
      return [];
    case 'noshow':
      return [booked, at('appointment-noshow', 30 * MINUTE_MS)];
    case 'cancelled':
      return [booked, at('appointment-cancelled', -DAY_MS)];
    case 'rebooked': {
      const later = after(visit, 7 * DAY_MS);
      // Halfway between now and the visit.
      const moved = new Date((visit.getTime() + booked.at.getTime()) / 2);
      return [booked, { name: REBOOKED, at: moved, start: later }, ...seen(later)];
    }
    case 'seen':
      return [booked, ...seen(visit)];
  }
}

const after = (time: Date, ms: number): Date => new Date(time.getTime() + ms);

/** Comes ten minutes early, is seen for 25. */
const seen = (visit: Date): CourseEvent[] => [
  { name: 'appointment-arrived', at: after(visit, -10 * MINUTE_MS) },
  { name: 'encounter-started', at: visit },
  { name: 'encounter-finished', at: after(visit, 25 * MINUTE_MS) },
];

/** What keeps a course from being played: a time that is not said, something about a visit that there is not. */
export function problemIn(
  events: readonly CourseEvent[],
  visit: Date | undefined,
): 'needsVisit' | 'needsTime' | undefined {
  const untimed = ({ name, at, start }: CourseEvent): boolean =>
    Number.isNaN(at.getTime()) || (name === REBOOKED && Number.isNaN(start?.getTime() ?? NaN));
  if (events.some(untimed)) {
    return 'needsTime';
  }
  return !visit && events.some(({ name }) => name.startsWith('appointment-')) ? 'needsVisit' : undefined;
}

/** A definition with what happens, for a visit or without one. */
export function simulationOf(
  draft: PlanDefinition,
  events: readonly CourseEvent[],
  visit: Date | undefined,
  zone: string,
): SimulationBody {
  return {
    draft,
    zone,
    ...(visit && { start: visit.toISOString() }),
    events: events.map(({ name, at, start }) =>
      [name, at.toISOString(), ...(name === REBOOKED && start ? [start.toISOString()] : [])].join('@'),
    ),
  };
}

/** As a date and time field has it, on the clock of a zone: `2026-03-09T10:00`; empty for no time. */
export function wallClock(instant: Date, zone: string): string {
  const shown = DateTime.fromJSDate(instant, { zone });
  return shown.isValid ? shown.toFormat("yyyy-MM-dd'T'HH:mm") : '';
}

/** The instant that such a field means; an invalid Date where it is empty. */
export const instantOf = (typed: string, zone: string): Date => DateTime.fromISO(typed, { zone }).toJSDate();
