import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment, Slot } from '@medplum/fhirtypes';
import bookBot from '../../bots/scheduling/book.ts';
import { setDeliveries } from '../appointments.ts';
import { watchedClient } from '../clinic.ts';
import { answerOf, MORNINGS, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.close());

const release = ({ id }: WithId<Appointment>): Promise<WithId<Appointment>> =>
  desk.call('Slot/$release', { appointment: `Appointment/${id}` });

const state = async (slot: WithId<Slot>): Promise<string> => (await desk.slot(slot)).status;

describe('a place comes back', () => {
  test('when a booking or a hold is released, and once is enough', async () => {
    const [first, second] = await desk.newSlots();
    const booking = await desk.book(first!, await desk.newPatient());
    const hold = await desk.hold(second!, await desk.newPatient());
    expect([await state(first!), await state(second!)]).toEqual(['busy', 'busy-tentative']);
    const released = await release(booking);
    expect(released.status).toBe('cancelled');
    expect((await release(hold)).status).toBe('cancelled');
    expect([await state(first!), await state(second!)]).toEqual(['free', 'free']);
    expect((await release(booking)).meta?.versionId).toBe(released.meta?.versionId);
  });

  test('with every slot that the booking had shut', async () => {
    const other = await desk.newService('long');
    const slots = await desk.newSlots(MORNINGS, {}, [[other, { ...MORNINGS, duration: 60 }]]);
    const long = slots.find(({ start, end }) => Date.parse(end) - Date.parse(start) === 3_600_000)!;
    const shut = slots.filter(({ id, start }) => id !== long.id && start >= long.start && start < long.end);
    const booking = await desk.book(long, await desk.newPatient());
    expect(await Promise.all(shut.map(state))).toEqual(shut.map(() => 'busy'));
    await release(booking);
    expect(await Promise.all([long, ...shut].map(state))).toEqual([long, ...shut].map(() => 'free'));
  });

  test('when the Appointment is cancelled, entered in error or deleted by any client', async () => {
    const { medplum, server } = desk;
    const [a, b, c] = await desk.newSlots();
    const [cancelled, mistaken, deleted] = [
      await desk.book(a!, await desk.newPatient()),
      await desk.book(b!, await desk.newPatient()),
      await desk.book(c!, await desk.newPatient()),
    ];
    await desk.cancel(await medplum.readResource('Appointment', cancelled.id));
    await medplum.patchResource('Appointment', mistaken.id, [
      { op: 'replace', path: '/status', value: 'entered-in-error' },
    ]);
    await medplum.deleteResource('Appointment', deleted.id);
    await server.drain();
    expect(await Promise.all([a!, b!, c!].map(state))).toEqual(['free', 'free', 'free']);
  });

  test("under its id, when Medplum's own $cancel deleted the slot, and its other bookings stay", async () => {
    const { medplum, server } = desk;
    const [slot] = await desk.newSlots({ ...MORNINGS, capacity: 2 });
    const booking = await desk.book(slot!, await desk.newPatient());
    await desk.book(slot!, await desk.newPatient());
    expect(await state(slot!)).toBe('busy');
    await desk.cancel(await medplum.readResource('Appointment', booking.id));
    await medplum.deleteResource('Slot', slot!.id);
    await server.drain();
    await server.advance({ minutes: 6 });
    expect(await state(slot!)).toBe('free');
    await desk.book(slot!, await desk.newPatient());
    expect(await answerOf(desk.book(slot!, await desk.newPatient()))).toBe('conflict slot');
  });

  test("and is nobody else's while it comes back under its id", async () => {
    const { medplum } = desk;
    const other = await desk.newService('shared');
    const slots = await desk.newSlots(MORNINGS, {}, [[other, { ...MORNINGS, duration: 60, capacity: 2 }]]);
    const long = slots.find(({ start, end }) => Date.parse(end) - Date.parse(start) === 3_600_000)!;
    const beside = slots.find(({ id, start }) => id !== long.id && start === long.start)!;
    await desk.book(long, await desk.newPatient());
    const shared = await desk.slot(long);
    const patient = await desk.newPatient();
    await setDeliveries(desk, 'off');
    // Deleted after the slot beside it was read, and there again when its absence is looked into.
    let requests = 0;
    const fhir = watchedClient(desk, async (url, options) => {
      const isNearby = ++requests === 2;
      await (isNearby && medplum.deleteResource('Slot', long.id));
      const response = await fetch(url, options);
      await (isNearby && medplum.updateResource(shared));
      return response;
    });
    const booking = bookBot.handle(
      { fhir, now: new Date(desk.clock.now()), secrets: {} },
      {
        bot: {},
        contentType: 'application/json',
        secrets: {},
        input: { slot: `Slot/${beside.id}`, patient: `Patient/${patient.id}` },
        requester: { reference: `Patient/${patient.id}` },
      },
    );
    expect(await answerOf(booking)).toBe('conflict slot');
    await setDeliveries(desk, 'active');
    expect([await state(long), await state(beside)]).toEqual(['free', 'busy']);
  });

  test('by the sweep, when the delivery of the cancellation was lost', async () => {
    const { medplum, server } = desk;
    const [slot] = await desk.newSlots();
    const booking = await desk.book(slot!, await desk.newPatient());
    await setDeliveries(desk, 'off');
    await desk.cancel(await medplum.readResource('Appointment', booking.id));
    await server.drain();
    expect(await state(slot!)).toBe('busy');
    await server.advance({ minutes: 6 });
    expect(await state(slot!)).toBe('free');
    await setDeliveries(desk, 'active');
  });

  test('when a hold expires: it is cancelled with the reason, and told from a booking', async () => {
    const { medplum, server } = desk;
    const [slot] = await desk.newSlots();
    const hold = await desk.hold(slot!, await desk.newPatient(), { minutes: 5 });
    await server.advance({ minutes: 4 });
    expect(await state(slot!)).toBe('busy-tentative');
    await server.advance({ minutes: 2 });
    expect(await state(slot!)).toBe('free');
    expect(await medplum.readResource('Appointment', hold.id)).toMatchObject({
      status: 'cancelled',
      cancelationReason: { coding: [{ code: 'hold-expired' }] },
    });
  });
});

