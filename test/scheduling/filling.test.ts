import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, Schedule, Slot, Task, UserConfiguration } from '@medplum/fhirtypes';
import { TASK_CODE } from '../../bots/runtime/contract.ts';
import { DAYS } from '../../bots/scheduling/availability.ts';
import { GENERATION_CODE, GENERATION_SID } from '../../bots/scheduling/generation-task.ts';
import { SLOT_HORIZON } from '../../bots/scheduling/names.ts';
import { setDeliveries } from '../appointments.ts';
import { startDesk } from './desk.ts';
import type { Desk } from './desk.ts';
import { withPattern } from './fixtures.ts';

const HOURS = [{ days: DAYS, from: '09:00', to: '12:00' }];
const DAY_MS = 86_400_000;

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk('2026-03-02T02:05:00Z', true);
});
afterAll(() => desk.close());

/** A Schedule that takes part. */
const newSchedule = (days: number, more: Partial<Schedule> = {}): Promise<WithId<Schedule>> =>
  desk.medplum.createResource<Schedule>(
    withPattern(
      {
        resourceType: 'Schedule',
        active: true,
        actor: [createReference(desk.demo('provider-1')) as Schedule['actor'][number]],
        extension: [{ url: SLOT_HORIZON, valuePositiveInt: days }],
        ...more,
      },
      desk.service,
      { hours: HOURS, duration: 30, zone: 'Europe/Vienna' },
    ),
  );
const countOf = async ({ id }: WithId<Schedule>): Promise<number> =>
  (
    await desk.medplum.searchResources(
      'Slot',
      { schedule: `Schedule/${id}`, _tag: 'generated', _count: '1000' },
      { cache: 'reload' },
    )
  ).length;
const allow = async (bot: string, points: number | undefined): Promise<void> => {
  const found = await desk.medplum.searchOne('UserConfiguration', `name=careline-scheduling-${bot}`, {
    cache: 'reload',
  });
  usual.set(bot, usual.get(bot) ?? found?.option);
  const option = points === undefined ? usual.get(bot) : [{ id: 'fhirQuota', valueInteger: points }];
  await desk.medplum.updateResource<UserConfiguration>({ ...found!, option });
};
const usual = new Map<string, UserConfiguration['option']>();

test('every night each Schedule gets its turn, whatever becomes of one and where the quota ends', async () => {
  await setDeliveries(desk, 'off');
  const schedules = [await newSchedule(20), await newSchedule(20), await newSchedule(20), await newSchedule(20)];
  // One whose Task cannot be gone on with.
  const [broken] = schedules.splice(1, 1);
  await desk.medplum.createResource<Task>({
    resourceType: 'Task',
    identifier: [{ system: GENERATION_SID, value: broken!.id }],
    status: 'in-progress',
    intent: 'order',
    code: { coding: [{ system: TASK_CODE, code: GENERATION_CODE }] },
    focus: createReference(broken!),
    input: [{ type: { text: 'window' }, valuePeriod: { start: '2026-03-02T02:00:00Z' } }],
  });
  await allow('extend-slots', 4_000);
  await desk.server.advance({ minutes: 15 });
  await allow('extend-slots', undefined);
  await desk.server.advance({ minutes: 5 });
  expect(await Promise.all(schedules.map(countOf))).toEqual(schedules.map(() => 120));
  await setDeliveries(desk, 'active');
});

test('a block whose bot is out of quota stands all the same, and the sweep does what is left', async () => {
  const slots = await desk.newSlots();
  const booked: WithId<Appointment> = await desk.book(slots[1]!, await desk.newPatient());
  await desk.server.advance({ minutes: 1 });
  const { start } = slots[0]!;
  const end = new Date(Date.parse(start) + 3_600_000).toISOString();
  const body = { schedule: slots[0]!.schedule.reference, start, end, reason: 'Away' };
  await allow('block', 330);
  const shut = await desk.call<WithId<Slot>>('Slot/$block', body);
  await allow('block', undefined);
  expect(shut.status).toBe('busy-unavailable');
  const left = async (): Promise<Slot[]> =>
    desk.medplum.searchResources('Slot', { _id: slots[0]!.id }, { cache: 'reload' });
  expect(await left()).toHaveLength(1);
  await desk.server.advance({ minutes: 6 });
  expect(await left()).toHaveLength(0);
  const tickets = await desk.medplum.searchResources('Task', { focus: `Appointment/${booked.id}`, code: 'ticket' });
  expect(tickets).toHaveLength(1);
});

test('one Task that cannot be gone on with does not keep others from it', async () => {
  const schedule = await newSchedule(1, { extension: [] });
  const other = await newSchedule(1, { extension: [] });
  const from = new Date(desk.clock.now() + DAY_MS).toISOString();
  const to = new Date(desk.clock.now() + 2 * DAY_MS).toISOString();
  for (const [of, valuePeriod] of [
    [schedule, { start: from }],
    [other, { start: from, end: to }],
  ] as const) {
    await desk.medplum.createResource<Task>({
      resourceType: 'Task',
      identifier: [{ system: GENERATION_SID, value: of.id }],
      status: 'in-progress',
      intent: 'order',
      code: { coding: [{ system: TASK_CODE, code: GENERATION_CODE }] },
      focus: createReference(of),
      input: [{ type: { text: 'window' }, valuePeriod }],
    });
  }
  await desk.server.advance({ minutes: 3 });
  expect(await countOf(other)).toBe(6);
});
