import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference, minutesToSchedulingDuration, setHealthcareServiceSchedulingParameter } from '@medplum/core';
import type { HealthcareService, Resource, Schedule, Slot } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import { DAYS, offerOf } from '../../bots/scheduling/availability.ts';
import { cachedTaken, capacityOf } from '../../bots/scheduling/places.ts';
import { answerOf, MORNINGS, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';
import { scheduleOf, serviceOf, withPattern } from './fixtures.ts';
import type { Pattern } from './fixtures.ts';

const TIMEZONE = 'http://hl7.org/fhir/StructureDefinition/timezone';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.close());

const newSchedule = (schedule: Partial<Schedule>): Promise<WithId<Schedule>> =>
  desk.medplum.createResource<Schedule>({ resourceType: 'Schedule', active: true, actor: [], ...schedule });

async function generate(schedule: WithId<Schedule>, days = 1): Promise<WithId<Slot>[]> {
  const start = DateTime.fromISO('2026-03-03', { zone: 'Europe/Vienna' });
  const window = { start: start.toISO(), end: start.plus({ days }).toISO() };
  const reference = `Schedule/${schedule.id}`;
  await desk.call('Schedule/$generate-slots', { schedule: reference, ...window });
  return desk.medplum.searchResources('Slot', `schedule=${reference}&_sort=start,end&_count=1000`);
}

const clock = (slots: readonly Slot[]): string[] =>
  slots.map(({ start, end }) => `${start.slice(11, 16)}-${end.slice(11, 16)}${start.slice(19)}`);

describe('Availability', () => {
  test('is that of everybody and everything that can have a Schedule', async () => {
    const provider = createReference(desk.demo('provider-1'));
    const actors: Resource[] = await Promise.all([
      desk.medplum.createResource({ resourceType: 'Practitioner', active: true }),
      desk.medplum.createResource({ resourceType: 'PractitionerRole', active: true, practitioner: provider as never }),
      desk.medplum.createResource({ resourceType: 'Location', status: 'active' }),
      desk.medplum.createResource({ resourceType: 'Device', status: 'active' }),
    ]);
    for (const actor of actors) {
      const reference = createReference(actor);
      const empty = await newSchedule({ actor: [reference as Schedule['actor'][number]] });
      const slots = await generate(await desk.medplum.updateResource(withPattern(empty, desk.service, MORNINGS)));
      expect([actor.resourceType, slots.length]).toEqual([actor.resourceType, 6]);
      const booked = await desk.book(slots[0]!, await desk.newPatient());
      expect(booked.participant.map((participant) => participant.actor?.reference)).toContain(reference.reference);
    }
  });

  test('has several windows a day, and services of their own length, grid, buffer and capacity', async () => {
    const group = await desk.newService('group');
    const long = await desk.newService('long');
    const two = [
      { days: DAYS, from: '14:00', to: '15:00' },
      { days: DAYS, from: '09:00', to: '10:00' },
    ];
    const patterns: [WithId<HealthcareService>, Pattern][] = [
      [desk.service, { ...MORNINGS, hours: two }],
      [group, { ...MORNINGS, hours: two.slice(0, 1), duration: 45, capacity: 12, bufferBefore: 5, bufferAfter: 10 }],
      [long, { ...MORNINGS, hours: two.slice(1), duration: 40, alignmentInterval: 20, alignmentOffset: 10 }],
    ];
    const actor = [createReference(desk.demo('provider-1')) as Schedule['actor'][number]];
    const empty: Schedule = { resourceType: 'Schedule', active: true, actor };
    const slots = await generate(
      await newSchedule(patterns.reduce((made, [service, said]) => withPattern(made, service, said), empty)),
    );
    expect(clock(slots)).toEqual(
      ['09:00-09:30', '09:10-09:50', '09:30-10:00', '14:00-14:30', '14:05-14:50', '14:30-15:00'].map(
        (time) => `${time}+01:00`,
      ),
    );
    expect(slots.map(capacityOf)).toEqual([1, 1, 1, 1, 12, 1]);
  });

  test('that is to be another from next month on is a second Schedule of the same actor', async () => {
    const actor = [createReference(desk.demo('provider-1')) as Schedule['actor'][number]];
    const afternoons: Pattern = { ...MORNINGS, hours: [{ days: DAYS, from: '14:00', to: '15:00' }] };
    const now = await newSchedule({ actor, planningHorizon: { end: '2026-03-04' } });
    const then = await newSchedule({ actor, planningHorizon: { start: '2026-03-05' } });
    await generate(await desk.medplum.updateResource(withPattern(now, desk.service, MORNINGS)), 4);
    await generate(await desk.medplum.updateResource(withPattern(then, desk.service, afternoons)), 4);
    const daysOf = async (schedule: Schedule): Promise<string[]> => {
      const slots = await desk.medplum.searchResources('Slot', `schedule=Schedule/${schedule.id}&_count=1000`);
      return [...new Set(slots.map(({ start }) => start.slice(0, 10)))].sort();
    };
    expect(await daysOf(now)).toEqual(['2026-03-03', '2026-03-04']);
    expect(await daysOf(then)).toEqual(['2026-03-05', '2026-03-06']);
  });

  test("is by the clock of the Schedule, else the service's, else the actor's, else the clinic's", () => {
    const bare = serviceOf('visit', 30);
    const hours = [{ daysOfWeek: ['tue' as const], availableStartTime: '09:00:00', availableEndTime: '10:00:00' }];
    const service = { ...bare, availableTime: hours };
    const parameter = { url: 'timezone', valueCode: 'Asia/Tokyo' } as const;
    const zoned = setHealthcareServiceSchedulingParameter(service, parameter);
    const actor: Resource = {
      resourceType: 'Practitioner',
      extension: [{ url: TIMEZONE, valueCode: 'America/New_York' }],
    };
    const own = withPattern(scheduleOf([]), service, { ...MORNINGS, zone: 'Europe/Vienna' });
    const plain = scheduleOf([]);
    expect(offerOf(own, zoned, actor, 'UTC').zone).toBe('Europe/Vienna');
    expect(offerOf(plain, zoned, actor, 'UTC').zone).toBe('Asia/Tokyo');
    expect(offerOf(plain, service, actor, 'UTC').zone).toBe('America/New_York');
    expect(offerOf(plain, service, undefined, 'UTC').zone).toBe('UTC');
  });

  test("takes a service's own buffers, grid and capacity where the Schedule says nothing", () => {
    let service: WithId<HealthcareService> = serviceOf('visit', 30);
    for (const [url, minutes] of [
      ['bufferBefore', 5],
      ['bufferAfter', 10],
      ['alignmentInterval', 15],
    ] as const) {
      const valueDuration = minutesToSchedulingDuration(minutes);
      service = setHealthcareServiceSchedulingParameter(service, { url, valueDuration });
    }
    service = setHealthcareServiceSchedulingParameter(service, { url: 'slotCapacity', valuePositiveInt: 7 });
    const hours = [{ daysOfWeek: ['tue' as const], availableStartTime: '09:00:00', availableEndTime: '10:00:00' }];
    expect(offerOf(scheduleOf([]), { ...service, availableTime: hours }, undefined, 'UTC')).toMatchObject({
      bufferBefore: 5,
      bufferAfter: 10,
      alignment: { interval: 15, offset: 0 },
      capacity: 7,
    });
  });
});

