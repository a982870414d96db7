import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference, SchedulingEncounterCodingURI, ServiceTypeReferenceURI } from '@medplum/core';
import type { Appointment, Encounter, HealthcareService, Patient } from '@medplum/fhirtypes';
import { startClinic } from '../../test/clinic.ts';
import type { Clinic } from '../../test/clinic.ts';
import { bookDirectly, passes, setDeliveries, setStatus } from '../../test/appointments.ts';

describe('An Encounter', () => {
  let clinic: Clinic;
  let patient: WithId<Patient>;

  beforeAll(async () => {
    clinic = await startClinic({ now: '2030-03-04T12:00:00Z' });
    patient = await clinic.newPatient();
  });

  afterEach(() => setDeliveries(clinic, 'active'));

  afterAll(() => clinic.close());

  const START = '2030-03-04T14:00:00Z';
  const book = (over?: Partial<Appointment>): Promise<WithId<Appointment>> =>
    bookDirectly(clinic, patient, START, over);
  const start = ({ id }: WithId<Appointment>, over: object = {}): Promise<WithId<Encounter>> =>
    clinic.call('Appointment/$start-encounter', { appointment: `Appointment/${id}`, ...over });
  const encountersOf = async ({ id }: WithId<Appointment>): Promise<WithId<Encounter>[]> => {
    await clinic.server.drain();
    clinic.medplum.invalidateAll();
    return clinic.medplum.searchResources('Encounter', `appointment=Appointment/${id}`);
  };
  const read = async <T extends WithId<Appointment | Encounter>>({ resourceType, id }: T): Promise<T> => {
    await clinic.server.drain();
    clinic.medplum.invalidateAll();
    return (await clinic.medplum.readResource(resourceType, id)) as T;
  };

  test('is started from an appointment, with all that is known there', async () => {
    const appointment = await book({ status: 'arrived', reasonCode: [{ text: 'Check-up' }] });
    const encounter = await start(appointment);
    expect(encounter).toMatchObject({
      status: 'in-progress',
      class: { code: 'AMB' },
      subject: { reference: `Patient/${patient.id}` },
      appointment: [{ reference: `Appointment/${appointment.id}` }],
      participant: [
        {
          type: [{ coding: [{ code: 'PPRF' }] }],
          individual: { reference: `Practitioner/${clinic.demo('provider-1').id}` },
        },
      ],
      period: { start: '2030-03-04T12:00:00.000Z' },
      reasonCode: [{ text: 'Check-up' }],
      location: [{ location: { reference: `Location/${clinic.demo('room').id}` }, status: 'active' }],
      serviceProvider: { reference: `Organization/${clinic.demo('organization').id}` },
    });
  });

  test('is one, however often and at how many desks it is started', async () => {
    const appointment = await book({ status: 'arrived' });
    const started = await Promise.all([1, 2, 3, 4, 5].map(() => start(appointment)));
    expect(new Set(started.map(({ id }) => id)).size).toBe(1);
    expect(await encountersOf(appointment)).toHaveLength(1);
    expect((await start(appointment)).id).toBe(started[0]?.id);
  });

  test('checks its patient in, if nobody has', async () => {
    const appointment = await book();
    await start(appointment);
    expect((await read(appointment)).status).toBe('arrived');
  });

  test('that was planned is the one that is started', async () => {
    const appointment = await book({ status: 'arrived' });
    const planned = await clinic.medplum.createResource<Encounter>({
      resourceType: 'Encounter',
      status: 'planned',
      class: { code: 'VR' },
      appointment: [createReference(appointment)],
    });
    const encounter = await start(appointment);
    expect(encounter).toMatchObject({ id: planned.id, status: 'in-progress', statusHistory: [{ status: 'planned' }] });
  });

  test('has the class that its service says', async () => {
    const service = await clinic.medplum.createResource<HealthcareService>({
      resourceType: 'HealthcareService',
      extension: [{ url: SchedulingEncounterCodingURI, valueCoding: { code: 'VR' } }],
    });
    const serviceType = [
      { extension: [{ url: ServiceTypeReferenceURI, valueReference: createReference(service) }], text: 'Video visit' },
    ];
    expect((await start(await book({ status: 'arrived', serviceType }))).class).toEqual({ code: 'VR' });
    const appointmentType = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'VR' }] };
    expect((await start(await book({ status: 'arrived', appointmentType }))).class.code).toBe('VR');
  });

  test('is of the practitioner who is named', async () => {
    const covering = `Practitioner/${clinic.demo('provider-2').id}`;
    const encounter = await start(await book({ status: 'arrived' }), { practitioner: covering });
    expect(encounter.participant?.map(({ individual }) => individual?.reference)).toEqual([
      covering,
      `Practitioner/${clinic.demo('provider-1').id}`,
    ]);
  });

  test.each(['cancelled', 'pending', 'fulfilled', 'waitlist'] as const)(
    'is not started from an appointment that is %s',
    async (status) => {
      const appointment = await book({ status });
      await expect(start(appointment)).rejects.toMatchObject({
        outcome: { issue: [{ code: 'business-rule', expression: ['appointment'] }] },
      });
      expect(await encountersOf(appointment)).toHaveLength(0);
    },
  );

  test('is not started from nothing, or for nobody', async () => {
    const refused = (code: string, parameter: string): object => ({
      outcome: { issue: [{ code, expression: [parameter] }] },
    });
    const none = { ...(await book()), id: 'none' };
    await expect(start(none)).rejects.toMatchObject(refused('not-found', 'appointment'));
    await expect(start(await book(), { practitioner: 'Practitioner/none' })).rejects.toMatchObject(
      refused('not-found', 'practitioner'),
    );
  });

  test('that is finished has its end, length and history, and its appointment is fulfilled', async () => {
    const appointment = await book();
    const encounter = await start(appointment);
    await clinic.server.advance({ minutes: 20 });
    const began = encounter.period?.start;
    const end = new Date(Date.parse(began ?? '') + 20 * 60_000).toISOString();
    await setStatus(clinic, encounter, 'finished');
    expect(await read(encounter)).toMatchObject({
      status: 'finished',
      period: { start: began, end },
      length: { value: 20, code: 'min' },
      statusHistory: [{ status: 'in-progress', period: { start: began, end } }],
      location: [{ status: 'completed' }],
    });
    expect((await read(appointment)).status).toBe('fulfilled');
  });

  test('that a client made by itself and moves by plain updates has its times and history, virtual or not', async () => {
    const walkIn = await clinic.medplum.createResource<Encounter>({
      resourceType: 'Encounter',
      status: 'planned',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'VR' },
      subject: createReference(patient),
      participant: [{ individual: { reference: `Practitioner/${clinic.demo('provider-1').id}` } }],
    });
    const moved = new Date(clinic.clock.now() + 10 * 60_000).toISOString();
    clinic.clock.moveTo(Date.parse(moved));
    await setStatus(clinic, walkIn, 'in-progress');
    expect(await read(walkIn)).toMatchObject({
      period: { start: moved },
      statusHistory: [{ status: 'planned', period: { end: moved } }],
    });
    clinic.clock.moveTo(Date.parse(moved) + 15 * 60_000);
    await setStatus(clinic, walkIn, 'finished');
    expect(await read(walkIn)).toMatchObject({
      length: { value: 15, code: 'min' },
      statusHistory: [{ status: 'planned' }, { status: 'in-progress' }],
    });
    const day = moved.slice(0, 10);
    const found = await clinic.medplum.searchResources(
      'Encounter',
      `patient=Patient/${patient.id}&practitioner=Practitioner/${clinic.demo('provider-1').id}&date=${day}&status=finished&class=VR`,
    );
    expect(found.map(({ id }) => id)).toEqual([walkIn.id]);
    expect(await clinic.medplum.searchResources('Task', `focus=Encounter/${walkIn.id}`)).toHaveLength(0);
    await setStatus(clinic, walkIn, 'in-progress');
    await read(walkIn);
    expect(await clinic.medplum.searchResources('Task', `focus=Encounter/${walkIn.id}`)).toMatchObject({ length: 1 });
  });

  test('keeps the end and the length that a client gave it', async () => {
    const appointment = await book();
    const encounter = await clinic.medplum.createResource<Encounter>({
      resourceType: 'Encounter',
      status: 'finished',
      class: { code: 'AMB' },
      appointment: [createReference(appointment)],
      period: { start: '2030-03-04T09:00:00Z', end: '2030-03-04T09:40:00Z' },
      length: { value: 30, code: 'min', system: 'http://unitsofmeasure.org', unit: 'min' },
    });
    expect(await read(encounter)).toMatchObject({
      period: { end: '2030-03-04T09:40:00Z' },
      length: { value: 30 },
      statusHistory: [{ status: 'in-progress' }],
    });
    expect((await read(appointment)).status).toBe('fulfilled');
  });

  test('that is finished leaves its appointment to the one that goes on, and a cancelled one alone', async () => {
    const make = (appointment: WithId<Appointment>, status: Encounter['status']): Promise<WithId<Encounter>> =>
      clinic.medplum.createResource<Encounter>({
        resourceType: 'Encounter',
        status,
        class: { code: 'AMB' },
        appointment: [createReference(appointment)],
      });
    const appointment = await book({ status: 'arrived' });
    const goesOn = await make(appointment, 'in-progress');
    await make(appointment, 'finished');
    expect((await read(appointment)).status).toBe('arrived');
    await setStatus(clinic, goesOn, 'finished');
    expect((await read(appointment)).status).toBe('fulfilled');

    const cancelled = await book({ status: 'cancelled' });
    await make(cancelled, 'finished');
    expect((await read(cancelled)).status).toBe('cancelled');
  });

  test('whose end was not delivered is completed by the sweep, once', async () => {
    await setDeliveries(clinic, 'off');
    const appointment = await book();
    const encounter = await start(appointment);
    await setStatus(clinic, encounter, 'finished');
    await passes(clinic, 1);
    const swept = await read(encounter);
    expect(swept.length).toBeDefined();
    expect((await read(appointment)).status).toBe('fulfilled');
    await passes(clinic, 1);
    expect((await read(encounter)).meta?.versionId).toBe(swept.meta?.versionId);
  });

  test('that is cancelled ends, and its appointment may still take place', async () => {
    const appointment = await book({ status: 'arrived' });
    const encounter = await start(appointment);
    await setStatus(clinic, encounter, 'cancelled');
    expect(await read(encounter)).toMatchObject({ status: 'cancelled', period: { end: expect.any(String) } });
    expect((await read(appointment)).status).toBe('arrived');
    expect((await start(appointment)).id).not.toBe(encounter.id);
  });

  test.each(['delivered', 'dropped'])(
    'and its appointment end the same, whichever is touched first, with deliveries %s',
    async (how) => {
      if (how === 'dropped') {
        await setDeliveries(clinic, 'off');
      }
      const first = await book({ status: 'arrived' });
      const second = await book({ status: 'arrived' });
      const [one, other] = [await start(first), await start(second)];
      await setStatus(clinic, one, 'finished');
      await setStatus(clinic, second, 'fulfilled');
      await passes(clinic, 2);
      await setStatus(clinic, other, 'finished');
      await passes(clinic, 4);
      for (const [appointment, encounter] of [
        [first, one],
        [second, other],
      ] as const) {
        expect((await read(appointment)).status).toBe('fulfilled');
        expect(await read(encounter)).toMatchObject({ status: 'finished', length: { unit: 'min' } });
        const plans = await clinic.medplum.searchResources(
          'CarePlan',
          `activity-reference=Appointment/${appointment.id}`,
        );
        expect(plans.map(({ status }) => status)).toEqual(['completed']);
      }
    },
  );
});
