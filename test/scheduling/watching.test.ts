import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, Practitioner, Schedule, Slot, Task } from '@medplum/fhirtypes';
import { setDeliveries } from '../appointments.ts';
import { answerOf, MORNINGS, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';

let desk: Desk;
let actor: Schedule['actor'];
let slots: WithId<Slot>[];

beforeAll(async () => {
  desk = await startDesk();
});
beforeEach(async () => {
  // Of somebody of their own: what one test writes about a provider is nothing to another's.
  actor = [createReference(await desk.medplum.createResource<Practitioner>({ resourceType: 'Practitioner' }))];
  slots = await desk.newSlots(MORNINGS, { actor });
});
afterAll(() => desk.close());

const state = async (slot: WithId<Slot>): Promise<string> => (await desk.slot(slot)).status;

const tickets = async (): Promise<WithId<Task>[]> => {
  const all = await desk.medplum.searchResources('Task', { code: 'ticket', _count: '1000' });
  return all.filter(({ identifier }) => identifier?.[0]?.value?.startsWith('overlap/'));
};

/** What Medplum's own $book leaves: a busy Slot of its own, and an Appointment that refers to it. */
async function bookNatively({
  schedule,
  start,
  end,
  serviceType,
}: WithId<Slot>): Promise<[WithId<Appointment>, WithId<Slot>]> {
  const slot = await desk.medplum.createResource<Slot>({
    resourceType: 'Slot',
    schedule,
    status: 'busy',
    start,
    end,
    ...(serviceType && { serviceType }),
  });
  const appointment = await desk.medplum.createResource<Appointment>({
    resourceType: 'Appointment',
    status: 'booked',
    slot: [createReference(slot)],
    start,
    end,
    participant: [
      { actor: actor[0]!, status: 'tentative' },
      { actor: createReference(await desk.newPatient()), status: 'accepted' },
    ],
  });
  await desk.server.drain();
  return [appointment, slot];
}

/** And its own $cancel. */
async function cancelNatively(appointment: WithId<Appointment>, slot: WithId<Slot>): Promise<void> {
  await desk.cancel(appointment);
  await desk.medplum.deleteResource('Slot', slot.id);
  await desk.server.drain();
}

/** An Appointment as an import brings it: with whom and when, without a slot. */
async function imported(times: Pick<Slot, 'start' | 'end'>): Promise<WithId<Appointment>> {
  const made = await desk.medplum.createResource<Appointment>({
    resourceType: 'Appointment',
    status: 'booked',
    start: times.start,
    end: times.end,
    participant: [
      { actor: actor[0]!, status: 'accepted' },
      { actor: createReference(await desk.newPatient()), status: 'accepted' },
    ],
  });
  await desk.server.drain();
  return made;
}

describe("A booking of Medplum's own", () => {
  test('shuts the slots that it overlaps, and its cancellation opens them', async () => {
    const { start, schedule } = slots[0]!;
    const [appointment, slot] = await bookNatively({ ...slots[0]!, start, end: slots[1]!.end, schedule });
    expect([await state(slots[0]!), await state(slots[1]!), await state(slots[2]!)]).toEqual(['busy', 'busy', 'free']);
    expect(await answerOf(desk.book(slots[1]!, await desk.newPatient()))).toBe('conflict slot');
    await cancelNatively(appointment, slot);
    expect([await state(slots[0]!), await state(slots[1]!)]).toEqual(['free', 'free']);
    expect(await tickets()).toHaveLength(0);
  });

  test('over one of ours raises a ticket, once, whichever was first', async () => {
    const ours = await desk.book(slots[0]!, await desk.newPatient());
    const before = (await tickets()).length;
    const [theirs] = await bookNatively(slots[0]!);
    await desk.server.advance({ minutes: 6 });
    const raised = (await tickets()).slice(0);
    expect(raised).toHaveLength(before + 1);
    expect(raised.some(({ focus }) => [ours.id, theirs.id].includes(focus?.reference?.split('/')[1] ?? ''))).toBe(true);
  });

  test('is found by the sweep where nobody was told of it', async () => {
    await setDeliveries(desk, 'off');
    const before = (await tickets()).length;
    await desk.book(slots[0]!, await desk.newPatient());
    await bookNatively(slots[0]!);
    const [appointment, slot] = await bookNatively(slots[2]!);
    await desk.server.advance({ minutes: 6 });
    expect(await state(slots[2]!)).toBe('busy');
    expect(await tickets()).toHaveLength(before + 1);
    await cancelNatively(appointment, slot);
    await desk.server.advance({ minutes: 6 });
    expect(await state(slots[2]!)).toBe('free');
    await setDeliveries(desk, 'active');
  });

  test('on a Schedule that does not take part is nothing to us', async () => {
    const schedule = await desk.medplum.createResource<Schedule>({ resourceType: 'Schedule', actor });
    const times = { start: slots[0]!.start, end: slots[1]!.end };
    const theirs = { resourceType: 'Slot', schedule: createReference(schedule), ...times } as const;
    const free = await desk.medplum.createResource<Slot>({ ...theirs, status: 'free' });
    const before = (await tickets()).length;
    await bookNatively({ ...free, id: 'x' });
    await bookNatively({ ...free, id: 'x' });
    await desk.server.advance({ minutes: 6 });
    expect((await desk.slot(free)).meta?.versionId).toBe(free.meta?.versionId);
    expect(await tickets()).toHaveLength(before);
  });
});

describe('What an administrator or an import writes', () => {
  test('beyond the places of a slot is counted and raised; what was allowed is not', async () => {
    const before = (await tickets()).length;
    const { start, end } = slots[0]!;
    await desk.book(slots[0]!, await desk.newPatient());
    await desk.book(slots[0]!, await desk.newPatient(), { overbook: true, reason: 'Emergency' });
    await desk.server.advance({ minutes: 6 });
    expect(await tickets()).toHaveLength(before);
    const past = await desk.medplum.createResource<Appointment>({
      resourceType: 'Appointment',
      status: 'booked',
      slot: [createReference(slots[0]!)],
      start,
      end,
      participant: [{ actor: createReference(await desk.newPatient()), status: 'accepted' }],
    });
    await desk.server.advance({ minutes: 6 });
    const raised = await tickets();
    expect(raised).toHaveLength(before + 1);
    expect(raised.map(({ focus }) => focus?.reference)).toContain(`Appointment/${past.id}`);
  });

  test('without a slot takes the time of its actors, moves with it, and gives it back', async () => {
    const { medplum, server } = desk;
    const appointment = await imported(slots[0]!);
    expect([await state(slots[0]!), await state(slots[1]!)]).toEqual(['busy', 'free']);
    expect(await answerOf(desk.book(slots[0]!, await desk.newPatient()))).toBe('conflict slot');
    const { start, end } = slots[1]!;
    const moved = await medplum.updateResource<Appointment>({ ...appointment, start, end });
    await server.drain();
    expect([await state(slots[0]!), await state(slots[1]!)]).toEqual(['free', 'busy']);
    await desk.cancel(moved);
    await server.drain();
    expect([await state(slots[0]!), await state(slots[1]!)]).toEqual(['free', 'free']);
    const deleted = await imported(slots[2]!);
    expect(await state(slots[2]!)).toBe('busy');
    await medplum.deleteResource('Appointment', deleted.id);
    await server.drain();
    expect(await state(slots[2]!)).toBe('free');
    expect(await medplum.searchResources('Slot', `schedule=${slots[0]!.schedule.reference}&_count=100`)).toHaveLength(
      slots.length,
    );
  });

  test('without a slot is found by the sweep, comes over a booking of ours as a ticket, and goes by the sweep', async () => {
    const before = (await tickets()).length;
    await desk.book(slots[0]!, await desk.newPatient());
    await setDeliveries(desk, 'off');
    const appointment = await imported({ start: slots[0]!.start, end: slots[1]!.end });
    await desk.server.advance({ minutes: 6 });
    expect(await state(slots[1]!)).toBe('busy');
    expect(await tickets()).toHaveLength(before + 1);
    await desk.medplum.deleteResource('Appointment', appointment.id);
    await desk.server.advance({ minutes: 6 });
    expect(await state(slots[1]!)).toBe('free');
    await setDeliveries(desk, 'active');
  });

  test('as time off takes the free slots away, and a booking there raises a ticket', async () => {
    const { medplum } = desk;
    const booked = await desk.book(slots[0]!, await desk.newPatient());
    const { schedule, start } = slots[0]!;
    const off = { resourceType: 'Slot', schedule, status: 'busy-unavailable', start, end: slots[1]!.end } as const;
    await medplum.createResource<Slot>(off);
    await desk.server.drain();
    const left = await medplum.searchResources('Slot', `schedule=${schedule.reference}&_sort=start&_count=100`);
    expect(left.map(({ id }) => id)).not.toContain(slots[1]!.id);
    expect(await medplum.searchResources('Task', { focus: `Appointment/${booked.id}`, code: 'ticket' })).toHaveLength(
      1,
    );
  });
});
