import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Encounter, PlanDefinition, PlanDefinitionAction } from '@medplum/fhirtypes';
import { bookDirectly, passes, setDeliveries, setStatus } from '../appointments.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { Story } from './story.ts';

const BASE = 'https://careline.dev/fhir';
let clinic: Clinic;
beforeAll(async () => {
  clinic = await startClinic({ now: '2030-03-04T12:00:00Z' });
});
afterAll(() => clinic.close());

const define = (name: string, action: PlanDefinitionAction[]): Promise<WithId<PlanDefinition>> =>
  clinic.medplum.createResource<PlanDefinition>({
    resourceType: 'PlanDefinition',
    status: 'active',
    url: `${BASE}/PlanDefinition/${name}`,
    type: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code: 'workflow-definition' }],
    },
    action,
  });
const stage = (code: string, over: PlanDefinitionAction): PlanDefinitionAction => ({
  code: [{ coding: [{ code }] }],
  ...over,
});
const on = (name: string): PlanDefinitionAction => ({ trigger: [{ type: 'named-event', name }] });

describe('What nobody was told of is found by the sweep', () => {
  test('the end of an encounter without an appointment, a patient’s new data, a journey that goes on', async () => {
    await define('stay', [
      stage('inside', on('encounter-started')),
      stage('home', on('encounter-finished')),
      stage('reached', {
        trigger: [
          { type: 'data-changed', condition: { language: 'text/fhirpath', expression: "language = 'de'" }, data: [] },
        ],
      }),
      stage('end', on('manual')),
    ]);
    const story = await Story.begin(clinic);
    const encounter = await clinic.medplum.createResource<Encounter>({
      resourceType: 'Encounter',
      status: 'in-progress',
      class: { code: 'IMP' },
      subject: createReference(story.patient),
    });
    await clinic.server.drain();
    expect(await story.stages('stay')).toMatchObject({ inside: 'in-progress' });
    await setDeliveries(clinic, 'off');

    await setStatus(clinic, encounter, 'finished');
    await passes(clinic, 2);
    expect(await story.stages('stay')).toMatchObject({ home: 'in-progress' });

    await clinic.medplum.updateResource({ ...story.patient, language: 'de' });
    await passes(clinic, 2);
    expect(await story.stages('stay')).toMatchObject({ reached: 'in-progress' });

    await setStatus(clinic, await story.journey('stay'), 'on-hold');
    await setDeliveries(clinic, 'active');
  });

  test('that an appointment was an error', async () => {
    const appointment = await bookDirectly(clinic, await clinic.newPatient(), '2030-05-10T12:00:00Z');
    await clinic.server.drain();
    await setDeliveries(clinic, 'off');
    await setStatus(clinic, appointment, 'entered-in-error');
    await passes(clinic, 2);
    clinic.medplum.invalidateAll();
    const [plan] = await clinic.medplum.searchResources('CarePlan', `activity-reference=Appointment/${appointment.id}`);
    expect(plan?.status).toBe('revoked');
    await setDeliveries(clinic, 'active');
  });
});

test('a deleted appointment ends its journey, and its messages do not go out', async () => {
  const appointment = await bookDirectly(clinic, await clinic.newPatient(), '2030-05-11T12:00:00Z');
  await clinic.server.drain();
  await clinic.medplum.deleteResource('Appointment', appointment.id);
  await clinic.server.drain();
  clinic.medplum.invalidateAll();
  const [plan] = await clinic.medplum.searchResources('CarePlan', `activity-reference=Appointment/${appointment.id}`);
  expect(plan?.status).toBe('revoked');
  const requests = await clinic.medplum.searchResources('CommunicationRequest', `based-on=CarePlan/${plan?.id}`);
  expect(requests.map(({ status }) => status).sort()).toEqual(['completed', 'revoked', 'revoked']);
});
