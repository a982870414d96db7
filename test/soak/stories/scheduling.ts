import type { WithId } from '@medplum/core';
import { createReference, getReferenceString } from '@medplum/core';
import type { Appointment, HealthcareService, Patient, Practitioner, Schedule, Slot, Task } from '@medplum/fhirtypes';
import { DAYS } from '../../../bots/scheduling/availability.ts';
import { entriesOf } from '../../../bots/scheduling/closing-task.ts';
import { SLOT_HORIZON } from '../../../bots/scheduling/names.ts';
import { setStatus } from '../../appointments.ts';
import { withPattern } from '../../scheduling/fixtures.ts';
import type { Pattern } from '../../scheduling/fixtures.ts';
import type { Stage } from '../stage.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Four slots a day. */
const MORNING: Pattern = { hours: [{ days: DAYS, from: '09:00', to: '11:00' }], duration: 30, zone: 'UTC' };

/** A Schedule of a provider of its own, for a service that nobody else offers. */
async function newSchedule(
  { clinic: { medplum } }: Stage,
  pattern: Pattern = MORNING,
  over: Partial<Schedule> = {},
): Promise<{ schedule: WithId<Schedule>; service: WithId<HealthcareService> }> {
  const actor = await medplum.createResource<Practitioner>({ resourceType: 'Practitioner', active: true });
  const service = await medplum.createResource<HealthcareService>({ resourceType: 'HealthcareService', active: true });
  const empty: Schedule = { resourceType: 'Schedule', active: true, actor: [createReference(actor)], ...over };
  return { schedule: await medplum.createResource(withPattern(empty, service, pattern)), service };
}

/** The slots of a Schedule that are to come, in order. */
async function slotsOf({ clinic: { medplum } }: Stage, schedule: WithId<Schedule>): Promise<WithId<Slot>[]> {
  medplum.invalidateAll();
  return [...(await medplum.searchResources('Slot', `schedule=Schedule/${schedule.id}&_sort=start&_count=200`))];
}

/** Those of the day after tomorrow, by an operation. */
async function generated(stage: Stage, schedule: WithId<Schedule>): Promise<WithId<Slot>[]> {
  const start = Math.ceil(stage.clinic.clock.now() / DAY_MS + 1) * DAY_MS;
  const window = { start: new Date(start).toISOString(), end: new Date(start + DAY_MS).toISOString() };
  await stage.repeated(() =>
    stage.clinic.call('Schedule/$generate-slots', { schedule: `Schedule/${schedule.id}`, ...window }),
  );
  return slotsOf(stage, schedule);
}

/** What is free and what is not, one letter a slot; without ids and times. */
const shown = (slots: readonly Slot[]): string =>
  slots.map(({ start, status }) => `${start.slice(11, 16)} ${status}`).join(', ');

const statusOf = async ({ clinic: { medplum } }: Stage, { id }: WithId<Appointment>): Promise<string> =>
  (await medplum.readResource('Appointment', id, { cache: 'reload' })).status;

/** Open tickets about an Appointment, by what their keys say. */
async function ticketsAbout({ clinic: { medplum } }: Stage, about: WithId<Appointment>): Promise<string[]> {
  const found = await medplum.searchResources('Task', { focus: getReferenceString(about), code: 'ticket' });
  return found
    .map(({ description }) => description?.split(':')[0]?.replace(/(Slot|Appointment)\/\S+/, '…') ?? '')
    .sort();
}

const body = (slot: WithId<Slot> | undefined, patient: WithId<Patient>, more: object = {}): object => ({
  slot: [`Slot/${slot?.id}`],
  patient: `Patient/${patient.id}`,
  ...more,
});
const about = (appointment: WithId<Appointment>): object => ({ appointment: `Appointment/${appointment.id}` });