describe('the desk moves an Appointment', () => {
  const call = (code: string, { id }: WithId<Appointment>): Promise<Appointment> =>
    desk.call(`Appointment/$${code}`, { appointment: `Appointment/${id}` });

  test('to arrived, back, to no-show, late to arrived, to fulfilled', async () => {
    const [slot] = await desk.newSlots();
    const booking = await desk.book(slot!, await desk.newPatient());
    expect(await answerOf(call('no-show', booking))).toBe('business-rule appointment');
    desk.clock.moveTo(Date.parse(slot!.start) + 600_000);
    for (const [code, status] of [
      ['check-in', 'arrived'],
      ['check-in', 'arrived'],
      ['undo-check-in', 'booked'],
      ['undo-check-in', 'booked'],
      ['no-show', 'noshow'],
      ['no-show', 'noshow'],
      ['check-in', 'arrived'],
      ['complete', 'fulfilled'],
    ] as const) {
      expect([code, (await call(code, booking)).status]).toEqual([code, status]);
    }
    expect(await answerOf(call('no-show', booking))).toBe('business-rule appointment');
  });

  test('but does not book a hold by undoing a check-in that never was', async () => {
    const [slot] = await desk.newSlots();
    const hold = await desk.hold(slot!, await desk.newPatient());
    expect(await answerOf(call('undo-check-in', hold))).toBe('business-rule appointment');
    expect(await answerOf(desk.call('Appointment/$check-in', { appointment: 'Appointment/none' }))).toBe(
      'not-found appointment',
    );
  });
});
