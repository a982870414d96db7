import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference, SchedulingPlanDefinitionURI, ServiceTypeReferenceURI } from '@medplum/core';
import type { ActivityDefinition, Bundle, CarePlan, HealthcareService, PlanDefinition, Task } from '@medplum/fhirtypes';
import { startClinic } from '../../test/clinic.ts';
import type { Clinic } from '../../test/clinic.ts';
import { bookDirectly, outcomeOf, setDeliveries, setStatus, skipTo } from '../../test/appointments.ts';

const WORKFLOW = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code: 'workflow-definition' }],
};

describe('Journeys on request', () => {
  let clinic: Clinic;
  let outpatient: WithId<PlanDefinition>;

  beforeAll(async () => {
    clinic = await startClinic({ now: '2030-03-04T12:00:00Z' });
    await clinic.medplum.createResource<ActivityDefinition>({
      resourceType: 'ActivityDefinition',
      status: 'active',
      kind: 'Task',
      url: 'https://example.org/ActivityDefinition/call',
    });
    outpatient = (await clinic.medplum.searchOne('PlanDefinition', {
      name: 'OutpatientVisit',
    })) as WithId<PlanDefinition>;
  });

  afterEach(() => setDeliveries(clinic, 'active'));

  afterAll(() => clinic.close());

  const define = (over: Partial<PlanDefinition> = {}): Promise<WithId<PlanDefinition>> =>
    clinic.medplum.createResource<PlanDefinition>({
      resourceType: 'PlanDefinition',
      status: 'active',
      type: WORKFLOW,
      title: 'Follow-up',
      action: [
        {
          id: 'first',
          code: [{ coding: [{ code: 'first' }] }],
          action: [
            {
              id: 'call',
              title: 'Call the patient',
              definitionCanonical: 'https://example.org/ActivityDefinition/call',
              relatedAction: [
                { actionId: 'first', relationship: 'after-start', offsetDuration: { value: 7, unit: 'd', code: 'd' } },
              ],
            },
          ],
        },
        { id: 'second', code: [{ coding: [{ code: 'second' }] }] },
      ],
      ...over,
    });
  const ref = ({ resourceType, id }: { resourceType: string; id?: string }): string => `${resourceType}/${id}`;
  const start = (body: object): Promise<WithId<CarePlan>> => clinic.call('PlanDefinition/$start-journey', body);
  const tasksOf = async (plan: WithId<CarePlan>): Promise<WithId<Task>[]> => {
    await clinic.server.drain();
    clinic.medplum.invalidateAll();
    return clinic.medplum.searchResources('Task', `based-on=${ref(plan)}&_sort=_lastUpdated`);
  };
  const statuses = async (plan: WithId<CarePlan>): Promise<Record<string, string>> =>
    Object.fromEntries((await tasksOf(plan)).map(({ description = '', status }) => [description, status]));
  const refused = (code: string, parameter: string): object => ({
    outcome: { issue: [{ code, expression: [parameter] }] },
  });

  test('start without an appointment, one at a time however often that is asked', async () => {
    const definition = await define();
    const patient = await clinic.newPatient();
    const body = { definition: ref(definition), patient: ref(patient) };
    const started = await Promise.all([start(body), start(body), start(body), start(body)]);
    expect(new Set(started.map(({ id }) => id)).size).toBe(1);
    expect((await start(body)).id).toBe(started[0]?.id);
    const plan = started[0] as WithId<CarePlan>;
    expect(await statuses(plan)).toEqual({ first: 'in-progress', 'Call the patient': 'draft', second: 'requested' });

    await clinic.call('CarePlan/$cancel-journey', { journey: ref(plan), reason: 'Moved away' });
    expect((await start(body)).id).not.toBe(plan.id);
  });

  test('a start that broke off after the CarePlan is finished by the sweep', async () => {
    const definition = await define();
    const patient = await clinic.newPatient();
    const plan = await clinic.medplum.createResource<CarePlan>({
      resourceType: 'CarePlan',
      identifier: [{ system: 'https://careline.dev/fhir/sid/journey', value: `${ref(patient)}/${ref(definition)}` }],
      instantiatesUri: [`${ref(definition)}/_history/${definition.meta?.versionId}`],
      status: 'draft',
      intent: 'plan',
      subject: createReference(patient),
    });
    await clinic.server.advance({ minutes: 7 });
    expect(await statuses(plan)).toMatchObject({ first: 'in-progress' });
    expect((await clinic.medplum.readResource('CarePlan', plan.id)).status).toBe('active');
  });

  test('have their tasks wait until they are due', async () => {
    const plan = await start({ definition: ref(await define()), patient: ref(await clinic.newPatient()) });
    const [task] = (await tasksOf(plan)).filter(({ description }) => description === 'Call the patient');
    const due = task?.restriction?.period?.start ?? '';
    expect(Date.parse(due) - clinic.clock.now()).toBe(7 * 24 * 3_600_000);
    await clinic.server.advance({ minutes: 2 });
    expect(await statuses(plan)).toMatchObject({ 'Call the patient': 'draft' });
    await skipTo(clinic, due);
    expect(await statuses(plan)).toMatchObject({ 'Call the patient': 'requested' });
  });

  test('are moved by hand to their end', async () => {
    const plan = await start({ definition: ref(await define()), patient: ref(await clinic.newPatient()) });
    const moved = await clinic.call<CarePlan>('CarePlan/$advance', { journey: ref(plan), to: 'second' });
    expect(moved.status).toBe('completed');
    expect(await statuses(plan)).toEqual({ first: 'completed', 'Call the patient': 'cancelled', second: 'completed' });
    await expect(clinic.call('CarePlan/$advance', { journey: ref(plan), to: 'first' })).rejects.toMatchObject(
      refused('business-rule', 'journey'),
    );
  });

  test('complete when the last task is done', async () => {
    const action = [{ ...(await define()).action?.[0], id: 'first' }];
    const plan = await start({ definition: ref(await define({ action })), patient: ref(await clinic.newPatient()) });
    const [task] = (await tasksOf(plan)).filter(({ description }) => description === 'Call the patient');
    await setStatus(clinic, task as WithId<Task>, 'completed');
    await clinic.server.drain();
    clinic.medplum.invalidateAll();
    expect((await clinic.medplum.readResource('CarePlan', plan.id)).status).toBe('completed');
  });

  test('are cancelled once, with the reason', async () => {
    const plan = await start({ definition: ref(await define()), patient: ref(await clinic.newPatient()) });
    const body = { journey: ref(plan), reason: 'Moved away' };
    const cancelled = await clinic.call<CarePlan>('CarePlan/$cancel-journey', body);
    expect(cancelled).toMatchObject({ status: 'revoked', note: [{ text: 'Moved away' }] });
    expect(await statuses(plan)).toEqual({ first: 'cancelled', 'Call the patient': 'cancelled', second: 'cancelled' });
    expect((await clinic.call<CarePlan>('CarePlan/$cancel-journey', body)).meta?.versionId).toBe(
      cancelled.meta?.versionId,
    );
  });

  test('stay on the version of their definition that they started with', async () => {
    const definition = await define();
    const plan = await start({ definition: ref(definition), patient: ref(await clinic.newPatient()) });
    await clinic.medplum.updateResource<PlanDefinition>({
      ...definition,
      action: [{ id: 'other', code: [{ coding: [{ code: 'other' }] }] }],
    });
    await clinic.call('CarePlan/$advance', { journey: ref(plan) });
    expect(await statuses(plan)).toEqual({ first: 'completed', 'Call the patient': 'cancelled', second: 'completed' });
  });

  test('are refused with the parameter and the reason', async () => {
    const patient = ref(await clinic.newPatient());
    const definition = ref(outpatient);
    const other = await bookDirectly(clinic, await clinic.newPatient(), '2030-05-01T10:00:00Z');
    await clinic.server.drain();
    const retired = ref(await define({ status: 'retired' }));
    const empty = ref(await define({ action: [] }));
    const cases: [object, string, string][] = [
      [{ patient }, 'required', 'definition'],
      [{ definition: 'PlanDefinition/none', patient }, 'not-found', 'definition'],
      [{ definition, patient: 'Patient/none' }, 'not-found', 'patient'],
      [{ definition: retired, patient }, 'business-rule', 'definition'],
      [{ definition: empty, patient }, 'value', 'definition'],
      [{ definition, patient, appointment: ref(other) }, 'value', 'appointment'],
    ];
    for (const [body, code, parameter] of cases) {
      await expect(start(body)).rejects.toMatchObject(refused(code, parameter));
    }
    const plain = await clinic.medplum.createResource<CarePlan>({
      resourceType: 'CarePlan',
      status: 'active',
      intent: 'plan',
      subject: { reference: patient },
    });
    await expect(clinic.call('CarePlan/$advance', { journey: ref(plain) })).rejects.toMatchObject(
      refused('business-rule', 'journey'),
    );
  });

  test("a booking starts the service's own journey, and just that", async () => {
    const definition = await define();
    const service = await clinic.medplum.createResource<HealthcareService>({
      resourceType: 'HealthcareService',
      extension: [{ url: SchedulingPlanDefinitionURI, valueReference: createReference(definition) }],
    });
    const serviceType = [{ extension: [{ url: ServiceTypeReferenceURI, valueReference: createReference(service) }] }];
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), '2030-05-01T10:00:00Z', { serviceType });
    await clinic.server.drain();
    expect(await outcomeOf(clinic, appointment)).toMatchObject({
      journeys: ['active'],
      stages: {},
      messages: [],
    });
    const [plan] = await clinic.medplum.searchResources('CarePlan', `activity-reference=${ref(appointment)}`);
    expect(plan?.title).toBe('Follow-up');
  });

  test('a definition that cannot be started is one ticket, not a silence', async () => {
    const broken = await define({
      action: [{ id: 'x', trigger: [{ type: 'named-event', name: 'appointment-booked' }] }],
    });
    const service = await clinic.medplum.createResource<HealthcareService>({
      resourceType: 'HealthcareService',
      extension: [{ url: SchedulingPlanDefinitionURI, valueReference: createReference(broken) }],
    });
    const serviceType = [{ extension: [{ url: ServiceTypeReferenceURI, valueReference: createReference(service) }] }];
    for (const start of ['2030-05-01T10:00:00Z', '2030-05-02T10:00:00Z']) {
      await bookDirectly(clinic, await clinic.newPatient(), start, { serviceType });
      await clinic.server.drain();
    }
    const tickets = await clinic.medplum.searchResources('Task', `focus=${ref(broken)}`);
    expect(tickets.map(({ description }) => description)).toEqual([expect.stringMatching(/action\[0\].code/)]);
  });

  test('are simulated by the rules that they run by, and nothing is written', async () => {
    const bundle = await clinic.call<Bundle>('PlanDefinition/$simulate', {
      definition: ref(outpatient),
      start: '2030-06-10T09:00:00Z',
      events: [
        'appointment-booked@2030-06-01T12:00:00Z',
        'appointment-arrived@2030-06-10T08:50:00Z',
        'encounter-started@2030-06-10T09:00:00Z',
        'encounter-finished@2030-06-10T09:25:00Z',
      ],
    });
    const made = (bundle.entry ?? []).map(({ resource }) => resource);
    const sent = made.flatMap((one) => (one?.resourceType === 'Communication' ? [one.sent] : []));
    expect(sent).toEqual([
      '2030-06-01T12:00:00.000Z',
      '2030-06-07T09:00:00.000Z',
      '2030-06-09T09:00:00.000Z',
      '2030-06-10T09:25:00.000Z',
    ]);
    const stages = made.flatMap((one) => (one?.resourceType === 'Task' ? [one.executionPeriod?.start] : []));
    expect(stages).toEqual(['2030-06-01T12:00:00.000Z', '2030-06-10T08:50:00.000Z', '2030-06-10T09:25:00.000Z']);
    expect(made.find((one) => one?.resourceType === 'CarePlan')).toMatchObject({ status: 'completed' });
    const simulated = await clinic.medplum.searchResources('CarePlan', { subject: 'Patient/simulated' });
    expect(simulated).toHaveLength(0);
    await expect(
      clinic.call('PlanDefinition/$simulate', {
        definition: ref(outpatient),
        start: '2030-06-10T09:00:00Z',
        events: ['x@y'],
      }),
    ).rejects.toMatchObject(refused('value', 'events'));
  });

  test('are simulated before they are saved, with what the patient answers, or refused with what is wrong', async () => {
    const question = 'https://careline.dev/fhir/Questionnaire/care-check-in';
    const draft = (over: object): object => ({
      resourceType: 'PlanDefinition',
      status: 'active',
      action: [
        {
          id: 'ask',
          code: [{ coding: [{ code: 'ask' }] }],
          action: [
            { id: 'questions', definitionCanonical: question },
            {
              id: 'call',
              definitionCanonical: 'https://careline.dev/fhir/ActivityDefinition/review-answers',
              condition: [
                {
                  kind: 'applicability',
                  expression: {
                    language: 'text/fhirpath',
                    expression: "%answers.item.where(linkId = 'wellbeing').answer.value.first() <= 3",
                  },
                },
              ],
            },
          ],
          ...over,
        },
      ],
    });
    const answers = (wellbeing: number): object => ({
      resourceType: 'QuestionnaireResponse',
      questionnaire: question,
      status: 'completed',
      authored: '2030-06-02T12:00:00Z',
      item: [{ linkId: 'wellbeing', answer: [{ valueInteger: wellbeing }] }],
    });
    const tasks = async (wellbeing: number): Promise<string[]> => {
      const body = { draft: draft({}), answers: [answers(wellbeing)] };
      const { entry = [] } = await clinic.call<Bundle>('PlanDefinition/$simulate', body);
      return entry.flatMap(({ resource }) =>
        resource?.resourceType === 'Task' && resource.instantiatesCanonical
          ? [`${resource.instantiatesCanonical.split('/').at(-1)} ${resource.status}`]
          : [],
      );
    };
    expect(await tasks(8)).toEqual(['care-check-in completed']);
    expect(await tasks(2)).toEqual(['care-check-in completed', 'review-answers requested']);
    const simulate = (body: object): Promise<unknown> => clinic.call('PlanDefinition/$simulate', body);
    const wrong = { trigger: [{ type: 'named-event', name: 'appointment-missed' }] };
    await expect(simulate({ draft: draft(wrong) })).rejects.toMatchObject({
      outcome: {
        issue: [
          {
            code: 'value',
            expression: ['draft'],
            details: { text: expect.stringMatching(/no event "appointment-missed"/) },
          },
        ],
      },
    });
    await expect(simulate({ draft: draft({ action: 'none' }) })).rejects.toMatchObject(refused('value', 'draft'));
    await expect(simulate({})).rejects.toMatchObject(refused('required', 'definition'));
  });

  test('are simulated on the clock of a zone', async () => {
    // Clocks go forward in New York on 10 March 2030: three days before 11:00 is at 11:00.
    const body = {
      definition: ref(outpatient),
      start: '2030-03-12T15:00:00Z',
      events: ['appointment-booked@2030-03-05T12:00:00Z'],
    };
    const bundle = await clinic.call<Bundle>('PlanDefinition/$simulate', { ...body, zone: 'America/New_York' });
    const sent = (bundle.entry ?? []).flatMap(({ resource }) =>
      resource?.resourceType === 'Communication' ? [resource.sent] : [],
    );
    expect(sent).toEqual(['2030-03-05T12:00:00.000Z', '2030-03-09T16:00:00.000Z', '2030-03-11T15:00:00.000Z']);
    await expect(clinic.call('PlanDefinition/$simulate', { ...body, zone: 'Nowhere/Land' })).rejects.toMatchObject(
      refused('value', 'zone'),
    );
  });

  test('send each due reminder once, however many runs there are at once', async () => {
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), '2030-07-10T14:00:00Z');
    await clinic.server.drain();
    const bot = await clinic.medplum.searchOne('Bot', { name: 'careline-journeys-run-due' });
    clinic.clock.moveTo(Date.parse('2030-07-07T14:00:00Z'));
    await Promise.all([1, 2, 3, 4].map(() => clinic.medplum.executeBot(bot?.id ?? '', {}, 'application/json')));
    await clinic.server.drain();
    const { messages, requests } = await outcomeOf(clinic, appointment);
    expect(messages).toEqual(['appointment-confirmation completed', 'appointment-reminder completed']);
    expect(requests).toEqual(['active', 'completed', 'completed']);
    const due = await clinic.medplum.searchResources('CommunicationRequest', {
      status: 'active',
      occurrence: 'le2030-07-07T14:00:00Z',
    });
    expect(due).toHaveLength(0);
  });
});
