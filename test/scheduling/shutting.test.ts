import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment, Slot } from '@medplum/fhirtypes';
import { create } from '../../bots/runtime/writes.ts';
import { DAYS, offerOf } from '../../bots/scheduling/availability.ts';
import { book } from '../../bots/scheduling/book.ts';
import { cachedTaken } from '../../bots/scheduling/places.ts';
import { release } from '../../bots/scheduling/release.ts';
import { plannedSlots, slotChanges } from '../../bots/scheduling/slots.ts';
import { setDeliveries } from '../appointments.ts';
import { answerOf, MORNINGS, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';
import { scheduleOf, serviceOf } from './fixtures.ts';
import { Model, Referee } from './model.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.close());

describe('A visit that shuts more slots than one transaction takes', () => {
  const HOURS = [{ days: DAYS, from: '08:00', to: '16:00' }];
  const WHOLE_DAY = { ...MORNINGS, hours: HOURS, duration: 480 };
  const TEN_MINUTES = { ...MORNINGS, hours: HOURS, duration: 10 };

  test('is booked and given back within forty entries, and what it excludes stays excluded', () => {
    const [day, short] = [serviceOf('day'), serviceOf('short')];
    const schedule = scheduleOf([
      [day, WHOLE_DAY],
      [short, TEN_MINUTES],
    ]);
    const model = new Model([schedule], [day, short], 2);
    const window = { start: new Date('2026-03-03T00:00:00Z'), end: new Date('2026-03-04T00:00:00Z') };
    const offers = [day, short].map((service) => offerOf(schedule, service, undefined, undefined));
    const now = new Date('2026-03-02T00:00:00Z');
    const existing = { schedule, services: [day, short], slots: [], appointments: [] };
    const made = slotChanges(plannedSlots(schedule, offers, window), existing, window, now).create;
    expect(made).toHaveLength(49);
    model.commit({ writes: made.map((slot) => create(slot)), result: undefined });

    const program = { reference: 'ClientApplication/desk', kind: 'program' as const, roles: [] };
    const [patient, other] = model.patients;
    const long = model.slots.find(({ start, end }) => Date.parse(end) - Date.parse(start) === 480 * 60_000)!;
    const wish = (slot: WithId<Slot>, { id }: { id: string }) => ({
      slot: [`Slot/${slot.id}` as const],
      patient: `Patient/${id}` as const,
    });
    const booking = book({ calendar: model.calendar, beside: [patient!] }, wish(long, patient!), program, now);
    expect(booking.writes.length).toBeLessThanOrEqual(40);
    const appointment = model.commit<Appointment>(booking) as WithId<Appointment>;
    for (const slot of model.slots.filter(({ id }) => id !== long.id)) {
      const attempt = () => book({ calendar: model.calendar, beside: [other!] }, wish(slot, other!), program, now);
      expect(attempt).toThrow('This slot is taken.');
    }
    // Of two that are decided at the same time, the shorter changes the longer one, and so one is decided again.
    const free = model.slots.filter(({ id, status }) => id !== long.id && status === 'free');
    expect(free.length).toBeGreaterThan(0);
    const empty = { ...model.calendar, appointments: [] };
    for (const slot of free) {
      const rival = book({ calendar: empty, beside: [other!] }, wish(slot, other!), program, now);
      expect(rival.writes.map(({ resource }) => resource.id)).toContain(long.id);
    }
    const released = release(appointment, model.calendar, program, now);
    expect(released.writes.length).toBeLessThanOrEqual(40);
    model.commit(released);
    expect(new Referee(model).faults(now, new Set())).toEqual([]);
  });

  test('leaves nothing behind on the server: the sweep shuts the rest, a move or a cancellation opens all', async () => {
    const short = await desk.newService('ten minutes');
    const slots = await desk.newSlots(WHOLE_DAY, {}, [[short, TEN_MINUTES]]);
    const day = slots[0]!.start.slice(0, 10);
    const today = slots.filter(({ start }) => start.startsWith(day));
    const long = today.find(({ start, end }) => Date.parse(end) - Date.parse(start) === 480 * 60_000)!;
    const booking = await desk.book(long, await desk.newPatient());
    await desk.server.advance({ minutes: 6 });
    const states = async (): Promise<string[]> => {
      const found = await Promise.all(today.map((slot) => desk.slot(slot)));
      return [...new Set(found.map(({ status }) => status))];
    };
    expect(await states()).toEqual(['busy']);

    const tomorrow = slots.find(
      ({ start, end }) => start > long.end && Date.parse(end) - Date.parse(start) === 480 * 60_000,
    )!;
    const move = { appointment: `Appointment/${booking.id}`, slot: `Slot/${tomorrow.id}` };
    await desk.call('Appointment/$rebook', move);
    expect(await states()).toEqual(['free']);
    await desk.call('Appointment/$rebook', { ...move, slot: `Slot/${long.id}` });
    await desk.cancel(await desk.medplum.readResource('Appointment', booking.id));
    await desk.server.drain();
    expect(await states()).toEqual(['free']);
  });
});

test('a slot that says it is free beside one that was being booked is shut by the sweep', async () => {
  const long = await desk.newService('hour');
  const slots = await desk.newSlots(MORNINGS, {}, [[long, { ...MORNINGS, duration: 60 }]]);
  const hour = slots.find(({ start, end }) => Date.parse(end) - Date.parse(start) === 3_600_000)!;
  const half = slots.find(({ id, start }) => id !== hour.id && start === hour.start)!;
  await desk.book(hour, await desk.newPatient());
  await desk.medplum.patchResource('Slot', half.id, [{ op: 'replace', path: '/status', value: 'free' }]);
  await desk.server.advance({ minutes: 6 });
  expect((await desk.slot(half)).status).toBe('busy');
});

test('time that is blocked beside a group takes its free places away, and gives them back', async () => {
  const [slot] = await desk.newSlots({ ...MORNINGS, capacity: 3 });
  await desk.book(slot!, await desk.newPatient());
  const time = { schedule: slot!.schedule.reference, start: slot!.start, end: slot!.end, reason: 'Fire drill' };
  const block = await desk.call<WithId<Slot>>('Slot/$block', time);
  expect((await desk.slot(slot!)).status).toBe('busy');
  expect(await answerOf(desk.book(slot!, await desk.newPatient(), { overbook: true, reason: 'Urgent' }))).toBe(
    'conflict slot',
  );
  await desk.call('Slot/$unblock', { slot: `Slot/${block.id}` });
  expect((await desk.slot(slot!)).status).toBe('free');
});

test('a block that began days before is seen where a booking still stands in it, and after that is cancelled', async () => {
  const [, slot, single] = await desk.newSlots({ ...MORNINGS, capacity: 2 });
  const [booked, other] = [
    await desk.book(slot!, await desk.newPatient()),
    await desk.book(single!, await desk.newPatient()),
  ];
  const schedule = slot!.schedule.reference;
  const time = { schedule, start: '2026-02-20T00:00:00Z', end: '2026-03-20T00:00:00Z', reason: 'Leave' };
  const block = await desk.call<WithId<Slot>>('Slot/$block', time);
  expect((await desk.slot(slot!)).status).toBe('busy');
  expect(await answerOf(desk.book(slot!, await desk.newPatient()))).toBe('conflict slot');
  await desk.cancel(await desk.medplum.readResource('Appointment', booked.id));
  await desk.call('Slot/$release', { appointment: `Appointment/${other.id}` });
  await desk.server.drain();
  expect([(await desk.slot(slot!)).status, (await desk.slot(single!)).status]).toEqual(['busy', 'busy']);
  expect(await answerOf(desk.book(slot!, await desk.newPatient()))).toBe('conflict slot');
  await desk.call('Slot/$unblock', { slot: `Slot/${block.id}` });
  expect((await desk.slot(slot!)).status).toBe('free');
});

test("while Medplum's own $cancel has deleted a slot for several patients, what it shuts stays shut", async () => {
  const group = await desk.newService('shared');
  const pattern = { ...MORNINGS, duration: 60, capacity: 5 };
  const slots = await desk.newSlots(MORNINGS, {}, [[group, pattern]]);
  const hour = slots.find(({ start, end }) => Date.parse(end) - Date.parse(start) === 3_600_000)!;
  const half = slots.find(({ id, start }) => id !== hour.id && start === hour.start)!;
  const [leaves, stays] = [
    await desk.book(hour, await desk.newPatient()),
    await desk.book(hour, await desk.newPatient()),
  ];
  await setDeliveries(desk, 'off');
  await desk.cancel(await desk.medplum.readResource('Appointment', leaves.id));
  await desk.medplum.deleteResource('Slot', hour.id);
  expect(await answerOf(desk.book(half, await desk.newPatient()))).toBe('conflict slot');
  expect(await answerOf(desk.hold(half, await desk.newPatient()))).toBe('conflict slot');
  await setDeliveries(desk, 'active');
  await desk.server.advance({ minutes: 6 });
  expect(cachedTaken(await desk.slot(hour))).toBe(1);
  await desk.cancel(await desk.medplum.readResource('Appointment', stays.id));
  await desk.server.drain();
  expect(await answerOf(desk.book(half, await desk.newPatient()))).toBe('done');
});
