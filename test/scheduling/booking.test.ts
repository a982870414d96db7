import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference, getExtensionValue } from '@medplum/core';
import type { Appointment, Patient, Slot } from '@medplum/fhirtypes';
import bookBot from '../../bots/scheduling/book.ts';
import { BOOKING_RULES } from '../../bots/scheduling/names.ts';
import { cachedTaken } from '../../bots/scheduling/places.ts';
import { untilDecided } from '../again.ts';
import { watchedClient } from '../clinic.ts';
import { answerOf, MORNINGS, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';

describe('Booking', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await startDesk();
  });
  afterAll(() => desk.close());

  const state = async (slot: WithId<Slot>): Promise<string> => {
    const now = await desk.slot(slot);
    return `${now.status} ${cachedTaken(now)}`;
  };

  test('takes the slot, and says when, what and with whom', async () => {
    const [slot] = await desk.newSlots();
    const patient = await desk.newPatient();
    const booked = await desk.book(slot!, patient, { reason: 'Cough', comment: 'Brings a form' });
    expect(booked).toMatchObject({
      status: 'booked',
      start: slot!.start,
      end: slot!.end,
      minutesDuration: 30,
      slot: [{ reference: `Slot/${slot!.id}` }],
      serviceType: slot!.serviceType,
      reasonCode: [{ text: 'Cough' }],
      comment: 'Brings a form',
    });
    expect(booked.participant.map(({ actor }) => actor?.reference)).toEqual([
      `Patient/${patient.id}`,
      `Practitioner/${desk.demo('provider-1').id}`,
    ]);
    expect(await state(slot!)).toBe('busy 1');
  });

  test('is the same again for the same patient, and a conflict for another', async () => {
    const [slot] = await desk.newSlots();
    const [patient, other] = [await desk.newPatient(), await desk.newPatient()];
    const first = await desk.book(slot!, patient);
    expect((await desk.book(slot!, patient)).id).toBe(first.id);
    expect(await answerOf(desk.book(slot!, other))).toBe('conflict slot');
    const arrived = await desk.medplum.updateResource({ ...first, status: 'arrived' });
    expect((await desk.book(slot!, patient)).meta?.versionId).toBe(arrived.meta?.versionId);
  });

  test.each([
    [1, 50],
    [3, 50],
    [20, 60],
  ])('with %d places for %d patients at once', async (capacity, count) => {
    const [slot] = await desk.newSlots({ ...MORNINGS, capacity });
    const patients = await Promise.all(Array.from({ length: count }, () => desk.newPatient()));
    const book = (patient: WithId<Patient>): Promise<unknown> => untilDecided(() => desk.book(slot!, patient));
    const answers = await Promise.all(patients.map((patient) => answerOf(book(patient))));
    expect(answers.filter((answer) => answer === 'done')).toHaveLength(capacity);
    expect(answers.filter((answer) => answer === 'conflict slot')).toHaveLength(count - capacity);
    expect(await state(slot!)).toBe(`busy ${capacity}`);
    const booked = await desk.medplum.searchResources('Appointment', { slot: `Slot/${slot!.id}`, _count: 100 });
    expect(booked.map(({ status }) => status)).toEqual(Array.from({ length: capacity }, () => 'booked'));
  });

  test('of one slot costs its bot at most four requests, for a person of the staff too', async () => {
    const [slot] = await desk.newSlots();
    const patient = await desk.newPatient();
    const practitioner = await desk.medplum.createResource({ resourceType: 'Practitioner', active: true });
    const coding = [{ system: 'https://careline.dev/fhir/CodeSystem/role', code: 'front-desk' }];
    await desk.medplum.createResource({
      resourceType: 'PractitionerRole',
      active: true,
      practitioner: createReference(practitioner),
      code: [{ coding }],
    });
    const requests: string[] = [];
    const fhir = watchedClient(desk, (url, options) => {
      requests.push(`${options.method} ${url}`);
      return fetch(url, options);
    });
    const input = { slot: `Slot/${slot!.id}`, patient: `Patient/${patient.id}` };
    const event = {
      bot: {},
      contentType: 'application/json',
      secrets: {},
      input,
      requester: createReference(practitioner),
    };
    const booked = (await bookBot.handle({ fhir, now: new Date(desk.clock.now()), secrets: {} }, event)) as Appointment;
    expect(booked.status).toBe('booked');
    expect(requests.length).toBeLessThanOrEqual(4);
  });

  test('is refused for what does not exist or is not in use, and nothing is written', async () => {
    const [slot, next, gap] = await desk.newSlots();
    const patient = await desk.newPatient();
    const inactive = await desk.newPatient({ active: false });
    const [closed] = await desk.newSlots();
    const schedule = await desk.medplum.readReference(closed!.schedule);
    await desk.medplum.updateResource({ ...schedule, active: false });
    const nobody = { ...patient, id: NOBODY };
    expect(await answerOf(desk.book(slot!, nobody))).toBe('not-found patient');
    expect(await answerOf(desk.book(slot!, inactive))).toBe('business-rule patient');
    expect(await answerOf(desk.book({ ...slot!, id: NOBODY }, patient))).toBe('not-found slot');
    expect(await answerOf(desk.book([slot!, gap!], patient))).toBe('business-rule slot');
    expect(await answerOf(desk.book(closed!, patient))).toMatch(/(business-rule|not-found) slot/);
    expect(await answerOf(desk.book(slot!, patient, { appointment: `Appointment/${NOBODY}` }))).toBe(
      'not-found appointment',
    );
    expect(await answerOf(desk.call('Slot/$book', 'text'))).toMatch(/^(value|invalid)/);
    expect(await answerOf(desk.call('Slot/$book', { patient: `Patient/${patient.id}` }))).toBe('required slot');
    expect(await answerOf(desk.book(slot!, patient, { slots: 1 }))).toBe('value slots');
    expect([await state(slot!), await state(next!), await state(gap!)]).toEqual(['free 0', 'free 0', 'free 0']);
    expect(await desk.medplum.searchResources('Appointment', { patient: `Patient/${patient.id}` })).toHaveLength(0);
  });

  test('two slots in a row, or a provider and a room, are one visit, all or nothing', async () => {
    const [first, second, third] = await desk.newSlots();
    const room = { actor: [{ reference: `Location/${desk.demo('room').id}` }] };
    const [roomFirst, roomSecond] = await desk.newSlots(MORNINGS, room);
    const [patient, other, last] = [await desk.newPatient(), await desk.newPatient(), await desk.newPatient()];
    const visit = await desk.book([second!, first!, roomFirst!, roomSecond!], patient);
    expect([visit.start, visit.end, visit.minutesDuration]).toEqual([first!.start, second!.end, 60]);
    expect(visit.participant).toHaveLength(3);
    expect(await answerOf(desk.book([third!, second!], other))).toBe('conflict slot');
    expect(await state(third!)).toBe('free 0');
    expect(await answerOf(desk.book(third!, last))).toBe('done');
  });

  test('overlapping slots of different services exclude each other, buffers included', async () => {
    const long = await desk.newService('long');
    const pattern = { ...MORNINGS, duration: 60, bufferAfter: 15, alignmentInterval: 30 };
    const slots = await desk.newSlots(MORNINGS, {}, [[long, pattern]]);
    const at = (time: string, minutes: number): WithId<Slot> =>
      slots.find(
        ({ start, end }) => start.slice(11, 16) === time && Date.parse(end) - Date.parse(start) === minutes * 60_000,
      )!;
    const [patient, other] = [await desk.newPatient(), await desk.newPatient()];
    await desk.book(at('09:00', 60), patient);
    expect(await Promise.all(['09:00', '09:30', '10:00', '10:30'].map((time) => state(at(time, 30))))).toEqual([
      'busy 0',
      'busy 0',
      'busy 0',
      'free 0',
    ]);
    expect(await answerOf(desk.book(at('10:00', 30), other))).toBe('conflict slot');
    expect(await answerOf(desk.book(at('10:30', 30), other))).toBe('done');
    expect(await state(at('10:30', 60))).toBe('busy 0');
  });

  test('of overlapping slots at once, exactly one is booked', async () => {
    const long = await desk.newService('race');
    const slots = await desk.newSlots({ ...MORNINGS, capacity: 2 }, {}, [[long, { ...MORNINGS, duration: 90 }]]);
    const rivals = slots.filter(({ start }) => start.slice(0, 16) < slots[0]!.start.slice(0, 11) + '10:30');
    const patients = await Promise.all(rivals.map(() => desk.newPatient()));
    await Promise.all(rivals.map((slot, index) => answerOf(desk.book(slot, patients[index]!))));
    const lengthOf = ({ start, end }: Slot): number => (Date.parse(end) - Date.parse(start)) / 60_000;
    const taken = await Promise.all(
      rivals.map(async (slot) => [lengthOf(slot), cachedTaken(await desk.slot(slot)) ?? 0]),
    );
    const sumOf = (length: number): number => taken.filter(([of]) => of === length).reduce((sum, [, n]) => sum + n!, 0);
    expect([sumOf(90), sumOf(30)]).toEqual(sumOf(90) > 0 ? [1, 0] : [0, 3]);
  });

  test('beyond its places needs a role and a reason, and marks the slot', async () => {
    const [slot] = await desk.newSlots();
    const [patient, other] = [await desk.newPatient(), await desk.newPatient()];
    await desk.book(slot!, patient);
    expect(await answerOf(desk.book(slot!, other, { overbook: true }))).toBe('required reason');
    expect((await desk.book(slot!, other, { overbook: true, reason: 'In pain' })).status).toBe('booked');
    expect(await desk.slot(slot!)).toMatchObject({ overbooked: true, status: 'busy' });
  });

  test('keeps to the rules of the Schedule; staff may step over them with a reason', async () => {
    const notice = { url: 'minimumNotice', valueDuration: { value: 12, unit: 'h', code: 'h' } };
    const horizon = { url: 'maximumHorizon', valueDuration: { value: 1, unit: 'd', code: 'd' } };
    const rules = { extension: [{ url: BOOKING_RULES, extension: [notice, horizon] }] };
    const slots = await desk.newSlots(MORNINGS, rules);
    const patient = await desk.newPatient();
    const [soon, late] = [slots[0]!, slots.at(-1)!];
    expect(await answerOf(desk.book(soon, patient))).toBe('business-rule slot');
    expect(await answerOf(desk.book(late, patient))).toBe('business-rule slot');
    expect(await answerOf(desk.book(soon, patient, { reason: 'Urgent' }))).toBe('done');
  });

  test('a past slot is refused, and one that another program took', async () => {
    const slots = await desk.newSlots();
    const patient = await desk.newPatient();
    const past: Slot = { ...slots[0]!, id: undefined, start: '2026-03-01T09:00:00Z', end: '2026-03-01T09:30:00Z' };
    expect(await answerOf(desk.book(await desk.medplum.createResource(past), patient))).toBe('business-rule slot');
    const native: Slot = {
      resourceType: 'Slot',
      schedule: slots[1]!.schedule,
      start: slots[1]!.start,
      end: slots[1]!.end,
      status: 'busy',
    };
    await desk.medplum.createResource(native);
    expect(await answerOf(desk.book(slots[1]!, patient))).toBe('conflict slot');
  });
});

