import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, Slot } from '@medplum/fhirtypes';
import { setDeliveries, skipTo } from '../appointments.ts';
import { startDesk } from './desk.ts';
import type { Desk } from './desk.ts';

let desk: Desk;
let slots: WithId<Slot>[];

beforeAll(async () => {
  desk = await startDesk();
});
beforeEach(async () => {
  slots = await desk.newSlots();
});
afterAll(() => desk.close());

/** What an administrator writes past the operations. */
async function write(slot: WithId<Slot>): Promise<WithId<Appointment>> {
  const made = await desk.medplum.createResource<Appointment>({
    resourceType: 'Appointment',
    status: 'booked',
    slot: [createReference(slot)],
    start: slot.start,
    end: slot.end,
    participant: [{ actor: createReference(await desk.newPatient()), status: 'accepted' }],
  });
  await desk.server.drain();
  return made;
}

async function update(appointment: WithId<Appointment>, change: Partial<Appointment>): Promise<WithId<Appointment>> {
  const current = await desk.medplum.readResource('Appointment', appointment.id);
  const updated = await desk.medplum.updateResource<Appointment>({ ...current, ...change });
  await desk.server.drain();
  return updated;
}

/** The tickets about an Appointment, by the end of their keys. */
async function tickets({ id }: WithId<Appointment>): Promise<(string | undefined)[]> {
  desk.medplum.invalidateAll();
  const found = await desk.medplum.searchResources('Task', { focus: `Appointment/${id}`, code: 'ticket' });
  return found.map(({ identifier }) => identifier?.[0]?.value?.split('/').at(-1)).sort();
}

test('a booking that nobody checked takes its place and raises a ticket, one for each time that it moves to', async () => {
  const appointment = await write(slots[0]!);
  expect((await desk.slot(slots[0]!)).status).toBe('busy');
  expect(await tickets(appointment)).toEqual(['unchecked']);
  await update(appointment, { comment: 'Brings her own chair.' });
  expect(await tickets(appointment)).toEqual(['unchecked']);
  const { start, end } = slots[1]!;
  await update(appointment, { slot: [createReference(slots[1]!)], start, end });
  expect(await tickets(appointment)).toEqual(['unchecked', 'unchecked']);
});

test('what operations do raises none, nor what staff may write itself', async () => {
  const patient = await desk.newPatient();
  const held = await desk.hold(slots[0]!, patient);
  const booked = await desk.book(slots[0]!, patient, { appointment: `Appointment/${held.id}` });
  await desk.call('Appointment/$rebook', { appointment: `Appointment/${booked.id}`, slot: [`Slot/${slots[1]!.id}`] });
  await update(booked, { status: 'arrived' });
  await desk.call('Appointment/$undo-check-in', { appointment: `Appointment/${booked.id}` });
  await update(booked, { comment: 'Prefers the window.' });
  await desk.server.drain();
  expect(await tickets(booked)).toEqual([]);
});

test('a no-show without a slot, of another program, that arrives is nothing to us', async () => {
  const before = desk.server.botRuns.length;
  const missed = await desk.medplum.createResource<Appointment>({
    resourceType: 'Appointment',
    status: 'noshow',
    start: '2026-02-02T09:00:00Z',
    end: '2026-02-02T09:30:00Z',
    participant: [{ actor: createReference(await desk.newPatient()), status: 'accepted' }],
  });
  await update(missed, { status: 'arrived' });
  const runs = desk.server.botRuns.slice(before).filter(({ botName }) => botName?.endsWith('raise-unchecked'));
  expect(runs.map(({ success }) => success)).toEqual([true]);
  expect(await tickets(missed)).toEqual([]);
});

test('the sweep finds both where nobody was told, and once', async () => {
  const missed = await desk.book(slots[0]!, await desk.newPatient());
  await skipTo(desk, slots[1]!.start);
  await desk.call('Appointment/$no-show', { appointment: `Appointment/${missed.id}` });
  await skipTo(desk, new Date(Date.parse(slots[1]!.start) + 86_400_000).toISOString());
  const [next] = (await desk.newSlots()).filter(({ start }) => Date.parse(start) > desk.clock.now());
  await setDeliveries(desk, 'off');
  await update(missed, { status: 'arrived' });
  const appointment = await write(next!);
  await update(appointment, { comment: 'Brings her own chair.' });
  expect([await tickets(missed), await tickets(appointment)]).toEqual([[], []]);
  await desk.server.advance({ minutes: 6 });
  expect([await tickets(missed), await tickets(appointment)]).toEqual([['late-arrival'], ['unchecked']]);
  await desk.server.advance({ minutes: 12 });
  expect([await tickets(missed), await tickets(appointment)]).toEqual([['late-arrival'], ['unchecked']]);
  await setDeliveries(desk, 'active');
});

test('what overlaps has the ticket that says so, and no other', async () => {
  const first = await desk.book(slots[0]!, await desk.newPatient());
  const second = await write(slots[0]!);
  // It is about the later one, and the clock has not moved.
  const raised = [...(await tickets(first)), ...(await tickets(second))];
  expect(raised).toHaveLength(1);
  expect(raised).not.toContain('unchecked');
});

test('a no-show may arrive on the same day; later somebody has to see which visit is meant', async () => {
  const [onTime, late] = [
    await desk.book(slots[0]!, await desk.newPatient()),
    await desk.book(slots[1]!, await desk.newPatient()),
  ];
  await skipTo(desk, slots[2]!.start);
  for (const { id } of [onTime, late]) {
    await desk.call('Appointment/$no-show', { appointment: `Appointment/${id}` });
  }
  await update(onTime, { status: 'arrived' });
  expect(await tickets(onTime)).toEqual([]);
  await skipTo(desk, new Date(Date.parse(slots[2]!.start) + 86_400_000).toISOString());
  await update(late, { status: 'arrived' });
  expect(await tickets(late)).toEqual(['late-arrival']);
});
