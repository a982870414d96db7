import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, Practitioner, Schedule, Slot, Task } from '@medplum/fhirtypes';
import { DAYS } from '../../bots/scheduling/availability.ts';
import { setDeliveries } from '../appointments.ts';
import { answerOf, MORNINGS, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.close());

const later = (slot: WithId<Slot>, minutes: number): string =>
  new Date(Date.parse(slot.start) + minutes * 60_000).toISOString();
const block = (slot: WithId<Slot>, from: number, to: number): Promise<WithId<Slot>> =>
  desk.call('Slot/$block', {
    schedule: slot.schedule.reference,
    start: later(slot, from),
    end: later(slot, to),
    reason: 'Away',
  });
const unblock = ({ id }: WithId<Slot>): Promise<WithId<Slot>> => desk.call('Slot/$unblock', { slot: `Slot/${id}` });
/** The slots of the first day, as `time status`. */
const dayOf = async (slot: WithId<Slot>): Promise<string[]> => {
  const query = `schedule=${slot.schedule.reference}&_tag=generated&_sort=start&_count=1000`;
  const found = await desk.medplum.searchResources('Slot', query, { cache: 'reload' });
  return found
    .filter(({ start }) => start.slice(0, 10) === slot.start.slice(0, 10))
    .map(({ start, status }) => `${start.slice(11, 16)} ${status}`);
};
const ticketsOf = async ({ id }: WithId<Appointment>): Promise<WithId<Task>[]> =>
  desk.medplum.searchResources('Task', { focus: `Appointment/${id}`, code: 'ticket' }, { cache: 'reload' });

describe('A block that begins or ends inside a slot', () => {
  test('takes it away, and brings it back when it is opened', async () => {
    const slots = await desk.newSlots();
    const before = await dayOf(slots[0]!);
    const shut = await block(slots[0]!, 45, 75);
    expect(await dayOf(slots[0]!)).toEqual(before.filter((slot) => !/^(09:30|10:00)/.test(slot)));
    await unblock(shut);
    expect(await dayOf(slots[0]!)).toEqual(before);
  });

  test('or inside its buffers, and makes none that nobody asked for', async () => {
    const slots = await desk.newSlots({ ...MORNINGS, bufferBefore: 10, bufferAfter: 10 });
    const [first, second] = slots;
    const count = (await desk.medplum.searchResources('Slot', `schedule=${first!.schedule.reference}&_count=1000`))
      .length;
    // Within the buffer after the first and that before the second.
    const middle = (Date.parse(second!.start) - Date.parse(first!.start)) / 60_000;
    const shut = await block(first!, 31, middle - 1);
    expect(await dayOf(first!)).toEqual([]);
    await unblock(shut);
    const query = `schedule=${first!.schedule.reference}&status=free&_count=1000`;
    expect(await desk.medplum.searchResources('Slot', query, { cache: 'reload' })).toHaveLength(count);
  });

  test('raises a ticket about a booking there, whoever wrote it', async () => {
    const [first, , third] = await desk.newSlots();
    const [one, two] = [
      await desk.book(first!, await desk.newPatient()),
      await desk.book(third!, await desk.newPatient()),
    ];
    await block(first!, 15, 45);
    expect(await ticketsOf(one)).toHaveLength(1);
    const off = { resourceType: 'Slot', schedule: third!.schedule, status: 'busy-unavailable' } as const;
    await desk.medplum.createResource<Slot>({ ...off, start: later(third!, 20), end: later(third!, 25) });
    await desk.server.drain();
    expect(await ticketsOf(two)).toHaveLength(1);
  });
});

test('A block raises a ticket about every booking in its time, in a generated slot or not', async () => {
  const actor = [createReference(await desk.medplum.createResource<Practitioner>({ resourceType: 'Practitioner' }))];
  const [first] = await desk.newSlots(MORNINGS, { actor });
  const { schedule, start, end } = first!;
  const participant = async (): Promise<Appointment['participant']> => [
    { actor: actor[0]!, status: 'accepted' },
    { actor: createReference(await desk.newPatient()), status: 'accepted' },
  ];
  const byHand = await desk.medplum.createResource<Slot>({
    resourceType: 'Slot',
    schedule,
    status: 'busy',
    start,
    end,
  });
  const booked = { resourceType: 'Appointment', status: 'booked', start, end } as const;
  const native = await desk.medplum.createResource<Appointment>({
    ...booked,
    slot: [createReference(byHand)],
    participant: await participant(),
  });
  await setDeliveries(desk, 'off');
  const slotless = await desk.medplum.createResource<Appointment>({ ...booked, participant: await participant() });
  await setDeliveries(desk, 'active');
  await block(first!, -30, 60);
  expect([(await ticketsOf(native)).length, (await ticketsOf(slotless)).length]).toEqual([1, 1]);
  await block(first!, -30, 90);
  expect([(await ticketsOf(native)).length, (await ticketsOf(slotless)).length]).toEqual([1, 1]);
});

