import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference, tooManyRequests, OperationOutcomeError } from '@medplum/core';
import type { Appointment, HealthcareService, Patient, Practitioner, Schedule, Slot, Task } from '@medplum/fhirtypes';
import type { Role } from '../../bots/runtime/contract.ts';
import { toOutcome } from '../../bots/runtime/outcome.ts';
import bookBot from '../../bots/scheduling/book.ts';
import blockBot from '../../bots/scheduling/block.ts';
import closeBot from '../../bots/scheduling/close.ts';
import generateBot from '../../bots/scheduling/generate-slots.ts';
import holdBot from '../../bots/scheduling/hold.ts';
import { BOOKING_RULES } from '../../bots/scheduling/names.ts';
import { cachedTaken } from '../../bots/scheduling/places.ts';
import rebookBot from '../../bots/scheduling/rebook.ts';
import releaseBot from '../../bots/scheduling/release.ts';
import unblockBot from '../../bots/scheduling/unblock.ts';
import { answerOf, callAs, MORNINGS, newStaff, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';
import { withPattern } from './fixtures.ts';

let desk: Desk;
const staff = new Map<Role, WithId<Practitioner>>();
beforeAll(async () => {
  desk = await startDesk();
  for (const role of ['front-desk', 'nurse', 'contact-centre'] as const) {
    staff.set(role, await newStaff(desk, role));
  }
});
afterAll(() => desk.close());

const by = (role: Role): WithId<Practitioner> => staff.get(role)!;
const named = (slot: WithId<Slot>, patient: WithId<Patient>, more: object = {}): object => ({
  slot: `Slot/${slot.id}`,
  patient: `Patient/${patient.id}`,
  ...more,
});
const moving = ({ id }: WithId<Appointment>, slot: WithId<Slot>, more: object = {}): object => ({
  appointment: `Appointment/${id}`,
  slot: `Slot/${slot.id}`,
  ...more,
});
const hours = (url: string, value: number) => ({ url, valueDuration: { value, unit: 'h', code: 'h' } });
const ruled = (...extension: ReturnType<typeof hours>[]): Pick<Schedule, 'extension'> => ({
  extension: [{ url: BOOKING_RULES, extension }],
});
const pastSlot = ({ schedule }: WithId<Slot>): Promise<WithId<Slot>> =>
  desk.medplum.createResource<Slot>({
    resourceType: 'Slot',
    schedule,
    status: 'free',
    start: '2026-03-01T09:00:00Z',
    end: '2026-03-01T09:30:00Z',
  });

describe('Moving', () => {
  test('keeps to the rules of the old time and the new one; staff step over them with a reason, which is kept', async () => {
    const slots = await desk.newSlots(
      MORNINGS,
      ruled(hours('cancellationCutoff', 5), hours('minimumNotice', 2), hours('maximumHorizon', 26)),
    );
    const patient = await desk.newPatient();
    const [soon, wanted, late] = [slots[0]!, slots[5]!, slots.at(-1)!];
    const booking = await desk.book(soon, patient);
    expect(await answerOf(callAs(desk, patient, rebookBot, moving(booking, wanted)))).toBe('business-rule appointment');
    const clerk = callAs(desk, by('front-desk'), rebookBot, moving(booking, wanted));
    await expect(clerk).rejects.toThrow(/Give a reason/);
    const moved = await callAs<Appointment>(
      desk,
      by('front-desk'),
      rebookBot,
      moving(booking, wanted, { reason: 'Overslept' }),
    );
    expect(moved).toMatchObject({ start: wanted.start, reasonCode: [{ text: 'Overslept' }] });
    expect(await answerOf(callAs(desk, patient, rebookBot, moving(booking, late)))).toBe('business-rule slot');
    expect(await answerOf(callAs(desk, patient, rebookBot, moving(booking, await pastSlot(soon))))).toBe(
      'business-rule slot',
    );
  });

  test('once more after a check-in is answered with what is there; a record that is not in use is not moved', async () => {
    const [a, b, c] = await desk.newSlots();
    const patient = await desk.newPatient();
    const booking = await desk.book(a!, patient);
    await desk.call('Appointment/$rebook', moving(booking, b!));
    await desk.call('Appointment/$check-in', { appointment: `Appointment/${booking.id}` });
    expect(await desk.call<Appointment>('Appointment/$rebook', moving(booking, b!))).toMatchObject({
      id: booking.id,
      status: 'arrived',
    });
    const other = await desk.newPatient();
    const held = await desk.book(c!, other);
    await desk.medplum.updateResource<Patient>({ ...other, active: false });
    expect(await answerOf(desk.call('Appointment/$rebook', moving(held, a!)))).toBe('business-rule patient');
    expect(await answerOf(desk.call('Appointment/$rebook', moving(held, c!)))).toBe('done');
  });
});

test('a patient neither moves nor gives back what has begun, or where they are; staff do', async () => {
  const slots = await desk.newSlots();
  const patient = await desk.newPatient();
  const booking = await desk.book(slots[0]!, patient);
  const appointment = `Appointment/${booking.id}`;
  await desk.call('Appointment/$check-in', { appointment });
  expect(await answerOf(callAs(desk, patient, releaseBot, { appointment }))).toBe('business-rule appointment');
  await desk.call('Appointment/$undo-check-in', { appointment });
  const run = { ...desk, clock: { now: () => Date.parse(slots[0]!.start) } as Desk['clock'] };
  expect(await answerOf(callAs(run, patient, releaseBot, { appointment }))).toBe('business-rule appointment');
  expect(await answerOf(callAs(run, patient, rebookBot, moving(booking, slots[4]!)))).toBe('business-rule appointment');
  const released = await callAs<Appointment>(run, by('front-desk'), releaseBot, { appointment });
  expect(released.cancelationReason?.coding?.[0]?.code).toBe('other');
  const second = await desk.book(slots[1]!, patient);
  const given = await callAs<Appointment>(desk, patient, releaseBot, { appointment: `Appointment/${second.id}` });
  expect(given.cancelationReason?.coding?.[0]?.code).toBe('pat');
});

test('who waits is booked from the list, with whoever has the time', async () => {
  const [slot] = await desk.newSlots();
  const patient = await desk.newPatient();
  const entry = await desk.medplum.createResource<Appointment>({
    resourceType: 'Appointment',
    status: 'waitlist',
    participant: [
      { actor: createReference(patient), status: 'accepted' },
      { actor: { reference: `Practitioner/${desk.demo('provider-2').id}` }, status: 'needs-action' },
    ],
  });
  const booked = await desk.book(slot!, patient, { appointment: `Appointment/${entry.id}` });
  expect([booked.id, booked.status, booked.start]).toEqual([entry.id, 'booked', slot!.start]);
  expect(booked.participant.map(({ actor }) => actor?.reference)).toEqual([
    `Patient/${patient.id}`,
    `Practitioner/${desk.demo('provider-1').id}`,
  ]);
});

test('a hold keeps to the rules, and says why one was stepped over', async () => {
  const [soon] = await desk.newSlots(MORNINGS, ruled(hours('minimumNotice', 12)));
  const patient = await desk.newPatient();
  expect(await answerOf(callAs(desk, patient, holdBot, named(soon!, patient)))).toBe('business-rule slot');
  const held = await callAs<Appointment>(desk, by('nurse'), holdBot, named(soon!, patient, { reason: 'Urgent' }));
  expect(held.reasonCode).toEqual([{ text: 'Urgent' }]);
  expect(await answerOf(desk.hold(await pastSlot(soon!), patient))).toBe('business-rule slot');
});

test("a service's booking rules count where its Schedule has none, which goes before them", async () => {
  const service = await desk.newService('ruled');
  await desk.medplum.updateResource<HealthcareService>({ ...service, ...ruled(hours('minimumNotice', 12)) });
  const slotOf = async (more: Partial<Schedule>): Promise<WithId<Slot>> => {
    const slots = await desk.newSlots(MORNINGS, more, [[service, MORNINGS]]);
    return slots.find(({ serviceType }) => JSON.stringify(serviceType).includes(service.id))!;
  };
  const patient = await desk.newPatient();
  expect(await answerOf(desk.book(await slotOf({}), patient))).toBe('business-rule slot');
  expect(await answerOf(desk.book(await slotOf(ruled(hours('minimumNotice', 1))), patient))).toBe('done');
});

test('what a role may not do', async () => {
  const [slot, next] = await desk.newSlots();
  const patient = await desk.newPatient();
  await desk.book(slot!, patient);
  const beyond = named(slot!, await desk.newPatient(), { overbook: true, reason: 'In pain' });
  expect(await answerOf(callAs(desk, by('nurse'), bookBot, beyond))).toBe('forbidden overbook');
  expect(await answerOf(callAs(desk, by('contact-centre'), bookBot, beyond))).toBe('forbidden overbook');
  expect(await answerOf(callAs(desk, by('front-desk'), bookBot, beyond))).toBe('done');
  const time = { schedule: slot!.schedule.reference, start: slot!.start, end: next!.end };
  for (const who of [by('nurse'), by('contact-centre'), patient]) {
    for (const [bot, input] of [
      [closeBot, { ...time, reason: 'Ill' }],
      [generateBot, time],
      [unblockBot, { slot: `Slot/${next!.id}` }],
    ] as const) {
      expect(await answerOf(callAs(desk, who, bot, input))).toBe('forbidden requester');
    }
  }
});

test('what contradicts itself or does not exist any more is refused by the name of its parameter', async () => {
  const slots = await desk.newSlots();
  const [slot, next] = slots;
  const time = { schedule: slot!.schedule.reference, start: slot!.start, end: next!.end, reason: 'Ill' };
  expect(await answerOf(callAs(desk, by('front-desk'), blockBot, { ...time, slot: `Slot/${slot!.id}` }))).toBe(
    'value slot',
  );
  expect(await answerOf(desk.book(slots.slice(0, 9), await desk.newPatient()))).toBe('value slot');
  await desk.call<Task>('Schedule/$close', { ...time, cancel: true });
  expect(await answerOf(desk.call('Schedule/$close', time))).toBe('business-rule cancel');
  expect(await answerOf(desk.call('Schedule/$close', { ...time, cancel: true }))).toBe('done');

  const [gone] = await desk.newSlots();
  await desk.medplum.deleteResource('Schedule', gone!.schedule.reference!.split('/')[1]!);
  expect(await answerOf(desk.book(gone!, await desk.newPatient()))).toMatch('not-found slot');

  const unknown = { ...desk.service, id: '00000000-0000-4000-8000-000000000000' };
  const schedule = await desk.medplum.createResource<Schedule>(
    withPattern({ resourceType: 'Schedule', active: true, actor: [{ display: 'Nobody' }] }, unknown, MORNINGS),
  );
  expect(
    await answerOf(
      desk.call('Schedule/$generate-slots', { ...time, reason: undefined, schedule: `Schedule/${schedule.id}` }),
    ),
  ).toBe('not-found schedule');
});

test('a quota that is used up before anything is decided is told like any other', async () => {
  const outcome = { ...tooManyRequests, issue: [{ ...tooManyRequests.issue[0]!, diagnostics: 'in a minute' }] };
  const failing = { readResource: () => Promise.reject(new OperationOutcomeError(outcome)) };
  const medplum = Object.assign(Object.create(desk.medplum) as Desk['medplum'], failing);
  const patient = await desk.newPatient();
  const call = callAs({ ...desk, medplum }, patient, releaseBot, { appointment: 'Appointment/1' });
  const raw = callAs(
    { ...desk, medplum: Object.assign(medplum, { searchResources: failing.readResource }) },
    by('nurse'),
    releaseBot,
    {
      appointment: 'Appointment/1',
    },
  );
  for (const thrown of [await call.catch((error: unknown) => error), await raw.catch((error: unknown) => error)]) {
    expect(toOutcome(thrown)).toEqual({
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'error',
          code: 'throttled',
          details: { text: 'The quota for this minute is used up. Try again in a minute.' },
          expression: ['requester'],
          diagnostics: 'in a minute',
        },
      ],
    });
  }
});

test('a slot that somebody has a place in comes back when it is deleted or set free', async () => {
  const [first, second] = await desk.newSlots();
  await desk.book(first!, await desk.newPatient());
  await desk.book(second!, await desk.newPatient());
  await desk.server.drain();
  await desk.medplum.deleteResource('Slot', first!.id);
  await desk.server.drain();
  const back = await desk.slot(first!);
  expect([back.status, cachedTaken(back)]).toEqual(['busy', 1]);
  for (const wrong of [{ extension: [] }, {}]) {
    await desk.medplum.updateResource<Slot>({ ...(await desk.slot(second!)), ...wrong, status: 'free' });
    await desk.server.advance({ minutes: 6 });
    const counted = await desk.slot(second!);
    expect([counted.status, cachedTaken(counted)]).toEqual(['busy', 1]);
  }
});
