import { beforeAll, describe, expect, test } from '@jest/globals';
import type { MedplumClient, WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, CarePlan, CommunicationRequest, Patient, PlanDefinition, Task } from '@medplum/fhirtypes';
import { stageOf } from '../../bots/journeys/parts.ts';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { botName } from '../../scripts/lib/bots.ts';
import { signIn } from '../../scripts/lib/client.ts';
import { readCredentials } from '../../scripts/lib/settings.ts';
import { waitFor } from '../../scripts/lib/wait-for.ts';

const DAY_MS = 86_400_000;

describe('Journeys on the server that MEDPLUM_BASE_URL names', () => {
  let medplum: MedplumClient;
  let patient: WithId<Patient>;
  beforeAll(async () => {
    medplum = await signIn(readCredentials(process.env));
    await deploy(medplum);
    patient = await medplum.createResource<Patient>({
      resourceType: 'Patient',
      name: [{ given: ['Live'], family: 'Journey' }],
      telecom: [{ system: 'phone', use: 'mobile', value: '+12025550111' }],
    });
  }, 300_000);

  const book = (days: number): Promise<WithId<Appointment>> =>
    medplum.createResource<Appointment>({
      resourceType: 'Appointment',
      status: 'booked',
      start: new Date(Date.now() + days * DAY_MS).toISOString(),
      end: new Date(Date.now() + days * DAY_MS + 1_800_000).toISOString(),
      participant: [{ actor: createReference(patient), status: 'accepted' }],
    });
  const journeyOf = (appointment: WithId<Appointment>, status: CarePlan['status']): Promise<WithId<CarePlan>> =>
    waitFor(
      `a journey that is ${status}`,
      () =>
        medplum.searchOne(
          'CarePlan',
          { 'activity-reference': `Appointment/${appointment.id}`, status },
          { cache: 'reload' },
        ),
      60_000,
    );
  const requestsOf = (plan: WithId<CarePlan>, status: string): Promise<WithId<CommunicationRequest>[]> =>
    medplum.searchResources('CommunicationRequest', { 'based-on': `CarePlan/${plan.id}`, status }, { cache: 'reload' });

  test('a booking starts one, a rebooking moves it, a cancellation ends it', async () => {
    const appointment = await book(10);
    const plan = await journeyOf(appointment, 'active');
    const before = await requestsOf(plan, 'active');
    expect(before).toHaveLength(2);
    const start = Date.now() + 20 * DAY_MS;
    await medplum.updateResource<Appointment>({
      ...(await medplum.readResource('Appointment', appointment.id, { cache: 'reload' })),
      start: new Date(start).toISOString(),
      end: new Date(start + 1_800_000).toISOString(),
    });
    await waitFor(
      'the reminders at their new times',
      async () => {
        const moved = await requestsOf(plan, 'active');
        return moved.length === 2 && moved.every((one) => Date.parse(one.occurrenceDateTime ?? '') > start - 4 * DAY_MS)
          ? true
          : undefined;
      },
      60_000,
    );
    await medplum.patchResource('Appointment', appointment.id, [
      { op: 'replace', path: '/status', value: 'cancelled' },
    ]);
    await journeyOf(appointment, 'revoked');
    expect(await requestsOf(plan, 'active')).toHaveLength(0);
  }, 180_000);

  test('a follow-up is simulated, started, advanced by hand, run when it is due, and cancelled', async () => {
    const definition = (await medplum.searchOne('PlanDefinition', {
      url: 'https://careline.dev/fhir/PlanDefinition/chronic-care',
    })) as WithId<PlanDefinition>;
    const body = { definition: `PlanDefinition/${definition.id}` };
    const simulated = await medplum.post<{ entry: { resource: { resourceType: string } }[] }>(
      medplum.fhirUrl('PlanDefinition', '$simulate'),
      body,
    );
    expect(simulated.entry.filter(({ resource }) => resource.resourceType === 'Communication')).toHaveLength(4);
    const plan = await medplum.post<WithId<CarePlan>>(medplum.fhirUrl('PlanDefinition', '$start-journey'), {
      ...body,
      patient: `Patient/${patient.id}`,
    });
    const stages = async (): Promise<Record<string, string>> => {
      const query = { 'based-on': `CarePlan/${plan.id}`, _count: '100' };
      const tasks: WithId<Task>[] = await medplum.searchResources('Task', query, { cache: 'reload' });
      return Object.fromEntries(tasks.filter((task) => stageOf(task)).map((task) => [stageOf(task), task.status]));
    };
    expect(await stages()).toMatchObject({ enrolment: 'in-progress', 'check-in': 'requested' });

    const query = { 'based-on': `CarePlan/${plan.id}`, code: 'timed-stage', _count: '100' };
    const timed = await medplum.searchResources('Task', query, { cache: 'reload' });
    const checkIn = timed.find((task) => stageOf(task) === 'check-in');
    expect(checkIn?.restriction?.period?.start).toBeDefined();
    // Its time is moved to the past by moving the entry that it is counted from.
    const all = await medplum.searchResources('Task', { 'based-on': `CarePlan/${plan.id}`, _count: '100' });
    const enrolment = all.find((task) => stageOf(task) === 'enrolment') as WithId<Task>;
    const past = new Date(Date.now() - 31 * DAY_MS).toISOString();
    await medplum.updateResource<Task>({ ...enrolment, executionPeriod: { start: past } });
    await medplum.updateResource<Task>({ ...(checkIn as WithId<Task>), restriction: { period: { start: past } } });
    const bot = await medplum.searchOne('Bot', { name: botName('journeys/run-due') });
    await medplum.executeBot(bot?.id ?? '', {}, 'application/json');
    expect(await stages()).toMatchObject({ enrolment: 'completed', 'check-in': 'in-progress' });

    const journey = `CarePlan/${plan.id}`;
    await medplum.post(medplum.fhirUrl('CarePlan', '$advance'), { journey, to: 'review' });
    expect(await stages()).toMatchObject({ 'check-in': 'completed', review: 'in-progress' });
    await medplum.post(medplum.fhirUrl('CarePlan', '$cancel-journey'), { journey, reason: 'Live test' });
    expect(await stages()).toMatchObject({ review: 'cancelled', closing: 'cancelled' });
  }, 180_000);
});
