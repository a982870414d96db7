import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, Resource, Schedule, Slot } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether, searchAll } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { createOnce, remove, update } from '../runtime/writes.ts';
import { isLive } from './appointment-states.ts';
import { recountTime } from './giving.ts';
import { GENERATED, TAKEN_BY } from './names.ts';
import type { Interval } from './wall-clock.ts';
import { watchSlots } from './watching.ts';

const DAY_MS = 86_400_000;
const PROVIDERS = /^(Practitioner|PractitionerRole|Location|Device)\//;

/**
 * An Appointment that was written without a slot (by an import, or another program) takes the time of its actors all the
 * same: a busy Slot stands for it on each of their Schedules that has slots of a pattern there. It goes when the
 * Appointment does, and moves with it.
 */
export async function keepTaken(run: Run, id: string): Promise<void> {
  const { fhir, now } = run;
  const search = `Slot?identifier=${encodeURIComponent(`${TAKEN_BY}|${id}`)}&_count=100`;
  const [found = [], marked = []] = await readTogether(fhir, [`Appointment/${id}`, search]);
  const [appointment] = ofType(found, 'Appointment');
  const markers = ofType(marked, 'Slot');
  const time = appointment && timeOf(appointment, now);
  const schedules = appointment && time ? await schedulesOf(run, appointment, time) : [];
  for (const schedule of schedules) {
    const marker = markers.find((slot) => slot.schedule.reference === `Schedule/${schedule.id}`);
    if (time && !(marker && isAt(marker, time))) {
      await place(run, id, schedule, marker, time);
    }
  }
  const wanted = schedules.map((schedule) => `Schedule/${schedule.id}`);
  for (const marker of markers.filter(({ schedule }) => !wanted.includes(schedule.reference ?? ''))) {
    await take(run, marker);
  }
}

/** Takes the Slots away that stand for Appointments which are gone, whatever became of the news of it. */
export async function sweepTaken(run: Run): Promise<void> {
  const markers = await searchAll(run.fhir, 'Slot', [
    ['identifier', `${TAKEN_BY}|`],
    ['start', `ge${new Date(run.now.getTime() - DAY_MS).toISOString()}`],
  ]);
  const ids = [...new Set(markers.flatMap(({ identifier = [] }) => identifier.map(({ value }) => value ?? '')))];
  const alive = new Set<string>();
  for (let from = 0; from < ids.length; from += 100) {
    const urls = ids.slice(from, from + 100).map((id) => `Appointment/${id}`);
    const found = ofType((await readTogether(run.fhir, urls)).flat(), 'Appointment');
    found.filter((appointment) => timeOf(appointment, run.now)).forEach(({ id }) => alive.add(id));
  }
  for (const id of ids.filter((one) => !alive.has(one))) {
    await keepTaken(run, id);
  }
}

/** The time that an Appointment takes without a slot, if it does. */
function timeOf(appointment: Appointment, now: Date): Interval | undefined {
  const { slot = [], start, end } = appointment;
  return slot.length === 0 && start && end && isLive(appointment, now) && Date.parse(end) > now.getTime()
    ? { start: new Date(start), end: new Date(end) }
    : undefined;
}

/** The Schedules of its actors that have slots of a pattern at that time. */
async function schedulesOf(
  { fhir }: Run,
  { participant }: Appointment,
  { start, end }: Interval,
): Promise<WithId<Schedule>[]> {
  const actors = participant.flatMap(({ actor }) => actor?.reference ?? []).filter((one) => PROVIDERS.test(one));
  if (actors.length === 0) {
    return [];
  }
  const [found = []] = await readTogether(fhir, [`Schedule?actor=${actors.join(',')}&active=true&_count=100`]);
  const schedules = ofType(found, 'Schedule');
  const generated = encodeURIComponent(`${GENERATED.system}|${GENERATED.code}`);
  const days = [`start=ge${new Date(start.getTime() - DAY_MS).toISOString()}`, `start=lt${end.toISOString()}`];
  const slots = await readTogether(
    fhir,
    schedules.map(({ id }) => `Slot?schedule=Schedule/${id}&_tag=${generated}&${days.join('&')}&_count=1000`),
  );
  return schedules.filter((_schedule, index) =>
    ofType(slots[index] ?? [], 'Slot').some((slot) => Date.parse(slot.end) > start.getTime()),
  );
}

async function place(
  run: Run,
  id: string,
  schedule: WithId<Schedule>,
  before: WithId<Slot> | undefined,
  { start, end }: Interval,
): Promise<void> {
  const slot: Slot = {
    resourceType: 'Slot',
    identifier: [{ system: TAKEN_BY, value: id }],
    schedule: createReference(schedule),
    status: 'busy',
    start: start.toISOString(),
    end: end.toISOString(),
  };
  const once = `identifier=${encodeURIComponent(`${TAKEN_BY}|${id}`)}&schedule=Schedule/${schedule.id}`;
  const write = before ? update<WithId<Slot>>({ ...before, ...slot, id: before.id }) : createOnce(slot, once);
  const placed = await settle<undefined, Slot>({
    fhir: run.fhir,
    load: async () => undefined,
    decide: () => ({ writes: [write], result: write }),
  });
  if (before) {
    await recountTime(run, schedule, { start: new Date(before.start), end: new Date(before.end) });
  }
  await watchSlots(run, [placed.id ?? '']);
}

async function take(run: Run, marker: WithId<Slot>): Promise<void> {
  const { fhir } = run;
  const load = async (): Promise<WithId<Resource>[]> =>
    (await readTogether(fhir, [`Slot/${marker.id}`, marker.schedule.reference ?? ''])).flat();
  const schedule = await settle<WithId<Resource>[], WithId<Schedule> | undefined>({
    fhir,
    load,
    decide: (found) => ({ writes: ofType(found, 'Slot').map(remove), result: ofType(found, 'Schedule')[0] }),
  });
  if (schedule) {
    await recountTime(run, schedule, { start: new Date(marker.start), end: new Date(marker.end) });
  }
}

const isAt = (slot: Slot, { start, end }: Interval): boolean =>
  Date.parse(slot.start) === start.getTime() && Date.parse(slot.end) === end.getTime();
