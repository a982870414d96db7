import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment, Slot } from '@medplum/fhirtypes';
import { answerOf, MORNINGS, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.close());

const rebook = (appointment: WithId<Appointment>, ...slots: WithId<Slot>[]): Promise<WithId<Appointment>> =>
  desk.call('Appointment/$rebook', {
    appointment: `Appointment/${appointment.id}`,
    slot: slots.map(({ id }) => `Slot/${id}`),
  });

const states = (...slots: WithId<Slot>[]): Promise<string[]> =>
  Promise.all(slots.map(async (slot) => (await desk.slot(slot)).status));

describe('A booking is moved', () => {
  test('to other slots: the new are taken, the old come back, it stays the same Appointment', async () => {
    const [a, b] = await desk.newSlots();
    const booking = await desk.book(a!, await desk.newPatient());
    const moved = await rebook(booking, b!);
    expect(moved).toMatchObject({ id: booking.id, status: 'booked', start: b!.start, end: b!.end });
    expect(moved.participant).toEqual(booking.participant);
    expect(await states(a!, b!)).toEqual(['free', 'busy']);
    // Its journey is linked to it meanwhile.
    await desk.server.drain();
    const stored = await desk.medplum.readResource('Appointment', booking.id, { cache: 'reload' });
    expect((await rebook(booking, b!)).meta?.versionId).toBe(stored.meta?.versionId);
    const history = await desk.medplum.readHistory('Appointment', booking.id);
    expect(history.entry?.some(({ resource }) => resource?.start === a!.start)).toBe(true);
  });

  test('onto a slot that overlaps its own', async () => {
    const long = await desk.newService('long');
    const slots = await desk.newSlots(MORNINGS, {}, [[long, { ...MORNINGS, duration: 60 }]]);
    const minutes = ({ start, end }: Slot): number => (Date.parse(end) - Date.parse(start)) / 60_000;
    const hour = slots.find((slot) => minutes(slot) === 60)!;
    const [first, second] = slots.filter((slot) => minutes(slot) === 30 && slot.start >= hour.start);
    const booking = await desk.book(first!, await desk.newPatient());
    await rebook(booking, hour);
    expect(await states(hour, first!, second!)).toEqual(['busy', 'busy', 'busy']);
    await rebook(booking, second!);
    expect(await states(hour, first!, second!)).toEqual(['busy', 'free', 'busy']);
  });

  test('to another provider, who takes the place of the first', async () => {
    const [a] = await desk.newSlots();
    const other = [{ reference: `Practitioner/${desk.demo('provider-2').id}` }];
    const [b] = await desk.newSlots(MORNINGS, { actor: other });
    const booking = await desk.book(a!, await desk.newPatient());
    const moved = await rebook(booking, b!);
    const actors = moved.participant.map(({ actor }) => actor?.reference);
    expect(actors).toContain(other[0]!.reference);
    expect(actors).not.toContain(`Practitioner/${desk.demo('provider-1').id}`);
    expect(actors).toHaveLength(2);
  });

  test('or stays where it is, if the new place is taken or the state does not allow it', async () => {
    const [a, b] = await desk.newSlots();
    const booking = await desk.book(a!, await desk.newPatient());
    await desk.book(b!, await desk.newPatient());
    expect(await answerOf(rebook(booking, b!))).toBe('conflict slot');
    expect(await answerOf(rebook(booking, { ...b!, id: 'none' }))).toBe('not-found slot');
    expect(await states(a!, b!)).toEqual(['busy', 'busy']);
    const cancelled = await desk.cancel(await desk.medplum.readResource('Appointment', booking.id));
    expect(await answerOf(rebook(cancelled, a!))).toBe('business-rule appointment');
  });

  test('by one of many who want the same place; the others keep what they have', async () => {
    const [wanted, ...others] = await desk.newSlots();
    const bookings = await Promise.all(
      others.slice(0, 5).map(async (slot) => desk.book(slot, await desk.newPatient())),
    );
    const answers = await Promise.all(bookings.map((booking) => answerOf(rebook(booking, wanted!))));
    expect(answers.sort()).toEqual(['conflict slot', 'conflict slot', 'conflict slot', 'conflict slot', 'done']);
    const after = await states(wanted!, ...others.slice(0, 5));
    expect(after.filter((status) => status === 'free')).toHaveLength(1);
    expect(after[0]).toBe('busy');
  });
});
