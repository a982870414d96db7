import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Appointment, CarePlan, Encounter } from '@medplum/fhirtypes';
import type { WithId } from '@medplum/core';
import { startClinic } from '../../test/clinic.ts';
import type { Clinic } from '../../test/clinic.ts';
import { bookDirectly, messagesOf, outcomeOf, setDeliveries, setStatus, skipTo } from './testing.ts';

const DONE = {
  appointment: 'fulfilled',
  journeys: ['completed'],
  linked: true,
  stages: { 'pre-visit': 'completed', 'day-of-visit': 'completed', 'post-visit': 'completed' },
  messages: ['after-visit completed', 'appointment-confirmation completed'],
  encounters: ['finished'],
};

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
      stages: { 'pre-visit': 'in-progress', 'day-of-visit': 'requested', 'post-visit': 'requested' },
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
    expect(await outcomeOf(clinic, appointment)).toMatchObject(DONE);
  });

  test('ends the same with every delivery lost, by the sweeps alone', async () => {
    await setDeliveries(clinic, 'off');
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), soon(2));
    await clinic.server.advance({ minutes: 10 });
    expect(await outcomeOf(clinic, appointment)).toMatchObject({
      journeys: ['active'],
      stages: { 'pre-visit': 'in-progress' },
      messages: ['appointment-confirmation completed'],
    });
    await setStatus(clinic, appointment, 'arrived');
    await clinic.server.advance({ minutes: 10 });
    expect(await outcomeOf(clinic, appointment)).toMatchObject({ stages: { 'day-of-visit': 'in-progress' } });
    const encounter = await startEncounter(appointment);
    await setStatus(clinic, encounter, 'finished');
    await clinic.server.advance({ minutes: 25 });
    expect(await outcomeOf(clinic, appointment)).toMatchObject(DONE);
  });

  test('ends the same with deliveries doubled and in any order', async () => {
    const bots = await clinic.medplum.searchResources('Bot', { _count: '1000' });
    const botId = (name: string): string => bots.find((bot) => bot.name === `careline-${name}`)?.id ?? '';
    await setDeliveries(clinic, 'off');
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), soon(2));
    const arrived = { ...appointment, status: 'arrived' };
    await setStatus(clinic, appointment, 'arrived');
    const encounter = await startEncounter(appointment);
    const finished = { ...encounter, status: 'finished' };
    await setStatus(clinic, encounter, 'finished');
    // Each delivers the version that it was about, last things first, twice, at the same time.
    const deliveries: [string, unknown][] = [
      ['journeys-advance', finished],
      ['encounters-complete', finished],
      ['journeys-advance', encounter],
      ['journeys-advance', arrived],
      ['journeys-start', appointment],
    ];
    for (const [bot, resource] of deliveries) {
      const once = (): Promise<unknown> => clinic.medplum.executeBot(botId(bot), resource, 'application/fhir+json');
      await Promise.all([once(), once(), once()]);
    }
    const [message, ...others] = await messagesOf(clinic.medplum, appointment);
    expect([message?.status, others.length]).toEqual(['preparation', 0]);
    await Promise.all(
      [1, 2, 3].map(() => clinic.medplum.executeBot(botId('messages-send'), message, 'application/fhir+json')),
    );
    await setDeliveries(clinic, 'active');
    await clinic.server.advance({ minutes: 10 });
    // Nobody is sent a confirmation of a visit that is over.
    expect(await outcomeOf(clinic, appointment)).toMatchObject({ ...DONE, messages: ['after-visit completed'] });
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
    expect(await outcomeOf(clinic, appointment)).toMatchObject(DONE);
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