/** Everything that a desk does in a day, each by its operation. */
export async function desk(stage: Stage): Promise<object> {
  const { schedule } = await newSchedule(stage);
  const [first, second, third, fourth] = await generated(stage, schedule);
  const [ada, bo] = [await stage.newPatient(), await stage.newPatient()];
  const held = await stage.call<Appointment>('Slot/$hold', body(first, ada));
  const booked = await stage.call<Appointment>('Slot/$book', body(first, ada, about(held)));
  await stage.call('Appointment/$rebook', { ...about(booked), slot: [`Slot/${second?.id}`] });
  await stage.call('Appointment/$check-in', about(booked));
  await stage.call('Appointment/$undo-check-in', about(booked));
  await stage.call('Appointment/$check-in', about(booked));
  await stage.call('Appointment/$complete', about(booked));
  const missed = await stage.call<Appointment>('Slot/$book', body(third, bo));
  // By a plain update: the operation waits until the visit has begun.
  await setStatus(stage.clinic, missed, 'noshow');
  const given = await stage.call<Appointment>('Slot/$book', body(fourth, bo));
  await stage.call('Slot/$release', about(given));
  await stage.call('Slot/$block', { slot: `Slot/${first?.id}`, reason: 'Meeting' });
  await stage.call('Slot/$unblock', { slot: `Slot/${first?.id}` });
  await stage.call('Slot/$block', { slot: `Slot/${fourth?.id}`, reason: 'Meeting' });
  const evening = { start: fourth?.end, end: new Date(Date.parse(fourth?.end ?? '') + HOUR_MS).toISOString() };
  await stage.call('Slot/$block', { schedule: `Schedule/${schedule.id}`, ...evening, reason: 'Meeting' });
  await stage.settle();
  return {
    appointments: [await statusOf(stage, booked), await statusOf(stage, missed), await statusOf(stage, given)],
    slots: shown(await slotsOf(stage, schedule)),
  };
}

/** Places come back by a plain update and by a delete. */
export async function calledOff(stage: Stage): Promise<object> {
  const { schedule } = await newSchedule(stage);
  const [first, second, third] = await generated(stage, schedule);
  const patient = await stage.newPatient();
  const book = (slot: WithId<Slot> | undefined): Promise<WithId<Appointment>> =>
    stage.call<Appointment>('Slot/$book', body(slot, patient));
  const [one, two, three] = [await book(first), await book(second), await book(third)];
  await setStatus(stage.clinic, one, 'cancelled');
  await setStatus(stage.clinic, two, 'entered-in-error');
  await stage.clinic.medplum.deleteResource('Appointment', three.id);
  await stage.settle();
  return { slots: shown(await slotsOf(stage, schedule)) };
}

/** A place comes free that somebody waits for; another one finds a free one at once. */
export async function waiting(stage: Stage): Promise<object> {
  const { clinic } = stage;
  const outcome: Record<string, unknown> = {};
  for (const isFull of [true, false]) {
    const pattern: Pattern = { ...MORNING, hours: [{ days: DAYS, from: '09:00', to: '09:30' }] };
    const { schedule, service } = await newSchedule(stage, pattern);
    const [only] = await generated(stage, schedule);
    const taken = isFull && (await stage.call<Appointment>('Slot/$book', body(only, await stage.newPatient())));
    const patient = await stage.newPatient();
    const entry = await clinic.medplum.createResource<Appointment>({
      resourceType: 'Appointment',
      status: 'waitlist',
      participant: [patient, schedule.actor[0]].map((one) => ({
        actor: (one && 'id' in one ? createReference(one as WithId<Patient>) : one) as never,
        status: 'accepted' as const,
      })),
      ...(service.type && { serviceType: service.type }),
    });
    await clinic.server.drain();
    if (taken) {
      await setStatus(clinic, taken, 'cancelled');
    }
    await stage.settle();
    const told = await clinic.medplum.searchResources('Communication', { recipient: `Patient/${patient.id}` });
    outcome[isFull ? 'a place came free' : 'a place was free'] = [
      await statusOf(stage, entry),
      shown(await slotsOf(stage, schedule)),
      told.map(({ status }) => status),
    ];
  }
  return outcome;
}

/** A day falls out: one patient takes the new time, one declines, one is there already. */
export async function closing(stage: Stage): Promise<object> {
  const { clinic } = stage;
  const pattern = { ...MORNING, hours: [{ days: DAYS, from: '09:00', to: '13:00' }] };
  const { schedule } = await newSchedule(stage, pattern);
  const [first, second, third] = await generated(stage, schedule);
  const patients = [await stage.newPatient(), await stage.newPatient(), await stage.newPatient()] as const;
  const [one, two, three] = [
    await stage.call<Appointment>('Slot/$book', body(first, patients[0])),
    await stage.call<Appointment>('Slot/$book', body(second, patients[1])),
    await stage.call<Appointment>('Slot/$book', body(third, patients[2])),
  ];
  await stage.call('Appointment/$check-in', about(three));
  const task = await stage.call<Task>('Schedule/$close', {
    schedule: `Schedule/${schedule.id}`,
    start: first?.start,
    end: third?.end,
    reason: 'Ill',
  });
  const offerTo = async (closed: WithId<Appointment>): Promise<WithId<Appointment>> => {
    const listed = entriesOf(await clinic.medplum.readResource('Task', task.id, { cache: 'reload' }));
    const entry = listed.find(({ appointment }) => appointment === `Appointment/${closed.id}`);
    return clinic.medplum.readResource('Appointment', entry?.offer?.split('/')[1] ?? '', { cache: 'reload' });
  };
  const accepted = await offerTo(one);
  const slot = accepted.slot?.map(({ reference }) => reference);
  await stage.call('Slot/$book', { ...about(accepted), slot, patient: `Patient/${patients[0].id}` });
  await stage.call('Slot/$release', about(await offerTo(two)));
  await stage.settle();
  const done = await clinic.medplum.readResource('Task', task.id, { cache: 'reload' });
  return {
    status: done.status,
    entries: entriesOf(done).map(({ outcome, told }) => [outcome, told !== undefined]),
    tickets: await Promise.all([one, two, three].map((closed) => ticketsAbout(stage, closed))),
    slots: shown(await slotsOf(stage, schedule)),
  };
}

