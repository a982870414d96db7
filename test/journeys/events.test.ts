import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type {
  ActivityDefinition,
  CarePlan,
  Condition,
  Encounter,
  Patient,
  PlanDefinition,
  PlanDefinitionAction,
  Task,
} from '@medplum/fhirtypes';
import { setDeliveries, skipTo } from '../appointments.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';

const WORKFLOW = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code: 'workflow-definition' }],
};
const CALL = 'https://example.org/ActivityDefinition/call';

describe('Definitions that are saved by plain REST', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await startClinic({ now: '2030-03-04T12:00:00Z' });
    await clinic.medplum.createResource<ActivityDefinition>({
      resourceType: 'ActivityDefinition',
      status: 'active',
      kind: 'Task',
      url: CALL,
    });
  });
  afterEach(() => setDeliveries(clinic, 'active'));
  afterAll(() => clinic.close());

  const stage = (id: string, over: PlanDefinitionAction = {}): PlanDefinitionAction => ({
    id,
    code: [{ coding: [{ code: id }] }],
    ...over,
  });
  const define = async (...action: PlanDefinitionAction[]): Promise<WithId<PlanDefinition>> => {
    const made = await clinic.medplum.createResource<PlanDefinition>({
      resourceType: 'PlanDefinition',
      status: 'active',
      type: WORKFLOW,
      action,
    });
    await clinic.server.drain();
    return made;
  };
  const ticketOf = async (definition: WithId<PlanDefinition>): Promise<WithId<Task>[]> => {
    await clinic.server.drain();
    clinic.medplum.invalidateAll();
    return clinic.medplum.searchResources('Task', `focus=PlanDefinition/${definition.id}`);
  };
  const plansOf = async (patient: WithId<Patient>, definition: WithId<PlanDefinition>): Promise<WithId<CarePlan>[]> => {
    await clinic.server.drain();
    clinic.medplum.invalidateAll();
    const plans = await clinic.medplum.searchResources('CarePlan', `subject=Patient/${patient.id}`);
    return plans.filter(({ instantiatesUri }) => instantiatesUri?.[0]?.startsWith(`PlanDefinition/${definition.id}/`));
  };
  const retire = (definition: WithId<PlanDefinition>): Promise<unknown> =>
    clinic.medplum.patchResource('PlanDefinition', definition.id, [
      { op: 'replace', path: '/status', value: 'retired' },
    ]);
  const call = { id: 'call', definitionCanonical: CALL };
  const fhirpath = (expression: string): { language: 'text/fhirpath'; expression: string } => ({
    language: 'text/fhirpath',
    expression,
  });

  test.each<[string, PlanDefinitionAction[], RegExp]>([
    [
      'an event that there is not',
      [stage('a', { trigger: [{ type: 'named-event', name: 'appointment-missed' }] })],
      /action\[0\].trigger\[0\].name: there is no event "appointment-missed"/,
    ],
    [
      'a template that there is not',
      [stage('a', { action: [{ id: 's', definitionCanonical: 'https://example.org/none' }] })],
      /action\[0\].action\[0\].definitionCanonical: there is no active/,
    ],
    [
      'a stage after one that there is not',
      [stage('a'), stage('b', { relatedAction: [{ actionId: 'c', relationship: 'after-start' }] })],
      /action\[1\].relatedAction.actionId: there is no stage "c"/,
    ],
    [
      'stages that wait for each other',
      [
        stage('a', { relatedAction: [{ actionId: 'b', relationship: 'after-start' }] }),
        stage('b', { relatedAction: [{ actionId: 'a', relationship: 'after-start' }] }),
      ],
      /action\[0\].relatedAction.actionId: stage "b" does not come before this one/,
    ],
    [
      'a step before the visit in a stage after it',
      [
        stage('a'),
        stage('b', {
          trigger: [{ type: 'named-event', name: 'encounter-finished' }],
          action: [{ ...call, relatedAction: [{ actionId: 'appointment', relationship: 'before-start' }] }],
        }),
      ],
      /action\[1\].action\[0\].relatedAction: .* it can never be due/,
    ],
    [
      'a function that FHIRPath does not have',
      [stage('a', { condition: [{ kind: 'applicability', expression: fhirpath('gender.nonsense()') }] })],
      /action\[0\].condition\[0\].expression: this is no FHIRPath/,
    ],
    [
      'a variable that there is not',
      [
        stage('a', {
          action: [{ ...call, condition: [{ kind: 'applicability', expression: fhirpath('%visit.exists()') }] }],
        }),
      ],
      /action\[0\].action\[0\].condition\[0\].expression: this is no FHIRPath/,
    ],
    [
      'a repetition without a period',
      [stage('a', { timingTiming: { repeat: { count: 3 } } })],
      /action\[0\].timingTiming.repeat/,
    ],
  ])(
    '%s is a ticket at once and a refusal when it is to be started; right again, the ticket closes',
    async (_what, action, text) => {
      const definition = await define(...action);
      const [ticket, ...others] = await ticketOf(definition);
      expect(others).toEqual([]);
      expect(ticket).toMatchObject({ status: 'requested', description: expect.stringMatching(text) });
      const body = { definition: `PlanDefinition/${definition.id}`, start: '2030-06-10T09:00:00Z' };
      await expect(clinic.call('PlanDefinition/$simulate', body)).rejects.toMatchObject({
        outcome: {
          issue: [{ code: 'value', expression: ['definition'], details: { text: expect.stringMatching(text) } }],
        },
      });
      await clinic.medplum.updateResource<PlanDefinition>({ ...definition, action: [stage('a')] });
      expect((await ticketOf(definition)).map(({ status }) => status)).toEqual(['completed']);
      await retire(definition);
    },
  );

  test('a template that comes later closes the ticket; one that goes away raises a new one, by the sweep too', async () => {
    const url = 'https://example.org/ActivityDefinition/later';
    const definition = await define(stage('a', { action: [{ id: 's', definitionCanonical: url }] }));
    expect((await ticketOf(definition)).map(({ status }) => status)).toEqual(['requested']);
    const later = await clinic.medplum.createResource<ActivityDefinition>({
      resourceType: 'ActivityDefinition',
      status: 'active',
      kind: 'Task',
      url,
    });
    expect((await ticketOf(definition)).map(({ status }) => status)).toEqual(['completed']);
    await clinic.medplum.deleteResource('ActivityDefinition', later.id);
    expect((await ticketOf(definition)).map(({ status }) => status).sort()).toEqual(['completed', 'requested']);
    await retire(definition);
    await setDeliveries(clinic, 'off');
    const silent = await define(stage('a', { action: [{ id: 's', definitionCanonical: url }] }));
    await clinic.server.advance({ minutes: 7 });
    expect((await ticketOf(silent)).map(({ status }) => status)).toEqual(['requested']);
    await retire(silent);
  });

  const condition = (patient: WithId<Patient>, code: string, verification: string): Promise<WithId<Condition>> =>
    clinic.medplum.createResource<Condition>({
      resourceType: 'Condition',
      subject: createReference(patient),
      verificationStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: verification }],
      },
      code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code }] },
    });

  test.each(['by its delivery', 'by the sweep'])(
    'a new diagnosis starts the journey that names it, once, %s',
    async (how) => {
      const definition = await define(
        stage('first', {
          trigger: [
            {
              type: 'named-event',
              name: 'condition-confirmed',
              data: [{ type: 'Condition' }],
              condition: fhirpath("code.coding.where(code.startsWith('E11')).exists()"),
            },
          ],
          action: [call],
        }),
      );
      if (how === 'by the sweep') {
        await setDeliveries(clinic, 'off');
      }
      const patient = await clinic.newPatient();
      await condition(patient, 'I10', 'confirmed');
      const suspected = await condition(patient, 'E11.9', 'provisional');
      await clinic.server.advance({ minutes: 7 });
      expect(await plansOf(patient, definition)).toEqual([]);
      const confirmed = { coding: [{ ...suspected.verificationStatus?.coding?.[0], code: 'confirmed' }] };
      await clinic.medplum.updateResource<Condition>({ ...suspected, verificationStatus: confirmed });
      await clinic.server.advance({ minutes: 7 });
      const [plan, ...others] = await plansOf(patient, definition);
      expect(others).toEqual([]);
      expect(plan).toMatchObject({ status: 'active', addresses: [{ reference: `Condition/${suspected.id}` }] });
      await clinic.call('CarePlan/$cancel-journey', { journey: `CarePlan/${plan?.id}`, reason: 'Declined' });
      await clinic.medplum.patchResource('Condition', suspected.id, [
        { op: 'add', path: '/note', value: [{ text: 'Looked at again' }] },
      ]);
      await clinic.server.advance({ minutes: 7 });
      expect((await plansOf(patient, definition)).map(({ status }) => status)).toEqual(['revoked']);
      await retire(definition);
    },
  );

  test('a discharge starts a journey that is about that encounter, and a registration one of its own beside it', async () => {
    const discharged = await define(
      stage('home', { trigger: [{ type: 'named-event', name: 'encounter-discharged' }], action: [call] }),
    );
    const registered = await define(
      stage('hello', { trigger: [{ type: 'named-event', name: 'patient-registered' }], action: [call] }),
    );
    const patient = await clinic.newPatient();
    const encounter = await clinic.medplum.createResource<Encounter>({
      resourceType: 'Encounter',
      status: 'in-progress',
      class: { code: 'IMP' },
      subject: createReference(patient),
    });
    expect(await plansOf(patient, discharged)).toEqual([]);
    await clinic.medplum.updateResource<Encounter>({ ...encounter, status: 'finished' });
    expect(await plansOf(patient, discharged)).toMatchObject([
      { status: 'active', encounter: { reference: `Encounter/${encounter.id}` } },
    ]);
    expect(await plansOf(patient, registered)).toMatchObject([{ status: 'active' }]);
    await retire(discharged);
    await retire(registered);
  });

  test('stages wait for a condition, for the one before to be done, and for their time, and rest with the CarePlan', async () => {
    const definition = await define(
      stage('first', { action: [call] }),
      stage('second', { trigger: [{ type: 'named-event', name: 'stage-done' }] }),
      stage('third', {
        trigger: [{ type: 'data-changed', data: [{ type: 'Patient' }], condition: fhirpath("gender = 'female'") }],
      }),
      stage('last', {
        relatedAction: [
          { actionId: 'third', relationship: 'after-start', offsetDuration: { value: 2, unit: 'd', code: 'd' } },
        ],
        action: [call],
      }),
    );
    const patient = await clinic.newPatient();
    const plan = await clinic.call<WithId<CarePlan>>('PlanDefinition/$start-journey', {
      definition: `PlanDefinition/${definition.id}`,
      patient: `Patient/${patient.id}`,
    });
    const where = async (): Promise<string[]> => {
      await clinic.server.drain();
      clinic.medplum.invalidateAll();
      const tasks = await clinic.medplum.searchResources('Task', `based-on=CarePlan/${plan.id}&status=in-progress`);
      return tasks.map(({ description = '' }) => description);
    };
    expect(await where()).toEqual(['first']);
    const [step] = await clinic.medplum.searchResources(
      'Task',
      `based-on=CarePlan/${plan.id}&status=requested&code=journey-step`,
    );
    await clinic.medplum.updateResource<Task>({ ...step!, status: 'completed' });
    expect(await where()).toEqual(['second']);
    await clinic.medplum.updateResource<Patient>({ ...patient, gender: 'female' });
    expect(await where()).toEqual(['third']);
    const setPlan = async (status: CarePlan['status']): Promise<void> => {
      await clinic.medplum.patchResource('CarePlan', plan.id, [{ op: 'replace', path: '/status', value: status }]);
      await clinic.server.drain();
    };
    await setPlan('on-hold');
    await skipTo(clinic, new Date(clinic.clock.now() + 3 * 86_400_000).toISOString());
    expect(await where()).toEqual(['third']);
    const timed = await clinic.medplum.searchResources('Task', `based-on=CarePlan/${plan.id}&code=timed-stage`);
    expect(timed).toHaveLength(0);
    await setPlan('active');
    expect(await where()).toEqual(['last']);
  });
});