test('A slot that is opened again brings back the neighbours that had gone because it was shut', async () => {
  const long = await desk.newService('neighbour');
  const slots = await desk.newSlots(MORNINGS, {}, [[long, { ...MORNINGS, duration: 60 }]]);
  const before = await dayOf(slots[0]!);
  const half = slots.find(({ start, end }) => Date.parse(end) - Date.parse(start) === 1_800_000)!;
  await desk.call('Slot/$block', { slot: `Slot/${half.id}`, reason: 'Meeting' });
  await desk.call('Schedule/$generate-slots', {
    schedule: half.schedule.reference,
    start: later(half, -60),
    end: later(half, 120),
  });
  expect((await dayOf(half)).length).toBe(before.length - 1);
  await unblock(half);
  expect(await dayOf(half)).toEqual(before);
});

describe('A booking outside the hours that its Schedule has now', () => {
  const without = async (slot: WithId<Slot>, from: string): Promise<void> => {
    const schedule = await desk.medplum.readReference<Schedule>(slot.schedule);
    const text = JSON.stringify(schedule).replaceAll('"09:00:00"', `"${from}"`);
    await desk.medplum.updateResource(JSON.parse(text) as WithId<Schedule>);
    await desk.server.drain();
  };

  test.each(['cancelled', 'released', 'moved'])('leaves no free slot behind when it is %s', async (how) => {
    const slots = await desk.newSlots({ ...MORNINGS, hours: [{ days: DAYS, from: '09:00', to: '12:00' }] });
    const booking = await desk.book(slots[0]!, await desk.newPatient());
    await without(slots[0]!, '10:00:00');
    expect((await dayOf(slots[0]!))[0]).toBe('09:00 busy');
    const appointment = `Appointment/${booking.id}`;
    if (how === 'cancelled') {
      await desk.cancel(await desk.medplum.readResource('Appointment', booking.id, { cache: 'reload' }));
    } else if (how === 'released') {
      await desk.call('Slot/$release', { appointment });
    } else {
      await desk.call('Appointment/$rebook', { appointment, slot: `Slot/${slots[3]!.id}` });
    }
    await desk.server.drain();
    expect((await desk.slot(slots[0]!)).status).toBe('busy');
    expect(await answerOf(desk.book(slots[0]!, await desk.newPatient()))).toBe('conflict slot');
    // Nobody has it any more: it goes with the next generation, or is as before where the hours come back.
    await without(slots[0]!, '10:00:00');
  });

  test('takes no others in a group, and is a slot like any other once the hours are back', async () => {
    const [slot] = await desk.newSlots({ ...MORNINGS, capacity: 3 });
    const before = await desk.medplum.readReference<Schedule>(slot!.schedule);
    const booking = await desk.book(slot!, await desk.newPatient());
    await without(slot!, '10:00:00');
    expect((await desk.slot(slot!)).status).toBe('busy');
    expect(await answerOf(desk.book(slot!, await desk.newPatient()))).toBe('conflict slot');
    const [ticket] = await ticketsOf(booking);
    expect(ticket?.identifier?.[0]?.value).toMatch(/outside-hours$/);
    await desk.medplum.updateResource({ ...before, meta: undefined });
    await desk.server.drain();
    expect((await desk.slot(slot!)).status).toBe('free');
    expect(await answerOf(desk.book(slot!, await desk.newPatient()))).toBe('done');
  });

  test('is raised again after it was moved to another time that falls out', async () => {
    const slots = await desk.newSlots();
    const booking = await desk.book(slots[0]!, await desk.newPatient());
    await block(slots[0]!, 0, 30);
    await desk.call('Appointment/$rebook', { appointment: `Appointment/${booking.id}`, slot: `Slot/${slots[2]!.id}` });
    await block(slots[0]!, 60, 90);
    expect(await ticketsOf(booking)).toHaveLength(2);
  });
});

test('who was put beside a rival that is taken marks the slot as overbooked, as long as both stand', async () => {
  const long = await desk.newService('beside');
  const slots = await desk.newSlots(MORNINGS, {}, [[long, { ...MORNINGS, duration: 60 }]]);
  const hour = slots.find(({ start, end }) => Date.parse(end) - Date.parse(start) === 3_600_000)!;
  const half = slots.find(({ id, start }) => id !== hour.id && start === hour.start)!;
  const first = await desk.book(hour, await desk.newPatient());
  await desk.book(half, await desk.newPatient(), { overbook: true, reason: 'In pain' });
  expect((await desk.slot(half)).overbooked).toBe(true);
  await desk.call('Slot/$release', { appointment: `Appointment/${first.id}` });
  expect((await desk.slot(half)).overbooked).toBeUndefined();
});
