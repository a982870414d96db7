import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { OperationOutcomeError } from '@medplum/core';
import type { Appointment, HealthcareService, Schedule, Slot, Task } from '@medplum/fhirtypes';
import { DAYS } from '../../bots/scheduling/availability.ts';
import { GENERATION_TIMEOUT } from '../../bots/scheduling/generation.ts';
import { SLOT_HORIZON } from '../../bots/scheduling/names.ts';
import { loadBots } from '../../scripts/lib/bots.ts';
import { setDeliveries } from '../appointments.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { withPattern } from './fixtures.ts';
import type { Pattern } from './fixtures.ts';

const HOURS = [{ days: DAYS, from: '09:00', to: '12:00' }];
const PATTERN: Pattern = { hours: HOURS, duration: 30, zone: 'Europe/Vienna' };

describe('Slots of a Schedule', () => {
  let clinic: Clinic;
  let service: WithId<HealthcareService>;
  beforeAll(async () => {
    clinic = await startClinic({ now: '2026-03-02T02:00:00Z' });
    service = clinic.demo('service') as WithId<HealthcareService>;
  });
  afterAll(() => clinic.close());

  const newSchedule = (pattern: Pattern, more: Partial<Schedule> = {}): Promise<WithId<Schedule>> =>
    clinic.medplum.createResource<Schedule>(
      withPattern(
        {
          resourceType: 'Schedule',
          active: true,
          actor: [{ reference: `Practitioner/${clinic.demo('provider-1').id}` }],
          ...more,
        },
        service,
        pattern,
      ),
    );

  const generate = async (schedule: Schedule, start: string, end: string): Promise<Record<string, number>> => {
    const body = { schedule: `Schedule/${schedule.id}`, start, end };
    const { parameter } = await clinic.call<{ parameter: { name: string; valueInteger: number }[] }>(
      'Schedule/$generate-slots',
      body,
    );
    return Object.fromEntries(parameter.map(({ name, valueInteger }) => [name, valueInteger]));
  };

  const slotsOf = (schedule: Schedule, query = ''): Promise<WithId<Slot>[]> =>
    clinic.medplum.searchResources('Slot', `schedule=Schedule/${schedule.id}&_sort=start&_count=1000${query}`);

  const refusal = async (call: Promise<unknown>): Promise<string> => {
    const thrown = await call.then(
      () => undefined,
      (error: unknown) => error,
    );
    const [issue] = thrown instanceof OperationOutcomeError ? thrown.outcome.issue : [];
    return `${issue?.code} ${issue?.expression?.[0]}`;
  };

  test('are made once, and a second time nothing is written', async () => {
    const schedule = await newSchedule(PATTERN);
    const week = ['2026-03-03T00:00:00Z', '2026-03-17T00:00:00Z'] as const;
    expect(await generate(schedule, ...week)).toEqual({ created: 84, kept: 0, removed: 0, remaining: 0 });
    const made = await slotsOf(schedule);
    expect(made).toHaveLength(84);
    expect(made[0]).toMatchObject({ status: 'free', start: '2026-03-03T09:00:00+01:00' });
    expect(await generate(schedule, ...week)).toEqual({ created: 0, kept: 84, removed: 0, remaining: 0 });
    const versions = (slots: readonly Slot[]): unknown[] => slots.map(({ meta }) => meta?.versionId);
    expect(versions(await slotsOf(schedule))).toEqual(versions(made));
    const [task] = await clinic.medplum.searchResources('Task', { focus: `Schedule/${schedule.id}` });
    expect(task?.status).toBe('completed');
  });

  test('two people who ask at the same time do not make a slot twice', async () => {
    const schedule = await newSchedule(PATTERN);
    const ask = () => generate(schedule, '2026-03-03T00:00:00Z', '2026-04-03T00:00:00Z');
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.reduce((sum, { created = 0 }) => sum + created, 0)).toBe(31 * 6);
    const starts = (await slotsOf(schedule)).map(({ start }) => start);
    expect([starts.length, new Set(starts).size]).toEqual([31 * 6, 31 * 6]);
  });

  test('follow a change of the Schedule, without what is past and what is booked', async () => {
    const schedule = await newSchedule(PATTERN);
    await generate(schedule, '2026-03-03T00:00:00Z', '2026-03-05T00:00:00Z');
    const [first] = await slotsOf(schedule);
    const patient = await clinic.newPatient();
    const appointment = await clinic.medplum.createResource({
      resourceType: 'Appointment',
      status: 'booked',
      start: first!.start,
      end: first!.end,
      slot: [{ reference: `Slot/${first!.id}` }],
      participant: [{ status: 'accepted', actor: { reference: `Patient/${patient.id}` } }],
    });
    const later = { ...PATTERN, hours: [{ days: DAYS, from: '14:00', to: '15:00' }] };
    await clinic.medplum.updateResource(withPattern(schedule, service, later));
    await clinic.server.drain();
    const starts = (await slotsOf(schedule)).map(({ start }) => start.slice(0, 16));
    expect(starts).toEqual([
      '2026-03-03T09:00',
      '2026-03-03T14:00',
      '2026-03-03T14:30',
      '2026-03-04T14:00',
      '2026-03-04T14:30',
    ]);
    const tickets = await clinic.medplum.searchResources('Task', {
      focus: `Appointment/${appointment.id}`,
      code: 'ticket',
    });
    expect(tickets.filter(({ identifier }) => identifier?.[0]?.value?.endsWith('/outside-hours'))).toHaveLength(1);
  });

  describe('when their Schedule is deleted', () => {
    const stateOf = async (schedule: Schedule): Promise<unknown> => {
      const [task] = await clinic.medplum.searchResources('Task', { focus: `Schedule/${schedule.id}` });
      return task?.status;
    };

    test('go, but for what is booked, which somebody is told of', async () => {
      const schedule = await newSchedule(PATTERN, { extension: [{ url: SLOT_HORIZON, valuePositiveInt: 3 }] });
      await clinic.server.drain();
      const [, booked] = await slotsOf(schedule);
      const patient = await clinic.newPatient();
      const appointment = await clinic.call<Appointment>('Slot/$book', {
        slot: [`Slot/${booked!.id}`],
        patient: `Patient/${patient.id}`,
      });
      await clinic.medplum.deleteResource('Schedule', schedule.id);
      await clinic.server.drain();
      expect((await slotsOf(schedule)).map(({ id, status }) => [id, status])).toEqual([[booked!.id, 'busy']]);
      const tickets = { focus: `Appointment/${appointment.id}`, code: 'ticket' };
      expect(await clinic.medplum.searchResources('Task', tickets)).toHaveLength(1);
      expect(await stateOf(schedule)).toBe('cancelled');

      await clinic.medplum.updateResource(schedule);
      await clinic.server.drain();
      expect(await slotsOf(schedule)).toHaveLength(3 * 6);
    });

    test('go by the cron job, where a generation was under way', async () => {
      const schedule = await newSchedule(PATTERN);
      await generate(schedule, '2026-03-20T00:00:00Z', '2026-03-22T00:00:00Z');
      const [task] = await clinic.medplum.searchResources('Task', { focus: `Schedule/${schedule.id}` });
      const valuePeriod = { start: '2026-03-20T00:00:00Z', end: '2026-03-22T00:00:00Z' };
      await setDeliveries(clinic, 'off');
      await clinic.medplum.updateResource<Task>({
        ...task!,
        status: 'in-progress',
        input: [{ type: { text: 'window' }, valuePeriod }],
      });
      await clinic.medplum.deleteResource('Schedule', schedule.id);
      await clinic.server.advance({ minutes: 2 });
      expect(await slotsOf(schedule)).toHaveLength(0);
      expect(await stateOf(schedule)).toBe('cancelled');
      await setDeliveries(clinic, 'active');
    });
  });

  test('a Schedule that takes part is filled at once and every night; another is left alone, a lost one cleared', async () => {
    const gone = await newSchedule(PATTERN);
    await generate(gone, '2026-03-10T00:00:00Z', '2026-03-12T00:00:00Z');
    await setDeliveries(clinic, 'off');
    await clinic.medplum.deleteResource('Schedule', gone.id);
    await clinic.server.drain();
    expect(await slotsOf(gone)).toHaveLength(2 * 6);
    await setDeliveries(clinic, 'active');

    const horizon = [{ url: SLOT_HORIZON, valuePositiveInt: 3 }];
    const [taking, other] = await Promise.all([newSchedule(PATTERN, { extension: horizon }), newSchedule(PATTERN)]);
    await clinic.server.drain();
    const filled = await slotsOf(taking);
    expect(filled).toHaveLength(3 * 6);
    await clinic.medplum.deleteResource('Slot', filled[7]!.id);
    await clinic.server.advance({ minutes: 20 });
    await clinic.server.drain();
    expect(await slotsOf(taking)).toHaveLength(3 * 6);
    expect(await slotsOf(other)).toHaveLength(0);
    expect(await slotsOf(gone)).toHaveLength(0);
  });

  test('what was cut off is gone on with by the cron job', async () => {
    const schedule = await newSchedule(PATTERN);
    const start = new Date(clinic.clock.now() + 86_400_000);
    const end = new Date(start.getTime() + 5 * 86_400_000);
    await clinic.medplum.createResource<Task>({
      resourceType: 'Task',
      identifier: [{ system: 'https://careline.dev/fhir/sid/slot-generation', value: schedule.id }],
      status: 'in-progress',
      intent: 'order',
      code: { coding: [{ system: 'https://careline.dev/fhir/CodeSystem/task-code', code: 'generate-slots' }] },
      focus: { reference: `Schedule/${schedule.id}` },
      input: [{ type: { text: 'window' }, valuePeriod: { start: start.toISOString(), end: end.toISOString() } }],
    });
    await clinic.server.advance({ minutes: 2 });
    await clinic.server.drain();
    expect(await slotsOf(schedule)).toHaveLength(5 * 6);
    const [task] = await clinic.medplum.searchResources('Task', { focus: `Schedule/${schedule.id}` });
    expect(task?.status).toBe('completed');
  });

  test('bad input is refused by the name of its parameter', async () => {
    const schedule = await newSchedule(PATTERN);
    const ask = (over: object) =>
      refusal(
        clinic.call('Schedule/$generate-slots', {
          schedule: `Schedule/${schedule.id}`,
          start: '2026-04-01T00:00:00Z',
          end: '2026-04-02T00:00:00Z',
          ...over,
        }),
      );
    expect(await ask({ end: '2026-03-31T00:00:00Z' })).toBe('value end');
    expect(await ask({ end: '2036-03-31T00:00:00Z' })).toBe('value end');
    expect(await ask({ start: '2025-04-01T00:00:00Z', end: '2025-04-02T00:00:00Z' })).toBe('value end');
    expect(await ask({ start: 'tomorrow' })).toBe('value start');
    expect(await ask({ schedule: 'Schedule/00000000-0000-4000-8000-000000000000' })).toBe('not-found schedule');
    expect(await ask({ schedule: undefined })).toBe('required schedule');
    const broken = await newSchedule({ ...PATTERN, capacity: -2 }).catch(() => undefined);
    expect(broken && (await ask({ schedule: `Schedule/${broken.id}` }))).toBe(broken && 'value schedule');
    const empty = await newSchedule({ ...PATTERN, hours: [] }).catch(() => undefined);
    expect(empty && (await ask({ schedule: `Schedule/${empty.id}` }))).toBe(empty && 'business-rule schedule');
    const idle = await newSchedule(PATTERN, { active: false });
    expect(await ask({ schedule: `Schedule/${idle.id}` })).toBe('business-rule schedule');
    expect(await slotsOf(schedule)).toHaveLength(0);
  });
});

test('every bot that fills Schedules may run as long as a run of it takes', async () => {
  const filling = (await loadBots())
    .map(({ definition }) => definition)
    .filter(({ access }) => access.Slot === 'delete');
  expect(filling.map(({ name }) => name)).toContain('scheduling/generate-slots');
  expect(filling.filter(({ timeout }) => timeout !== GENERATION_TIMEOUT)).toEqual([]);
});
