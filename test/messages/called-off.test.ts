import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, CommunicationRequest, PlanDefinition } from '@medplum/fhirtypes';
import { Story } from '../journeys/story.ts';
import { bookDirectly, messagesOf, setStatus } from '../appointments.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { messageRequest } from '../../bots/messages/request.ts';

const REMINDER = 'https://careline.dev/fhir/ActivityDefinition/appointment-reminder';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await startClinic({
    now: '2030-01-04T12:00:00Z',
    secrets: { QUIET_HOURS: '21:00-08:00', CLINIC_TIMEZONE: 'America/New_York' },
  });
});
afterAll(() => clinic.close());

/** Moves to this time of the clinic's wall clock (in winter five hours behind UTC), and what falls due runs. */
async function at(local: string): Promise<void> {
  clinic.clock.moveTo(Date.parse(`${local}:00-05:00`));
  await clinic.server.advance({ minutes: 2 });
}

/** Of the reminders about a visit: status and reason, the earliest first. */
async function reminders(appointment: WithId<Appointment>): Promise<string[]> {
  const all = await messagesOf(clinic.medplum, appointment);
  return all
    .filter(({ instantiatesCanonical }) => instantiatesCanonical?.includes(REMINDER))
    .map(({ status, statusReason }) => `${status} ${statusReason?.coding?.[0]?.code ?? ''}`.trim())
    .sort();
}

/** A reminder, made like one by another program, that waits for the morning of a visit's journey. */
async function remindedAtNight(
  night: string,
  start: string,
): Promise<{ appointment: WithId<Appointment>; request: WithId<CommunicationRequest> }> {
  const patient = await clinic.newPatient();
  const appointment = await bookDirectly(clinic, patient, start);
  await clinic.server.drain();
  const order = messageRequest(
    {
      identifier: { system: 'https://example.org/order', value: night },
      template: REMINDER,
      patient: createReference(patient),
      appointment,
      basedOn: [],
      due: new Date(`${night}:00-05:00`),
    },
    new Date(clinic.clock.now()),
  );
  const request = await clinic.medplum.createResource<CommunicationRequest>(order);
  await at(night);
  return { appointment, request };
}

const openTickets = async (): Promise<number> => {
  clinic.medplum.invalidateAll();
  return (await clinic.medplum.searchResources('Task', { code: 'ticket', status: 'requested', _count: '100' })).length;
};

describe('A message that waits, whose visit is called off', () => {
  test('is not sent, whoever asked for it, and that is no ticket', async () => {
    const { appointment } = await remindedAtNight('2030-01-10T22:00', '2030-01-20T15:00:00Z');
    expect(await reminders(appointment)).toEqual(['on-hold']);
    const tickets = await openTickets();
    await setStatus(clinic, appointment, 'cancelled');
    await at('2030-01-11T08:10');
    expect(await reminders(appointment)).toEqual(['not-done obsolete']);
    expect(await openTickets()).toBe(tickets);
  });

  test('is sent all the same if somebody sends it again', async () => {
    const { appointment } = await remindedAtNight('2030-01-11T22:00', '2030-01-21T15:00:00Z');
    await setStatus(clinic, appointment, 'entered-in-error');
    await at('2030-01-12T08:10');
    const stopped = (await messagesOf(clinic.medplum, appointment)).find(({ status }) => status === 'not-done');
    await clinic.call('Communication/$resend', { message: `Communication/${stopped?.id}` });
    await clinic.server.drain();
    expect(await reminders(appointment)).toEqual(['completed', 'not-done obsolete']);
  });

  test('of a journey is stopped with it', async () => {
    await at('2030-01-12T12:00');
    // Its second reminder, a day before, is at 22:00.
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), '2030-01-16T03:00:00Z');
    await clinic.server.drain();
    await at('2030-01-14T22:01');
    expect(await reminders(appointment)).toContain('on-hold');
    await setStatus(clinic, appointment, 'cancelled');
    await clinic.server.drain();
    expect(await reminders(appointment)).toContain('not-done obsolete');
    expect(await reminders(appointment)).not.toContain('on-hold');
  });

  test('tells it if it was made because of that', async () => {
    await at('2030-01-16T12:00');
    const story = await Story.begin(clinic);
    await clinic.medplum.createResource<PlanDefinition>({
      resourceType: 'PlanDefinition',
      status: 'active',
      url: 'https://careline.dev/fhir/PlanDefinition/with-a-farewell',
      type: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code: 'workflow-definition' }],
      },
      action: [
        { code: [{ coding: [{ code: 'before' }] }], trigger: [{ type: 'named-event', name: 'appointment-booked' }] },
        {
          code: [{ coding: [{ code: 'farewell' }] }],
          trigger: [{ type: 'named-event', name: 'appointment-cancelled' }],
          action: [{ id: 'told', definitionCanonical: REMINDER }],
        },
      ],
    });
    const appointment = await story.book('with-a-farewell', 10);
    await at('2030-01-16T23:00');
    await setStatus(clinic, appointment, 'cancelled');
    await clinic.server.drain();
    expect(await reminders(appointment)).toEqual(['on-hold']);
    await at('2030-01-17T08:10');
    expect(await reminders(appointment)).toEqual(['completed']);
  });
});

describe('A message that waits, whose visit is moved', () => {
  test('is not sent beside the one for the new time', async () => {
    await at('2030-01-18T12:00');
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), '2030-01-24T03:00:00Z');
    await clinic.server.drain();
    await at('2030-01-20T22:01');
    expect(await reminders(appointment)).toEqual(['on-hold']);
    await clinic.medplum.patchResource('Appointment', appointment.id, [
      { op: 'replace', path: '/start', value: '2030-02-04T15:00:00Z' },
      { op: 'replace', path: '/end', value: '2030-02-04T15:30:00Z' },
    ]);
    await clinic.server.drain();
    expect(await reminders(appointment)).toEqual(['not-done obsolete']);
    await at('2030-02-01T10:10');
    expect(await reminders(appointment)).toEqual(['completed', 'not-done obsolete']);
  });
});
