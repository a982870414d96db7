import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Appointment, CarePlan, Encounter, Task } from '@medplum/fhirtypes';
import type { WithId } from '@medplum/core';
import { startClinic } from '../../test/clinic.ts';
import type { Clinic } from '../../test/clinic.ts';
import {
  bookDirectly,
  messagesOf,
  outcomeOf,
  passes,
  setDeliveries,
  setStatus,
  skipTo,
} from '../../test/appointments.ts';

const DONE = {
  appointment: 'fulfilled',
  journeys: ['completed'],
  linked: true,
  stages: { 'pre-visit': 'completed', 'day-of-visit': 'completed', 'post-visit': 'completed' },
  encounters: ['finished'],
};

const MESSAGES = ['after-visit completed', 'appointment-confirmation completed'];

describe('The journey of an outpatient visit', () => {
  let clinic: Clinic;

  beforeAll(async () => {
    clinic = await startClinic({ now: '2030-03-04T12:00:00Z' });
  });

  afterEach(() => setDeliveries(clinic, 'active'));

  afterAll(() => clinic.close());

  const soon = (hours: number): string => new Date(clinic.clock.now() + hours * 3_600_000).toISOString();
  const startEncounter = (appointment: Appointment): Promise<WithId<Encounter>> =>
    clinic.call('Appointment/$start-encounter', { appointment: `Appointment/${appointment.id}` });

  test('runs by itself from the booking to the end', async () => {
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), soon(2));
    await clinic.server.drain();
    expect(await outcomeOf(clinic, appointment)).toEqual({
      appointment: 'booked',
      journeys: ['active'],
      linked: false,
      stages: {
        'pre-visit': 'in-progress',
        'day-of-visit': 'requested',
        'post-visit': 'requested',
        'missed-visit': 'requested',
      },
      messages: ['appointment-confirmation completed'],
      requests: ['completed'],
      encounters: [],
    });

    await clinic.call('Appointment/$check-in', { appointment: `Appointment/${appointment.id}` });
    await clinic.server.drain();
    expect(await outcomeOf(clinic, appointment)).toMatchObject({
      appointment: 'arrived',
      stages: { 'pre-visit': 'completed', 'day-of-visit': 'in-progress', 'post-visit': 'requested' },
    });

    const encounter = await startEncounter(appointment);
    await clinic.server.drain();
    const [plan] = await clinic.medplum.searchResources('CarePlan', `encounter=Encounter/${encounter.id}`);
    expect(plan?.status).toBe('active');

    await setStatus(clinic, encounter, 'finished');
    await clinic.server.drain();
    expect(await outcomeOf(clinic, appointment)).toMatchObject({ ...DONE, messages: MESSAGES });
  });

  test('ends the same with every delivery lost, by the sweeps alone', async () => {
    await setDeliveries(clinic, 'off');
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), soon(2));
    await passes(clinic, 2);
    expect(await outcomeOf(clinic, appointment)).toMatchObject({
      journeys: ['active'],
      stages: { 'pre-visit': 'in-progress' },
      messages: ['appointment-confirmation completed'],
    });
    await setStatus(clinic, appointment, 'arrived');
    await passes(clinic, 2);
    expect(await outcomeOf(clinic, appointment)).toMatchObject({ stages: { 'day-of-visit': 'in-progress' } });
    const encounter = await startEncounter(appointment);
    await setStatus(clinic, encounter, 'finished');
    await passes(clinic, 4);
    expect(await outcomeOf(clinic, appointment)).toMatchObject({ ...DONE, messages: MESSAGES });
  });

  test('ends the same whatever is delivered late, twice at once, out of order or never', async () => {
    const bots = await clinic.medplum.searchResources('Bot', { _count: '1000' });
    const deliver = (name: string, resource: unknown): Promise<unknown> => {
      const id = bots.find((bot) => bot.name === `careline-${name}`)?.id ?? '';
      return clinic.medplum.executeBot(id, resource, 'application/fhir+json');
    };
    const visit = async (picks: readonly (readonly number[])[]): Promise<void> => {
      const appointment = await bookDirectly(clinic, await clinic.newPatient(), soon(2));
      // Each delivery carries the version that it is about.
      const deliveries: [bot: string, resource: unknown][] = [['journeys-start', appointment]];
      const some = async (picked: readonly number[] = []): Promise<void> => {
        for (const pick of picked) {
          const [bot, resource] = deliveries[pick % deliveries.length] ?? ['', undefined];
          await Promise.all([deliver(bot, resource), deliver(bot, resource)]);
        }
        for (const message of await messagesOf(clinic.medplum, appointment)) {
          await Promise.all([deliver('messages-send', message), deliver('messages-send', message)]);
        }
      };
      await some(picks[0]);
      await setStatus(clinic, appointment, 'arrived');
      deliveries.push(['journeys-advance', { ...appointment, status: 'arrived' }]);
      await some(picks[1]);
      const encounter = await startEncounter(appointment);
      deliveries.push(['journeys-advance', encounter]);
      await some(picks[2]);
      const finished = { ...encounter, status: 'finished' };
      await setStatus(clinic, encounter, 'finished');
      deliveries.push(['encounters-complete', finished], ['journeys-advance', finished]);
      await some(picks[3]);
      await passes(clinic, 3);

      const { messages, ...outcome } = await outcomeOf(clinic, appointment);
      expect(outcome).toMatchObject(DONE);
      // Nobody is sent a confirmation of a visit that has begun, and nobody anything twice.
      const isConfirmed = picks[0]?.length;
      expect(messages).toEqual(isConfirmed ? MESSAGES : ['after-visit completed']);
    };
    await setDeliveries(clinic, 'off');
    const picks = fc.array(fc.nat(20), { maxLength: 5 });
    await fc.assert(fc.asyncProperty(fc.tuple(picks, picks, picks, picks), visit), { numRuns: 6 });
  });

  test('an encounter that is finished without a check-in ends right', async () => {
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), soon(2));
    await clinic.server.drain();
    await clinic.medplum.createResource<Encounter>({
      resourceType: 'Encounter',
      status: 'finished',
      class: { code: 'AMB' },
      appointment: [{ reference: `Appointment/${appointment.id}` }],
      period: { start: soon(2), end: soon(3) },
    });
    await clinic.server.drain();
    expect(await outcomeOf(clinic, appointment)).toMatchObject({ ...DONE, messages: MESSAGES });
  });

  test('sends its reminders at the wall-clock time of the visit, and moves them with it', async () => {
    // Clocks go forward in New York on 10 March 2030: 3 days before 09:00 is at 09:00 all the same.
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), '2030-03-12T13:00:00Z');
    await clinic.server.drain();
    const times = async (): Promise<string[]> => {
      clinic.medplum.invalidateAll();
      const [plan] = await clinic.medplum.searchResources(
        'CarePlan',
        `activity-reference=Appointment/${appointment.id}`,
      );
      const open = await clinic.medplum.searchResources(
        'CommunicationRequest',
        `based-on=CarePlan/${plan?.id}&status=active`,
      );
      return open.map(({ occurrenceDateTime }) => occurrenceDateTime ?? '').sort();
    };
    expect(await times()).toEqual(['2030-03-09T14:00:00.000Z', '2030-03-11T13:00:00.000Z']);

    const start = '2030-03-14T14:00:00Z';
    await clinic.medplum.patchResource('Appointment', appointment.id, [
      { op: 'replace', path: '/start', value: start },
      { op: 'replace', path: '/end', value: '2030-03-14T14:30:00Z' },
    ]);
    await clinic.server.drain();
    expect(await times()).toEqual(['2030-03-11T14:00:00.000Z', '2030-03-13T14:00:00.000Z']);

    await skipTo(clinic, '2030-03-11T14:00:00Z');
    expect(await outcomeOf(clinic, appointment)).toMatchObject({
      messages: ['appointment-confirmation completed', 'appointment-reminder completed'],
      requests: ['active', 'completed', 'completed'],
    });
    const [reminder] = (await messagesOf(clinic.medplum, appointment)).filter(({ instantiatesCanonical }) =>
      instantiatesCanonical?.[0]?.endsWith('appointment-reminder'),
    );
    expect(reminder?.payload?.[0]?.contentString).toMatch(/Thursday, March 14, 2030, 10:00/);
  });

  test('goes back with a check-in that is undone', async () => {
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), soon(240));
    await clinic.server.drain();
    const before = await outcomeOf(clinic, appointment);
    await setStatus(clinic, appointment, 'arrived');
    await clinic.server.drain();
    await setStatus(clinic, appointment, 'booked');
    await clinic.server.drain();
    expect(await outcomeOf(clinic, appointment)).toEqual({
      ...before,
      requests: ['active', 'active', 'completed', 'revoked', 'revoked'],
    });
  });

  test('a missed visit is said to the patient and given to the desk; who comes late after all is seen', async () => {
    const missed = async (): Promise<WithId<Appointment>> => {
      const appointment = await bookDirectly(clinic, await clinic.newPatient(), soon(1));
      await clinic.server.drain();
      await setStatus(clinic, appointment, 'noshow');
      await clinic.server.drain();
      return appointment;
    };
    const callOf = async (appointment: Appointment): Promise<WithId<Task>> => {
      const [plan] = await clinic.medplum.searchResources(
        'CarePlan',
        `activity-reference=Appointment/${appointment.id}`,
      );
      const tasks = await clinic.medplum.searchResources('Task', `based-on=CarePlan/${plan?.id}&_count=100`);
      return tasks.find(({ instantiatesCanonical }) =>
        instantiatesCanonical?.endsWith('call-to-rebook'),
      ) as WithId<Task>;
    };

    const [gone, late] = [await missed(), await missed()];
    expect(await outcomeOf(clinic, gone)).toMatchObject({
      journeys: ['active'],
      stages: { 'pre-visit': 'completed', 'day-of-visit': 'cancelled', 'missed-visit': 'in-progress' },
      messages: ['appointment-confirmation completed', 'missed-visit completed'],
    });
    const call = await callOf(gone);
    expect(call).toMatchObject({ status: 'requested', performerType: [{ coding: [{ code: 'front-desk' }] }] });
    await setStatus(clinic, call, 'completed');
    await clinic.server.drain();
    expect(await outcomeOf(clinic, gone)).toMatchObject({ appointment: 'noshow', journeys: ['completed'] });

    const encounter = await startEncounter(late);
    await setStatus(clinic, encounter, 'finished');
    await clinic.server.drain();
    expect(await outcomeOf(clinic, late)).toMatchObject({
      ...DONE,
      messages: ['after-visit completed', 'appointment-confirmation completed', 'missed-visit completed'],
    });
    expect((await callOf(late)).status).toBe('cancelled');
  });

  test('ends with a cancelled appointment: nothing of it stays open', async () => {
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), soon(240));
    await clinic.server.drain();
    await setStatus(clinic, appointment, 'cancelled');
    await clinic.server.drain();
    expect(await outcomeOf(clinic, appointment)).toMatchObject({
      journeys: ['revoked'],
      stages: { 'pre-visit': 'cancelled', 'day-of-visit': 'cancelled', 'post-visit': 'cancelled' },
      requests: ['completed', 'revoked', 'revoked'],
    });
  });

  test('a CarePlan that a client revokes takes its open steps with it', async () => {
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), soon(240));
    await clinic.server.drain();
    const [plan] = await clinic.medplum.searchResources('CarePlan', `activity-reference=Appointment/${appointment.id}`);
    await setStatus(clinic, plan as WithId<CarePlan>, 'revoked');
    await clinic.server.drain();
    expect(await outcomeOf(clinic, appointment)).toMatchObject({
      journeys: ['revoked'],
      stages: { 'pre-visit': 'cancelled' },
      requests: ['completed', 'revoked', 'revoked'],
    });
  });
});
