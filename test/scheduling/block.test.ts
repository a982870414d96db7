import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Slot } from '@medplum/fhirtypes';
import { answerOf, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.close());

const block = (body: object): Promise<WithId<Slot>> => desk.call('Slot/$block', { reason: 'Holiday', ...body });
const unblock = ({ id }: WithId<Slot>): Promise<WithId<Slot>> => desk.call('Slot/$unblock', { slot: `Slot/${id}` });
const slotsOf = (slot: WithId<Slot>, more = ''): Promise<WithId<Slot>[]> =>
  desk.medplum.searchResources('Slot', `schedule=${slot.schedule.reference}&_sort=start&_count=1000${more}`);

describe('A slot', () => {
  test('is shut and opened again, each once', async () => {
    const [slot] = await desk.newSlots();
    const shut = await block({ slot: `Slot/${slot!.id}` });
    expect(shut).toMatchObject({ id: slot!.id, status: 'busy-unavailable', comment: 'Holiday' });
    expect((await block({ slot: `Slot/${slot!.id}` })).meta?.versionId).toBe(shut.meta?.versionId);
    expect(await answerOf(desk.book(slot!, await desk.newPatient()))).toBe('conflict slot');
    expect((await unblock(slot!)).status).toBe('free');
    expect((await unblock(slot!)).status).toBe('free');
    expect((await desk.book(slot!, await desk.newPatient())).status).toBe('booked');
  });

  test('that is taken is not shut', async () => {
    const [slot] = await desk.newSlots();
    await desk.book(slot!, await desk.newPatient());
    expect(await answerOf(block({ slot: `Slot/${slot!.id}` }))).toBe('conflict slot');
    expect(await answerOf(unblock(slot!))).toBe('business-rule slot');
  });
});

describe('Some time of a Schedule', () => {
  test('is shut: free slots go, a booking stands and raises one ticket; opened, the slots come back', async () => {
    const slots = await desk.newSlots();
    const [first, second, third] = slots;
    const booking = await desk.book(second!, await desk.newPatient());
    const time = { schedule: first!.schedule.reference, start: first!.start, end: third!.end };
    const shut = await block(time);
    expect(shut.status).toBe('busy-unavailable');
    expect((await block(time)).id).toBe(shut.id);

    const left = await slotsOf(first!, '&status=free,busy');
    expect(left.map(({ id }) => id)).not.toContain(first!.id);
    expect(left.map(({ id }) => id)).not.toContain(third!.id);
    expect(left.map(({ id }) => id)).toContain(second!.id);
    const tickets = await desk.medplum.searchResources('Task', `focus=Appointment/${booking.id}`);
    expect(tickets).toHaveLength(1);
    expect((await desk.medplum.readResource('Appointment', booking.id)).status).toBe('booked');

    await unblock(shut);
    const free = await slotsOf(first!, '&status=free');
    expect(free.map(({ start }) => start)).toEqual(
      slots.filter(({ id }) => id !== second!.id).map(({ start }) => start),
    );
  });

  test('is shut once by several who shut it at the same moment, and is open when one of them opens it', async () => {
    const [first, second] = await desk.newSlots();
    const time = { schedule: first!.schedule.reference, start: first!.start, end: second!.end };
    const shut = await Promise.all([1, 2, 3].map(() => block(time)));
    expect(new Set(shut.map(({ id }) => id)).size).toBe(1);
    await unblock(shut[0]!);
    expect(await slotsOf(first!, '&status=busy-unavailable')).toHaveLength(0);
    // Shut again after that, it is another block.
    expect((await block(time)).id).not.toBe(shut[0]!.id);
  });

  test.each([
    [{}, 'required schedule'],
    [{ schedule: 'Schedule/none' }, 'required start'],
    [{ schedule: 'Schedule/none', start: '2026-03-03T09:00:00Z' }, 'required end'],
    [{ schedule: 'Schedule/none', start: '2026-03-03T09:00:00Z', end: '2026-03-03T10:00:00Z' }, 'not-found schedule'],
    [{ schedule: 'Schedule/none', start: '2026-03-03T09:00:00Z', end: '2026-03-03T08:00:00Z' }, 'value end'],
    [{ slot: 'Slot/none' }, 'not-found slot'],
    [{ slot: 'Slot/none', reason: '' }, 'value reason'],
  ])('%j is refused: %s', async (body, expected) => {
    expect(await answerOf(block(body))).toBe(expected);
  });
});
