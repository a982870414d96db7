import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { getExtension } from '@medplum/core';
import type { Appointment, Practitioner, Resource, Slot, Task } from '@medplum/fhirtypes';
import { REQUESTED_BY } from '../../bots/runtime/contract.ts';
import blockBot from '../../bots/scheduling/block.ts';
import bookBot from '../../bots/scheduling/book.ts';
import closeBot from '../../bots/scheduling/close.ts';
import holdBot from '../../bots/scheduling/hold.ts';
import unblockBot from '../../bots/scheduling/unblock.ts';
import { callAs, newStaff, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';

let desk: Desk;
let clerk: WithId<Practitioner>;
beforeAll(async () => {
  desk = await startDesk();
  clerk = await newStaff(desk, 'front-desk');
});
afterAll(() => desk.close());

const askedBy = (resource: Resource): string | undefined =>
  getExtension(resource, REQUESTED_BY)?.valueReference?.reference;
const stored = ({ id }: WithId<Appointment>): Promise<WithId<Appointment>> =>
  desk.medplum.readResource('Appointment', id, { cache: 'reload' });

test('a hold that gives way to somebody else says nothing of them', async () => {
  const [slot] = await desk.newSlots();
  const [first, second] = [await desk.newPatient(), await desk.newPatient()];
  const wish = (patient: WithId<Resource>): object => ({ slot: `Slot/${slot!.id}`, patient: `Patient/${patient.id}` });
  const held = await callAs<WithId<Appointment>>(desk, first, holdBot, { ...wish(first), minutes: 1 });
  expect(askedBy(held)).toBe(`Patient/${first.id}`);
  desk.clock.moveTo(desk.clock.now() + 61_000);
  const booked = await callAs<WithId<Appointment>>(desk, second, bookBot, wish(second));
  expect(askedBy(booked)).toBe(`Patient/${second.id}`);
  const expired = await stored(held);
  expect([expired.status, askedBy(expired)]).toEqual(['cancelled', undefined]);
});

test('what expires or is closed was not asked for by whoever booked it', async () => {
  const [first, second, third] = await desk.newSlots();
  const patient = await desk.newPatient();
  const wish = (slot: WithId<Slot>): object => ({ slot: `Slot/${slot.id}`, patient: `Patient/${patient.id}` });
  const held = await callAs<WithId<Appointment>>(desk, patient, holdBot, { ...wish(first!), minutes: 1 });
  const booked = await callAs<WithId<Appointment>>(desk, patient, bookBot, wish(second!));
  await desk.server.drain();
  // What a bot notes on a booking beside that leaves it as asked for by them.
  expect(askedBy(await stored(booked))).toBe(`Patient/${patient.id}`);
  await desk.server.advance({ minutes: 2 });
  const time = { schedule: second!.schedule.reference, start: second!.start, end: third!.end, reason: 'Ill' };
  const task = await callAs<Task>(desk, clerk, closeBot, { ...time, cancel: true });
  expect(askedBy(task)).toBe(`Practitioner/${clerk.id}`);
  for (const one of [held, booked]) {
    const ended = await stored(one);
    expect([ended.status, askedBy(ended)]).toEqual(['cancelled', undefined]);
  }
});

test('a slot says who shut it, and a block who opened it; a slot that is open says nothing', async () => {
  const [first, second, third] = await desk.newSlots();
  const by = `Practitioner/${clerk.id}`;
  const shut = await callAs<WithId<Slot>>(desk, clerk, blockBot, { slot: `Slot/${first!.id}`, reason: 'Meeting' });
  expect([shut.status, askedBy(shut)]).toEqual(['busy-unavailable', by]);
  const open = await callAs<WithId<Slot>>(desk, clerk, unblockBot, { slot: `Slot/${first!.id}` });
  expect([open.status, askedBy(open)]).toEqual(['free', undefined]);
  const time = { schedule: second!.schedule.reference, start: second!.start, end: third!.end, reason: 'Meeting' };
  const block = await callAs<WithId<Slot>>(desk, clerk, blockBot, time);
  expect([block.status, askedBy(block)]).toEqual(['busy-unavailable', by]);
  const withdrawn = await callAs<WithId<Slot>>(desk, clerk, unblockBot, { slot: `Slot/${block.id}` });
  expect([withdrawn.status, askedBy(withdrawn)]).toEqual(['entered-in-error', by]);
  const [, slot] = await desk.newSlots();
  await callAs(desk, clerk, bookBot, { slot: `Slot/${slot!.id}`, patient: `Patient/${(await desk.newPatient()).id}` });
  expect(askedBy(await desk.slot(slot!))).toBeUndefined();
});