/** What other programs write beside ours, and take away again. */
export async function foreign(stage: Stage): Promise<object> {
  const { clinic } = stage;
  const { schedule } = await newSchedule(stage, { ...MORNING, hours: [{ days: DAYS, from: '09:00', to: '12:00' }] });
  const [first, second, third, fourth, fifth] = await generated(stage, schedule);
  const ours = await stage.call<Appointment>('Slot/$book', body(first, await stage.newPatient()));
  const take = (slot: WithId<Slot> | undefined, status: Slot['status']): Promise<WithId<Slot>> =>
    clinic.medplum.createResource<Slot>({
      resourceType: 'Slot',
      status,
      schedule: createReference(schedule),
      start: slot?.start ?? '',
      end: slot?.end ?? '',
    });
  await take(first, 'busy');
  const gone = await take(second, 'busy');
  await take(third, 'busy-unavailable');
  const slotless = (slot: WithId<Slot> | undefined): Promise<WithId<Appointment>> =>
    clinic.medplum.createResource<Appointment>({
      resourceType: 'Appointment',
      status: 'booked',
      start: slot?.start ?? '',
      end: slot?.end ?? '',
      participant: [{ actor: schedule.actor[0], status: 'accepted' }],
    });
  await slotless(fourth);
  const cancelled = await slotless(fifth);
  await stage.settle();
  const between = shown(await slotsOf(stage, schedule));
  await clinic.medplum.deleteResource('Slot', gone.id);
  await setStatus(clinic, cancelled, 'cancelled');
  await stage.settle();
  return { between, after: shown(await slotsOf(stage, schedule)), tickets: await ticketsAbout(stage, ours) };
}

/** A place of ours that somebody takes without asking for it. */
export async function unchecked(stage: Stage): Promise<object> {
  const { schedule } = await newSchedule(stage);
  const [slot] = await generated(stage, schedule);
  const written = await stage.clinic.medplum.createResource<Appointment>({
    resourceType: 'Appointment',
    status: 'booked',
    slot: [{ reference: `Slot/${slot?.id}` }],
    start: slot?.start ?? '',
    end: slot?.end ?? '',
    participant: [{ actor: createReference(await stage.newPatient()), status: 'accepted' }],
  });
  await stage.settle();
  return { slots: shown(await slotsOf(stage, schedule)), tickets: await ticketsAbout(stage, written) };
}

/** Hours that change: of a Schedule that takes part, and of one of which slots were asked for once. */
export async function hours(stage: Stage): Promise<object> {
  const { clinic } = stage;
  const outcome: Record<string, unknown> = {};
  const later: Pattern = { ...MORNING, hours: [{ days: DAYS, from: '14:00', to: '15:00' }] };
  for (const takesPart of [true, false]) {
    const extension = [{ url: SLOT_HORIZON, valuePositiveInt: 2 }];
    const { schedule, service } = await newSchedule(stage, MORNING, takesPart ? { extension } : {});
    await clinic.server.drain();
    if (!takesPart) {
      await generated(stage, schedule);
    }
    await stage.settle();
    const before = (await slotsOf(stage, schedule)).length > 0;
    const current = await clinic.medplum.readResource('Schedule', schedule.id, { cache: 'reload' });
    const emptied = { ...current, extension: takesPart ? extension : undefined };
    await clinic.medplum.updateResource(withPattern(emptied, service, later));
    await stage.settle();
    const starts = new Set((await slotsOf(stage, schedule)).map(({ start }) => start.slice(11, 16)));
    outcome[takesPart ? 'taking part' : 'asked for once'] = { before, after: [...starts].sort() };
  }
  return outcome;
}