describe('Holding', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await startDesk();
  });
  afterAll(() => desk.close());

  const people = async (): Promise<[WithId<Patient>, WithId<Patient>]> => [
    await desk.newPatient(),
    await desk.newPatient(),
  ];

  test('keeps a place for one patient, until it is booked', async () => {
    const [slot] = await desk.newSlots();
    const [patient, other] = await people();
    const held = await desk.hold(slot!, patient);
    const expires = new Date(desk.clock.now() + 600_000).toISOString();
    expect(held.status).toBe('pending');
    expect(getExtensionValue(held, 'https://careline.dev/fhir/StructureDefinition/hold-expires')).toBe(expires);
    expect((await desk.slot(slot!)).status).toBe('busy-tentative');
    expect((await desk.hold(slot!, patient)).id).toBe(held.id);
    expect(await answerOf(desk.book(slot!, other))).toBe('conflict slot');
    expect(await answerOf(desk.book(slot!, other, { appointment: `Appointment/${held.id}` }))).toBe(
      'forbidden appointment',
    );
    const booked = await desk.book(slot!, patient, { appointment: `Appointment/${held.id}` });
    expect([booked.id, booked.status, booked.extension?.some(({ url }) => url.endsWith('hold-expires'))]).toEqual([
      held.id,
      'booked',
      false,
    ]);
    expect(await desk.slot(slot!)).toMatchObject({ status: 'busy' });
  });

  test('is not what somebody proposed: that is booked like any other, whatever slot it names', async () => {
    const [slot, free] = await desk.newSlots();
    const patient = await desk.newPatient();
    await desk.book(slot!, await desk.newPatient());
    const participant = [{ actor: createReference(patient), status: 'accepted' } as const];
    const asked = { resourceType: 'Appointment', status: 'proposed', participant } as const;
    const { start, end } = slot!;
    const claims = await desk.medplum.createResource<Appointment>({
      ...asked,
      start,
      end,
      slot: [createReference(slot!)],
    });
    const claim = desk.book(slot!, patient, { appointment: `Appointment/${claims.id}` });
    expect(await answerOf(claim)).toBe('conflict slot');
    const open = await desk.medplum.createResource<Appointment>(asked);
    const booked = await desk.book(free!, patient, { appointment: `Appointment/${open.id}` });
    expect(booked).toMatchObject({ id: open.id, status: 'booked', start: free!.start, participant: [{}, {}] });
    expect((await desk.slot(free!)).status).toBe('busy');
  });

  test('lasts 1 to 60 minutes', async () => {
    const [slot] = await desk.newSlots();
    const [patient] = await people();
    expect(await answerOf(desk.hold(slot!, patient, { minutes: 0 }))).toBe('value minutes');
    expect(await answerOf(desk.hold(slot!, patient, { minutes: 61 }))).toBe('value minutes');
    expect(await answerOf(desk.hold(slot!, patient, { minutes: 60 }))).toBe('done');
  });

  test('is booked by the patient without naming it, but not for other slots', async () => {
    const [slot, next] = await desk.newSlots();
    const [patient] = await people();
    const held = await desk.hold(slot!, patient);
    expect(await answerOf(desk.book(next!, patient, { appointment: `Appointment/${held.id}` }))).toBe(
      'business-rule slot',
    );
    expect((await desk.book(slot!, patient)).id).toBe(held.id);
  });
});
