import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, Schedule } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { ofType, searchAll } from '../runtime/load.ts';
import { raise } from '../runtime/raise.ts';
import { isLive } from './appointment-states.ts';
import type { Interval } from './wall-clock.ts';

const DAY_MS = 86_400_000;
const STANDING: readonly Appointment['status'][] = ['pending', 'booked', 'arrived', 'checked-in'];

/** The Appointments that stand in some time of a Schedule, in its slots or without one, the earliest first. */
export async function standingIn(
  { fhir, now }: Run,
  schedule: WithId<Schedule>,
  time: Interval,
): Promise<WithId<Appointment>[]> {
  const found = await searchAll(fhir, 'Slot', [
    ['schedule', `Schedule/${schedule.id}`],
    ['start', `ge${new Date(time.start.getTime() - DAY_MS).toISOString()}`],
    ['start', `lt${time.end.toISOString()}`],
    ['_revinclude', 'Appointment:slot'],
  ]);
  const slots = ofType(found, 'Slot')
    .filter(({ end }) => Date.parse(end) > time.start.getTime())
    .map(({ id }) => `Slot/${id}`);
  const bySlot = ofType([...found], 'Appointment').filter(({ slot = [] }) =>
    slot.some(({ reference }) => slots.includes(reference ?? '')),
  );
  const slotless = await withoutSlot(fhir, schedule, time);
  const all = new Map([...bySlot, ...slotless].map((appointment) => [appointment.id, appointment]));
  return [...all.values()]
    .filter((appointment) => isLive(appointment, now) && STANDING.includes(appointment.status))
    .filter(({ end }) => Date.parse(end ?? '') > now.getTime())
    .sort((a, b) => Date.parse(a.start ?? '') - Date.parse(b.start ?? ''));
}

/** What was written without the operations may say with whom and when only. */
async function withoutSlot(
  fhir: Run['fhir'],
  { actor }: WithId<Schedule>,
  { start, end }: Interval,
): Promise<WithId<Appointment>[]> {
  const found = await searchAll(fhir, 'Appointment', [
    ['actor', actor.map(({ reference }) => reference).join(',')],
    ['status', STANDING.join(',')],
    ['date', `ge${new Date(start.getTime() - DAY_MS).toISOString()}`],
    ['date', `lt${end.toISOString()}`],
  ]);
  return found.filter(({ slot = [], end: ends = '' }) => slot.length === 0 && Date.parse(ends) > start.getTime());
}

/** A time as part of the key of a ticket, which has no colons. */
export const keyOfTime = (dateTime: string | undefined): string =>
  dateTime ? new Date(dateTime).toISOString().replaceAll(':', '') : 'never';

/**
 * Somebody has to look at a booking whose time the pattern no longer has, or is shut: it stands, but nobody may be there.
 * Once for each time that it is moved to.
 */
export async function raiseMisfits(run: Run, misfits: readonly WithId<Appointment>[]): Promise<void> {
  for (const appointment of misfits) {
    await raise(run, {
      key: `appointment/${appointment.id}/${keyOfTime(appointment.start)}/outside-hours`,
      text: 'This appointment is outside the hours that its schedule has now. Move it, or agree on it.',
      focus: createReference(appointment),
    });
  }
}
