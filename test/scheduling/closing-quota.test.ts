import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { OperationOutcomeError } from '@medplum/core';
import type { Appointment, Schedule, Slot, Task, UserConfiguration } from '@medplum/fhirtypes';
import { CLOSING_CODE, closingOf, entriesOf, newClosing } from '../../bots/scheduling/closing-task.ts';
import { follow } from '../../bots/scheduling/closing-follow.ts';
import { workOff } from '../../bots/scheduling/closing.ts';
import { skipTo } from '../appointments.ts';
import { MORNINGS, startDesk } from './desk.ts';
import type { Desk } from './desk.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What a minute allows the bot, in points: from nothing at all to about what the whole closing costs. */
const QUOTAS = [10, 150, 300, 600, 1_200, 2_000];

let desk: Desk;
let configuration: WithId<UserConfiguration>;
let usual: UserConfiguration['option'];
beforeAll(async () => {
  desk = await startDesk(undefined, true);
  configuration = (await desk.medplum.searchOne('UserConfiguration', 'name=careline-scheduling-close'))!;
  usual = configuration.option;
});
afterAll(() => desk.close());

async function allow(points: number | undefined): Promise<void> {
  const option = points === undefined ? usual : [{ id: 'fhirQuota', valueInteger: points }];
  await desk.medplum.updateResource({ ...configuration, option });
}

/** A morning with three bookings, a minute of its own, and what closes it. */
async function bookedMorning(): Promise<{ schedule: WithId<Schedule>; booked: WithId<Appointment>[]; body: object }> {
  await desk.server.advance({ minutes: 1 });
  const slots = await desk.newSlots(MORNINGS);
  const booked: WithId<Appointment>[] = [];
  for (const slot of slots.slice(0, 3)) {
    booked.push(await desk.book(slot, await desk.newPatient()));
  }
  await desk.server.drain();
  const schedule = await desk.medplum.readReference<Schedule>(slots[0]!.schedule);
  const { start } = slots[0]!;
  const end = new Date(Date.parse(start) + 4 * HOUR_MS).toISOString();
  return {
    schedule,
    booked,
    body: { schedule: `Schedule/${schedule.id}`, start, end, reason: 'Ill', cancel: true },
  };
}

const closingsOf = ({ id }: WithId<Schedule>): Promise<WithId<Task>[]> =>
  desk.medplum.searchResources('Task', { focus: `Schedule/${id}`, code: CLOSING_CODE }, { cache: 'reload' });
const statuses = (appointments: readonly WithId<Appointment>[]): Promise<string[]> =>
  Promise.all(
    appointments.map(
      async ({ id }) => (await desk.medplum.readResource('Appointment', id, { cache: 'reload' })).status,
    ),
  );
const blocksOf = ({ id }: WithId<Schedule>): Promise<WithId<Slot>[]> =>
  desk.medplum.searchResources('Slot', { schedule: `Schedule/${id}`, status: 'busy-unavailable' }, { cache: 'reload' });

test.each(QUOTAS)(
  'with a quota of %d a closing is refused and leaves nothing, or is done to its end',
  async (quota) => {
    const { schedule, booked, body } = await bookedMorning();
    await allow(quota);
    await desk.server.advance({ minutes: 1 });
    const answer = await desk.call<Task>('Schedule/$close', body).catch((thrown: unknown) => thrown);
    await allow(undefined);
    const closings = await closingsOf(schedule);
    if (answer instanceof OperationOutcomeError) {
      expect(answer.outcome.issue[0]?.code).toBe('throttled');
      expect([closings.length, (await blocksOf(schedule)).length]).toEqual([0, 0]);
      await desk.server.advance({ minutes: 2 });
      expect(await statuses(booked)).toEqual(['booked', 'booked', 'booked']);
      return;
    }
    expect(closings.map(({ id }) => id)).toEqual([(answer as WithId<Task>).id]);
    expect((answer as Task).status).toBe('in-progress');
    // The cron job has a quota of its own.
    await desk.server.advance({ minutes: 3 });
    expect(await statuses(booked)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    const [task] = await closingsOf(schedule);
    expect([task?.status, entriesOf(task!).length]).toEqual(['completed', 3]);
  },
);

test('the quotas that are tried lead to both', async () => {
  const closings = await desk.medplum.search('Task', `code=${CLOSING_CODE}&_summary=count`);
  expect(closings.total).toBeGreaterThan(1);
  expect(closings.total).toBeLessThan(QUOTAS.length);
});

test('a closing that ran out of time is not done before all its Appointments were gone through', async () => {
  const { schedule, booked, body } = await bookedMorning();
  const { start, end } = body as { start: string; end: string };
  const closing = { time: { start: new Date(start), end: new Date(end) }, cancel: true };
  const opened = await desk.medplum.createResource(newClosing(schedule, closing, 'Ill', new Date(desk.clock.now())));
  expect(closingOf(opened)).toEqual(closing);
  let looked = 0;
  const run = { fhir: desk.medplum, now: new Date(desk.clock.now()), secrets: {} };
  const worked = await workOff(run, opened, schedule, () => looked++ < 1);
  expect([worked.isThrough, entriesOf(worked.task).length]).toEqual([false, 1]);
  // The message has left, and the minute in which somebody may still be booking is over.
  await desk.server.drain();
  const later = { ...run, now: new Date(desk.clock.now() + 2 * MINUTE_MS) };
  expect((await follow(later, worked)).status).toBe('in-progress');
  await skipTo(desk, later.now.toISOString());
  await desk.server.advance({ minutes: 2 });
  expect(await statuses(booked)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  expect((await closingsOf(schedule))[0]?.status).toBe('completed');
});
