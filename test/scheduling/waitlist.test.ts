import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference, toServiceTypeCodeableConcepts } from '@medplum/core';
import type { Appointment, HealthcareService, Patient, Schedule, Slot, Task } from '@medplum/fhirtypes';
import { holdExpires } from '../../bots/scheduling/appointment-states.ts';
import { DAYS } from '../../bots/scheduling/availability.ts';
import { BOOKING_RULES } from '../../bots/scheduling/names.ts';
import { isOffer, wishOf } from '../../bots/scheduling/waitlist.ts';
import { messagesOf, setDeliveries, skipTo } from '../appointments.ts';
import { answerOf, MORNINGS, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';
import { withPattern } from './fixtures.ts';
import type { Pattern } from './fixtures.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.close());

interface Place {
  readonly service: WithId<HealthcareService>;
  readonly slots: readonly WithId<Slot>[];
}

let services = 0;

/** A Schedule of a service of its own, so that the waitlists of two tests do not meet: the slots of tomorrow morning. */
async function newPlace(pattern: Pattern = MORNINGS, more: Partial<Schedule> = {}): Promise<Place> {
  const service = await desk.newService(`service-${++services}`);
  const actor = [{ reference: `Practitioner/${desk.demo('provider-1').id}` }];
  const empty: Schedule = { resourceType: 'Schedule', active: true, actor, ...more };
  const schedule = await desk.medplum.createResource(withPattern(empty, service, pattern));
  return { service, slots: await fill(schedule) };
}

async function fill(schedule: WithId<Schedule>): Promise<WithId<Slot>[]> {
  const start = new Date(Math.ceil(desk.clock.now() / DAY_MS) * DAY_MS);
  const end = new Date(start.getTime() + DAY_MS);
  const reference = `Schedule/${schedule.id}`;
  await desk.call('Schedule/$generate-slots', {
    schedule: reference,
    start: start.toISOString(),
    end: end.toISOString(),
  });
  return desk.medplum.searchResources('Slot', `schedule=${reference}&_sort=start&_count=1000`);
}

async function wait(
  service: WithId<HealthcareService>,
  patient: WithId<Patient>,
  more: Partial<Appointment> = {},
): Promise<WithId<Appointment>> {
  const entry = await desk.medplum.createResource<Appointment>({
    resourceType: 'Appointment',
    status: 'waitlist',
    serviceType: toServiceTypeCodeableConcepts(service),
    participant: [{ actor: createReference(patient), status: 'accepted' }],
    ...more,
  });
  await desk.server.drain();
  return now(entry);
}

const now = ({ id }: WithId<Appointment>): Promise<WithId<Appointment>> =>
  desk.medplum.readResource('Appointment', id, { cache: 'reload' });

const statesOf = (...entries: WithId<Appointment>[]): Promise<string[]> =>
  Promise.all(entries.map(async (entry) => (await now(entry)).status));

/** The hour of an offer goes by. */
const offerExpires = (): Promise<void> => skipTo(desk, new Date(desk.clock.now() + 56 * MINUTE_MS).toISOString());

const release = ({ id }: WithId<Appointment>): Promise<WithId<Appointment>> =>
  desk.call('Slot/$release', { appointment: `Appointment/${id}` });

/** Books every slot but those that are to be free. */
async function bookAll(slots: readonly WithId<Slot>[]): Promise<WithId<Appointment>[]> {
  return Promise.all(slots.map(async (slot) => desk.book(slot, await desk.newPatient())));
}

const ticketsFor = ({ id }: WithId<Appointment>): Promise<WithId<Task>[]> =>
  desk.medplum.searchResources('Task', { focus: `Appointment/${id}`, code: 'ticket' });

describe('Who waits', () => {
  test('is offered the place that a cancellation frees: a hold with an expiry, and a message', async () => {
    const { service, slots } = await newPlace();
    const [booking] = await bookAll(slots);
    const patient = await desk.newPatient();
    const entry = await wait(service, patient);
    expect(entry.status).toBe('waitlist');

    await desk.cancel(await now(booking!));
    await desk.server.drain();
    const offer = await now(entry);
    const expires = new Date(desk.clock.now() + 60 * MINUTE_MS);
    expect(offer).toMatchObject({
      status: 'pending',
      start: slots[0]!.start,
      slot: [{ reference: `Slot/${slots[0]!.id}` }],
    });
    expect(holdExpires(offer)).toEqual(expires);
    expect((await desk.slot(slots[0]!)).status).toBe('busy-tentative');
    const [message, ...more] = await messagesOf(desk.medplum, entry);
    expect(more).toEqual([]);
    expect(message).toMatchObject({ status: 'completed', recipient: [{ reference: `Patient/${patient.id}` }] });
    expect(message?.payload?.[0]?.contentString).toMatch(/3:00.*We hold it for you until Mar 2, 2026, 12:00/);

    expect(await answerOf(desk.book(slots[0]!, await desk.newPatient()))).toBe('conflict slot');
    const booked = await desk.book(slots[0]!, patient, { appointment: `Appointment/${entry.id}` });
    expect([booked.id, booked.status, holdExpires(booked), isOffer(booked)]).toEqual([
      entry.id,
      'booked',
      undefined,
      false,
    ]);
  });

  test('is offered a place at once, if one is free, and new slots within five minutes', async () => {
    const { service, slots } = await newPlace();
    expect(await wait(service, await desk.newPatient())).toMatchObject({ status: 'pending', start: slots[0]!.start });

    const late = await desk.newService('late');
    const entry = await wait(late, await desk.newPatient());
    expect(entry.status).toBe('waitlist');
    const actor = [{ reference: `Practitioner/${desk.demo('provider-1').id}` }];
    const schedule = withPattern<Schedule>({ resourceType: 'Schedule', active: true, actor }, late, MORNINGS);
    await fill(await desk.medplum.createResource(schedule));
    await desk.server.advance({ minutes: 6 });
    expect(await statesOf(entry)).toEqual(['pending']);
  });

  test('is asked by priority, then by when they were entered; who lets the place go, waits on', async () => {
    const { service, slots } = await newPlace();
    const [booking] = await bookAll(slots);
    const first = await wait(service, await desk.newPatient());
    desk.clock.moveTo(desk.clock.now() + 1000);
    const second = await wait(service, await desk.newPatient(), { priority: 0 });
    desk.clock.moveTo(desk.clock.now() + 1000);
    const urgent = await wait(service, await desk.newPatient(), { priority: 1 });
    await release(booking!);
    await desk.server.drain();
    expect(await statesOf(urgent, first, second)).toEqual(['pending', 'waitlist', 'waitlist']);

    const declined = await release(urgent);
    expect([declined.status, declined.slot, declined.start]).toEqual(['waitlist', undefined, undefined]);
    expect(declined.serviceType).toEqual(urgent.serviceType);
    expect((await release(urgent)).meta?.versionId).toBe(declined.meta?.versionId);
    await desk.server.drain();
    expect(await statesOf(urgent, first, second)).toEqual(['waitlist', 'pending', 'waitlist']);

    await offerExpires();
    expect(await statesOf(urgent, first, second)).toEqual(['waitlist', 'waitlist', 'pending']);
    // Leaving the list is a cancellation; nobody is left whom this place was not offered to.
    await desk.cancel(await now(second));
    await desk.server.drain();
    expect(await statesOf(urgent, first, second)).toEqual(['waitlist', 'waitlist', 'cancelled']);
    expect((await desk.slot(slots[0]!)).status).toBe('free');
  });

  test('and never answers is taken off the list after the third offer', async () => {
    const { service, slots } = await newPlace({ ...MORNINGS, hours: [{ days: DAYS, from: '15:00', to: '18:00' }] });
    const entry = await wait(service, await desk.newPatient());
    for (const slot of slots.slice(0, 3)) {
      expect(await now(entry)).toMatchObject({ status: 'pending', start: slot.start });
      await offerExpires();
    }
    expect(await now(entry)).toMatchObject({
      status: 'cancelled',
      cancelationReason: { coding: [{ code: 'hold-expired' }] },
    });
    expect((await desk.slot(slots[2]!)).status).toBe('free');
  });

  test('keeps nobody at the desk waiting longer than the offer lasts, which a rule can say', async () => {
    const rule = { url: 'waitlistOffer', valueDuration: { value: 15, unit: 'min' } };
    const rules = { extension: [{ url: BOOKING_RULES, extension: [rule] }] };
    const { service, slots } = await newPlace(
      { ...MORNINGS, hours: [{ days: DAYS, from: '17:00', to: '17:30' }] },
      rules,
    );
    const entry = await wait(service, await desk.newPatient());
    const made = desk.clock.now();
    expect(holdExpires(await now(entry))).toEqual(new Date(made + 15 * MINUTE_MS));
    // No bot has been there yet: the place is free from that instant on all the same.
    desk.clock.moveTo(made + 15 * MINUTE_MS);
    expect((await desk.book(slots[0]!, await desk.newPatient())).status).toBe('booked');
    expect(await now(entry)).toMatchObject({ status: 'waitlist' });
  });

  test('is offered what they asked for: this provider, this time', async () => {
    const { service, slots } = await newPlace({ ...MORNINGS, hours: [{ days: DAYS, from: '18:00', to: '20:00' }] });
    const provider = (key: string): Appointment['participant'][number] => ({
      actor: { reference: `Practitioner/${desk.demo(key).id}` },
      status: 'needs-action',
    });
    const patient = await desk.newPatient();
    const participant = [{ actor: createReference(patient), status: 'accepted' as const }];
    const other = await wait(service, patient, { participant: [...participant, provider('provider-2')] });
    const dayAfter = new Date(desk.clock.now() + 2 * DAY_MS).toISOString().slice(0, 10);
    const day = await wait(service, await desk.newPatient(), { requestedPeriod: [{ start: dayAfter, end: dayAfter }] });
    const evening = { start: slots[2]!.start, end: slots[3]!.start };
    const late = await wait(service, await desk.newPatient(), { requestedPeriod: [evening] });
    const either = await wait(service, await desk.newPatient(), {
      participant: [...participant, provider('provider-2'), provider('provider-1')],
    });
    expect(await statesOf(other, day, late, either)).toEqual(['waitlist', 'waitlist', 'pending', 'pending']);
    expect([late.start, either.start]).toEqual([slots[2]!.start, slots[0]!.start]);
    expect(either.participant.map(({ actor }) => actor?.reference)).toEqual([
      `Patient/${patient.id}`,
      `Practitioner/${desk.demo('provider-1').id}`,
    ]);
    const back = await release(either);
    expect(wishOf(back)).toEqual(wishOf({ ...either, participant: [provider('provider-2'), provider('provider-1')] }));
  });
});

describe('Once', () => {
  test('many at once, places and people: as many offers as there are places, one for each', async () => {
    const { service, slots } = await newPlace({ ...MORNINGS, capacity: 2 });
    const some = slots.slice(0, 3);
    const booked = await Promise.all(
      [...slots, ...slots].map(async (slot) => desk.book(slot, await desk.newPatient())),
    );
    const people = await Promise.all(Array.from({ length: 8 }, () => desk.newPatient()));
    const entries = await Promise.all(people.map((patient) => wait(service, patient)));
    const ids = some.map(({ id }) => `Slot/${id}`);
    const freed = booked.filter(({ slot }) => ids.includes(slot?.[0]?.reference ?? ''));
    await Promise.all(freed.map(release));
    await desk.server.drain();
    await desk.server.advance({ minutes: 6 });
    const offers = (await Promise.all(entries.map(now))).filter(({ status }) => status === 'pending');
    const places = offers.map(({ slot }) => slot?.[0]?.reference).sort();
    expect(places).toEqual([...ids, ...ids].sort());
    const messages = await Promise.all(entries.map((entry) => messagesOf(desk.medplum, entry)));
    expect(messages.map(({ length }) => length).sort()).toEqual([0, 0, 1, 1, 1, 1, 1, 1]);
  });

  test('a lost delivery is found by the sweep, and a second one changes nothing', async () => {
    const { service, slots } = await newPlace();
    const [booking] = await bookAll(slots);
    await setDeliveries(desk, 'off');
    const patient = await desk.newPatient();
    const entry = await wait(service, patient);
    await release(booking!);
    expect(await statesOf(entry)).toEqual(['waitlist']);
    await desk.server.advance({ minutes: 6 });
    const offer = await now(entry);
    expect(offer.status).toBe('pending');
    await setDeliveries(desk, 'active');
    await desk.server.advance({ minutes: 6 });
    expect((await now(entry)).meta?.versionId).toBe(offer.meta?.versionId);
    expect(await messagesOf(desk.medplum, entry)).toHaveLength(1);
  });
});

describe('An entry to which nothing can be offered', () => {
  test('raises one ticket', async () => {
    const { service } = await newPlace();
    const patient = await desk.newPatient();
    const past = { start: '2026-02-01', end: '2026-02-02' };
    const idle = await desk.medplum.createResource<HealthcareService>({ ...service, id: undefined, active: false });
    const inactive = await desk.newPatient({ active: false });
    const nowhere = [
      { actor: { reference: 'Location/00000000-0000-4000-8000-000000000000' }, status: 'accepted' as const },
    ];
    const mine = [{ actor: createReference(patient), status: 'accepted' as const }];
    const entries = [
      await wait(service, patient, { serviceType: undefined }),
      await wait(service, inactive),
      await wait(idle, patient),
      await wait(service, patient, { participant: nowhere }),
      await wait(service, patient, { participant: [...mine, ...nowhere] }),
      await wait(service, patient, { requestedPeriod: [past] }),
    ];
    await desk.server.advance({ minutes: 11 });
    const tickets = await Promise.all(entries.map(ticketsFor));
    expect(tickets.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await statesOf(...entries)).toEqual([...Array.from({ length: 5 }, () => 'waitlist'), 'cancelled']);
  });
});
