import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference, getExtension, toServiceTypeCodeableConcepts } from '@medplum/core';
import type {
  Appointment,
  Communication,
  HealthcareService,
  Patient,
  Practitioner,
  Schedule,
  Slot,
  Task,
} from '@medplum/fhirtypes';
import { entriesOf, newClosing } from '../../bots/scheduling/closing-task.ts';
import { BOOKING_RULES, REPLACES } from '../../bots/scheduling/names.ts';
import { skipTo } from '../appointments.ts';
import { answerOf, MORNINGS, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';
import { withPattern } from './fixtures.ts';
import type { Pattern } from './fixtures.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.close());

/** A provider with a Schedule of their own, filled for two days. */
interface Place {
  readonly schedule: WithId<Schedule>;
  readonly slots: readonly WithId<Slot>[];
}

let service: WithId<HealthcareService>;
let services = 0;
beforeEach(async () => {
  service = await desk.newService(`closing-${++services}`);
});

const newProvider = (): Promise<WithId<Practitioner>> =>
  desk.medplum.createResource<Practitioner>({
    resourceType: 'Practitioner',
    active: true,
    name: [{ family: 'Provider' }],
  });

async function newPlace(more: Partial<Schedule> = {}, pattern: Pattern = MORNINGS, days = 2): Promise<Place> {
  const actor = [createReference(await newProvider())];
  const empty: Schedule = { resourceType: 'Schedule', active: true, actor, ...more };
  const schedule = await desk.medplum.createResource(withPattern(empty, service, pattern));
  const start = desk.clock.now();
  await desk.call('Schedule/$generate-slots', {
    schedule: `Schedule/${schedule.id}`,
    start: new Date(start).toISOString(),
    end: new Date(start + days * 86_400_000).toISOString(),
  });
  const query = `schedule=Schedule/${schedule.id}&_sort=start&_count=1000`;
  return { schedule, slots: await desk.medplum.searchResources('Slot', query) };
}

/** The first day of a place: until midnight. */
function firstDay({ schedule, slots }: Place): object {
  const [first] = slots;
  const start = first!.start;
  const end = new Date(Date.parse(start) + 12 * 3_600_000).toISOString();
  return { schedule: `Schedule/${schedule.id}`, start, end, reason: 'Ill' };
}

const close = async (body: object): Promise<WithId<Task>> => {
  const task = await desk.call<WithId<Task>>('Schedule/$close', body);
  await desk.server.drain();
  return task;
};

const now = <T extends Task | Appointment>({ resourceType, id }: WithId<T>): Promise<WithId<T>> =>
  desk.medplum.readResource(resourceType, id, { cache: 'reload' }) as unknown as Promise<WithId<T>>;

const outcomes = (task: Task): string[] => entriesOf(task).map(({ outcome }) => outcome);

async function offerOf(task: Task, index = 0): Promise<WithId<Appointment>> {
  return desk.medplum.readReference({ reference: entriesOf(task)[index]!.offer! });
}

const messageOf = (task: Task, index = 0): Promise<WithId<Communication>> =>
  desk.medplum.readReference({ reference: entriesOf(task)[index]!.message! });

const ticketsFor = ({ id }: WithId<Appointment>): Promise<WithId<Task>[]> =>
  desk.medplum.searchResources('Task', { focus: `Appointment/${id}`, code: 'ticket' });

type Booking = [WithId<Appointment>, WithId<Patient>];

/** Books each slot for a new patient, in order. */
async function bookings<T extends WithId<Slot>[]>(...slots: T): Promise<{ [K in keyof T]: Booking }> {
  const made: Booking[] = [];
  for (const slot of slots) {
    const patient = await desk.newPatient();
    made.push([await desk.book(slot, patient), patient]);
  }
  return made as { [K in keyof T]: Booking };
}

describe('A day that falls out', () => {
  test('is shut; each patient is cancelled, told, and held the nearest new time', async () => {
    const place = await newPlace();
    const [[first], [second, patient]] = await bookings(place.slots[0]!, place.slots[2]!);
    const task = await close(firstDay(place));
    expect([outcomes(task), task.status]).toEqual([['offered', 'offered'], 'in-progress']);
    expect(task).toMatchObject({ focus: { reference: `Schedule/${place.schedule.id}` }, reasonCode: { text: 'Ill' } });
    expect(entriesOf(task).map(({ appointment }) => appointment)).toEqual([
      `Appointment/${first.id}`,
      `Appointment/${second.id}`,
    ]);

    for (const old of [first, second]) {
      const cancelled = await now(old);
      expect([cancelled.status, cancelled.cancelationReason?.coding?.[0]?.code]).toEqual([
        'cancelled',
        'schedule-closed',
      ]);
    }
    const [mine, theirs] = [await offerOf(task, 0), await offerOf(task, 1)];
    expect([mine.status, mine.start, theirs.start]).toEqual(['pending', place.slots[6]!.start, place.slots[7]!.start]);
    expect(theirs.participant.map(({ actor }) => actor?.reference)).toContain(`Patient/${patient.id}`);
    expect(getExtension(mine, REPLACES)?.valueReference?.reference).toBe(entriesOf(task)[0]!.appointment);
    expect((await desk.slot(place.slots[6]!)).status).toBe('busy-tentative');

    const message = await messageOf(task);
    expect(message.status).toBe('completed');
    expect(message.payload?.[0]?.contentString).toMatch(/cannot keep.*March 3.*9:00.*We hold it for you until/);

    // Whatever looks for lost places later: what is gone stays away.
    await desk.server.advance({ minutes: 6 });
    expect(entriesOf(await now(task)).map(({ told }) => told !== undefined)).toEqual([true, true]);
    const day = await desk.medplum.searchResources('Slot', {
      schedule: `Schedule/${place.schedule.id}`,
      start: `lt${place.slots[6]!.start}`,
    });
    expect(day.map(({ status }) => status)).toEqual(['busy-unavailable']);
  });

  test('asked for twice is one closing, in which nothing happens twice', async () => {
    const place = await newPlace();
    const [[first]] = await bookings(place.slots[0]!, place.slots[1]!);
    const { id } = await close(firstDay(place));
    // Both messages have left by now, which the list says from here on.
    const task = await close(firstDay(place));
    expect(task.id).toBe(id);
    const [again, same] = await Promise.all([close(firstDay(place)), close(firstDay(place))]);
    expect([again.id, same.id, again.meta?.versionId]).toEqual([task.id, task.id, task.meta?.versionId]);
    // The confirmation of the booking, and the one about the closing.
    const recipient = (await messageOf(task)).recipient![0]!.reference!;
    expect(await desk.medplum.searchResources('Communication', { recipient })).toHaveLength(2);
    expect((await now(first)).status).toBe('cancelled');
  });

  test('that was broken off goes on by itself, and finds who was being booked at that moment', async () => {
    const place = await newPlace();
    const [[booked]] = await bookings(place.slots[0]!);
    const { start, end } = firstDay(place) as { start: string; end: string };
    const closing = { time: { start: new Date(start), end: new Date(end) }, cancel: false };
    const begun = await desk.medplum.createResource(
      newClosing(place.schedule, closing, 'Ill', new Date(desk.clock.now())),
    );
    await desk.server.advance({ minutes: 1 });
    expect(outcomes(await now(begun))).toEqual(['offered']);
    // A booking whose decision rested on the time before: it comes in after the list was made.
    const { start: from, end: to } = place.slots[1]!;
    const patient = await desk.newPatient();
    const late = await desk.medplum.createResource<Appointment>({
      ...booked,
      id: undefined,
      slot: undefined,
      start: from,
      end: to,
      participant: [{ actor: createReference(patient), status: 'accepted' }, ...booked.participant.slice(1)],
    });
    await desk.server.advance({ minutes: 1 });
    expect(outcomes(await now(begun))).toEqual(['offered', 'offered']);
    expect((await now(late)).status).toBe('cancelled');
  });

  test('that is opened again takes nobody out any more; closed once more, it does', async () => {
    const place = await newPlace();
    const task = await close(firstDay(place));
    const block = task.input!.find(({ type }) => type.text === 'block')!.valueReference!;
    await desk.call('Slot/$unblock', { slot: block.reference });
    const [slot] = await desk.medplum.searchResources(
      'Slot',
      `schedule=Schedule/${place.schedule.id}&status=free&_sort=start`,
    );
    const [[booked]] = await bookings(slot!);
    await desk.server.advance({ minutes: 2 });
    expect([(await now(booked)).status, (await now(task)).status]).toEqual(['booked', 'completed']);
    const again = await close(firstDay(place));
    expect([again.id, again.status, outcomes(again)]).toEqual([task.id, 'in-progress', ['offered']]);
  });
});

describe('What becomes of an Appointment', () => {
  test('it is cancelled without an offer where that is asked for', async () => {
    const place = await newPlace();
    const [[booked]] = await bookings(place.slots[0]!);
    const task = await close({ ...firstDay(place), cancel: true });
    expect([outcomes(task), (await now(booked)).status]).toEqual([['cancelled'], 'cancelled']);
    expect((await messageOf(task)).payload?.[0]?.contentString).toMatch(/on Monday, March 2.*9:00.*cannot take place/);
    expect((await desk.slot(place.slots[6]!)).status).toBe('free');
    await desk.server.advance({ minutes: 1 });
    expect((await now(task)).status).toBe('completed');
  });

  test('who is there stays, which is for a person; a hold goes; who waits, waits on', async () => {
    const place = await newPlace();
    const [[arrived]] = await bookings(place.slots[0]!);
    await desk.call('Appointment/$check-in', { appointment: `Appointment/${arrived.id}` });
    const held = await desk.hold(place.slots[1]!, await desk.newPatient());
    const waits = await desk.medplum.createResource<Appointment>({
      resourceType: 'Appointment',
      status: 'waitlist',
      serviceType: toServiceTypeCodeableConcepts(service),
      participant: [{ actor: createReference(await desk.newPatient()), status: 'accepted' }],
    });
    await desk.server.drain();
    expect((await now(waits)).status).toBe('pending');
    const task = await close(firstDay(place));
    expect(outcomes(task)).toEqual(['kept', 'released', 'released']);
    // Who waits is offered the next place, of another day.
    const next = await now(waits);
    expect([(await now(arrived)).status, (await now(held)).status]).toEqual(['arrived', 'cancelled']);
    expect([next.status, next.start]).not.toEqual(['pending', place.slots[2]!.start]);
    expect(await ticketsFor(arrived)).toHaveLength(1);
  });

  test('a provider and a room are moved together', async () => {
    const place = await newPlace();
    const room = await newPlace({ actor: [createReference(desk.demo('room')) as Schedule['actor'][number]] });
    // Tomorrow at nine the room is taken.
    await desk.book(room.slots[6]!, await desk.newPatient());
    const patient = await desk.newPatient();
    const visit = await desk.book([place.slots[0]!, room.slots[0]!], patient);
    const task = await close(firstDay(place));
    const offer = await offerOf(task);
    expect(offer.slot?.map(({ reference }) => reference)).toEqual([
      `Slot/${place.slots[7]!.id}`,
      `Slot/${room.slots[7]!.id}`,
    ]);
    expect((await desk.slot(room.slots[0]!)).status).toBe('free');
    expect((await now(visit)).status).toBe('cancelled');
  });

  test('somebody else is offered where the same provider has no time within a week', async () => {
    const place = await newPlace({}, MORNINGS, 1);
    await bookings(place.slots[0]!);
    const other = await newPlace();
    await desk.book(other.slots[0]!, await desk.newPatient());
    const task = await close(firstDay(place));
    expect((await offerOf(task)).slot?.[0]?.reference).toBe(`Slot/${other.slots[1]!.id}`);
  });

  test('where there is no other time by the booking rules, the patient is told, and somebody calls', async () => {
    const notice = {
      url: 'minimumNotice',
      valueDuration: { value: 10, code: 'd', system: 'http://unitsofmeasure.org' },
    };
    const place = await newPlace({ extension: [{ url: BOOKING_RULES, extension: [notice] }] });
    const patient = await desk.newPatient();
    const booked = await desk.book(place.slots[0]!, patient, { reason: 'Urgent' });
    const task = await close(firstDay(place));
    expect(outcomes(task)).toEqual(['no-time']);
    expect((await messageOf(task)).payload?.[0]?.contentString).toMatch(/cannot take place/);
    expect((await ticketsFor(booked)).map((task) => task.for?.reference)).toEqual([`Patient/${patient.id}`]);
  });

  test('who cannot be told is called', async () => {
    const place = await newPlace();
    const booked = await desk.book(place.slots[0]!, await desk.newPatient({ telecom: [] }));
    const task = await close({ ...firstDay(place), cancel: true });
    expect((await messageOf(task)).status).toBe('not-done');
    await desk.server.advance({ minutes: 1 });
    expect((await ticketsFor(booked)).map(({ description }) => description)).toEqual([
      expect.stringContaining('could not be told'),
    ]);
    expect((await now(task)).status).toBe('completed');
  });

  test('a new time that is closed in its turn is replaced by another', async () => {
    const place = await newPlace({}, MORNINGS, 3);
    await bookings(place.slots[0]!);
    const task = await close(firstDay(place));
    const start = place.slots[6]!.start;
    const end = new Date(Date.parse(start) + 12 * 3_600_000).toISOString();
    const second = await close({ schedule: `Schedule/${place.schedule.id}`, start, end, reason: 'Still ill' });
    await desk.server.advance({ minutes: 1 });
    expect([outcomes(await now(task)), outcomes(second)]).toEqual([['superseded'], ['offered']]);
    expect((await offerOf(second)).start).toBe(place.slots[12]!.start);
  });
});

test('A closing ends with each patient: taken, declined, or not answered, which a person hears of', async () => {
  const place = await newPlace();
  const made = await bookings(place.slots[0]!, place.slots[1]!, place.slots[2]!);
  const task = await close(firstDay(place));
  const [takes, declines] = [await offerOf(task, 0), await offerOf(task, 1)];
  const taken = await desk.book(place.slots[6]!, made[0][1], { appointment: `Appointment/${takes.id}` });
  expect([taken.id, taken.status]).toEqual([takes.id, 'booked']);
  await desk.call('Slot/$release', { appointment: `Appointment/${declines.id}` });
  await desk.server.advance({ minutes: 1 });
  expect([outcomes(await now(task)), (await now(task)).status]).toEqual([
    ['accepted', 'declined', 'offered'],
    'in-progress',
  ]);
  expect(await ticketsFor(made[1][0])).toHaveLength(1);

  await skipTo(desk, place.slots[8]!.start);
  await desk.server.advance({ minutes: 2 });
  const ended = await now(task);
  expect([outcomes(ended), ended.status]).toEqual([['accepted', 'declined', 'no-answer'], 'completed']);
  expect((await offerOf(task, 2)).status).toBe('cancelled');
  expect((await ticketsFor(made[2][0])).map(({ priority, for: patient }) => [priority, patient?.reference])).toEqual([
    ['urgent', `Patient/${made[2][1].id}`],
  ]);
  expect(await ticketsFor(made[0][0])).toHaveLength(0);
});

test('Bad input is refused, and nothing is written', async () => {
  const place = await newPlace();
  const day = firstDay(place) as { schedule: string; start: string; end: string; reason: string };
  const count = async (): Promise<number> =>
    (await desk.medplum.search('Task', { focus: day.schedule, _total: 'accurate', _count: '0' })).total ?? -1;
  const before = await count();
  const refused = (over: object): Promise<string> => answerOf(desk.call('Schedule/$close', { ...day, ...over }));
  expect(await refused({ end: day.start })).toBe('value end');
  expect(await refused({ end: '2036-01-01T00:00:00Z' })).toBe('value end');
  expect(await refused({ start: '2020-01-01T00:00:00Z', end: '2020-01-02T00:00:00Z' })).toBe('value end');
  expect(await refused({ reason: undefined })).toBe('required reason');
  expect(await refused({ schedule: 'Schedule/none' })).toBe('not-found schedule');
  expect(await refused({ cancel: 'yes' })).toBe('value cancel');
  expect(await answerOf(desk.call('Schedule/$close', []))).toBe('value body');
  expect(await count()).toBe(before);
  expect(await desk.medplum.searchOne('Slot', `schedule=${day.schedule}&status=busy-unavailable`)).toBeUndefined();
});