test('A night shift: a slot across midnight is booked, shuts what overlaps it on both days, and is moved', async () => {
  const night = await desk.newService('night');
  const hours = [{ days: DAYS, from: '22:30', to: '01:30' }];
  const slots = await desk.newSlots({ ...MORNINGS, hours, duration: 60 }, {}, [
    [night, { ...MORNINGS, hours, duration: 30 }],
  ]);
  const at = (time: string, minutes: number): WithId<Slot> =>
    slots.find(
      ({ start, end }) => start.slice(11, 16) === time && Date.parse(end) - Date.parse(start) === minutes * 60_000,
    )!;
  const across = at('23:30', 60);
  expect(across.end.slice(0, 16)).toBe('2026-03-03T00:30');
  const booking = await desk.book(across, await desk.newPatient());
  const states = (): Promise<string[]> =>
    Promise.all(['23:00', '23:30', '00:00', '00:30'].map(async (time) => (await desk.slot(at(time, 30))).status));
  expect(await states()).toEqual(['free', 'busy', 'busy', 'free']);
  const move = { appointment: `Appointment/${booking.id}`, slot: `Slot/${at('22:30', 60).id}` };
  await desk.call('Appointment/$rebook', move);
  expect(await states()).toEqual(['busy', 'free', 'free', 'free']);
});

describe('One booking over several Schedules', () => {
  test('is all or nothing, whoever else wants a part of it at the same moment', async () => {
    const rooms = { actor: [createReference(desk.demo('room')) as Schedule['actor'][number]] };
    const [provider, room] = [await desk.newSlots(), await desk.newSlots(MORNINGS, rooms)];
    const people = await Promise.all(Array.from({ length: 24 }, () => desk.newPatient()));
    const [first, second, roomFirst, roomSecond] = [provider[0]!, provider[1]!, room[0]!, room[1]!];
    const wishes = [
      [first, roomFirst],
      [roomFirst, first],
      [first, second, roomFirst, roomSecond],
      [roomFirst],
      [first],
    ];
    const wishOf = (index: number): WithId<Slot>[] => wishes[index % wishes.length]!;
    const answers = await Promise.all(people.map((patient, index) => answerOf(desk.book(wishOf(index), patient))));
    expect(new Set(answers)).toEqual(new Set(['done', 'conflict slot']));

    const slots = [first, second, roomFirst, roomSecond];
    const stored = await Promise.all(slots.map((slot) => desk.slot(slot)));
    const won = answers.flatMap((answer, index) => (answer === 'done' ? wishOf(index) : []));
    expect(stored.map((slot) => cachedTaken(slot))).toEqual(
      slots.map((slot) => won.filter(({ id }) => id === slot.id).length),
    );
    expect(stored.every((slot) => (cachedTaken(slot) ?? 0) <= 1)).toBe(true);
    const booked = await Promise.all(
      slots.map((slot) => desk.medplum.searchResources('Appointment', { slot: `Slot/${slot.id}`, status: 'booked' })),
    );
    const visits = new Set(booked.flat().map(({ id }) => id));
    expect(visits.size).toBe(answers.filter((answer) => answer === 'done').length);
  });
});

test('a window across the day of a schedule that is over makes nothing', async () => {
  const actor = [createReference(desk.demo('provider-1')) as Schedule['actor'][number]];
  const over = await newSchedule({ actor, planningHorizon: { end: '2026-02-01' } });
  expect(await generate(await desk.medplum.updateResource(withPattern(over, desk.service, MORNINGS)), 3)).toHaveLength(
    0,
  );
});
