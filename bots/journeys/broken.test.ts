import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Patient, PlanDefinition } from '@medplum/fhirtypes';
import { bookDirectly, passes, setDeliveries, setStatus } from '../../test/appointments.ts';
import { startClinic } from '../../test/clinic.ts';
import type { Clinic } from '../../test/clinic.ts';
import { Story } from '../../test/journeys/story.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await startClinic({ now: '2030-03-04T12:00:00Z' });
});
afterAll(() => clinic.close());

/** It can be evaluated, and fails for who has two numbers. */
const FRAGILE = "telecom.value.contains('@')";
const TWO: Partial<Patient> = {
  telecom: [
    { system: 'phone', value: '+12025550101' },
    { system: 'email', value: 'two@example.org' },
  ],
};

test('a condition that fails for somebody counts as not true, is one ticket, and stops no other journey', async () => {
  const definition = await clinic.medplum.createResource<PlanDefinition>({
    resourceType: 'PlanDefinition',
    status: 'active',
    url: 'https://careline.dev/fhir/PlanDefinition/fragile',
    type: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code: 'workflow-definition' }],
    },
    action: [
      { code: [{ coding: [{ code: 'first' }] }], trigger: [{ type: 'named-event', name: 'appointment-booked' }] },
      {
        code: [{ coding: [{ code: 'mailed' }] }],
        trigger: [{ type: 'named-event', name: 'appointment-arrived' }],
        condition: [{ kind: 'applicability', expression: { language: 'text/fhirpath', expression: FRAGILE } }],
      },
      { code: [{ coding: [{ code: 'last' }] }], trigger: [{ type: 'named-event', name: 'appointment-fulfilled' }] },
    ],
  });
  const story = await Story.begin(clinic, TWO);
  const appointment = await story.book('fragile', 10);
  const other = await bookDirectly(clinic, await clinic.newPatient(), '2030-04-04T12:00:00Z');
  await clinic.server.drain();
  await setDeliveries(clinic, 'off');
  await setStatus(clinic, appointment, 'arrived');
  await setStatus(clinic, other, 'arrived');
  await passes(clinic, 3);
  expect(await story.stages('fragile')).toMatchObject({ first: 'in-progress', mailed: 'requested' });
  const plan = await clinic.medplum.searchOne('CarePlan', `activity-reference=Appointment/${other.id}`);
  expect(await clinic.medplum.searchOne('Task', `based-on=CarePlan/${plan?.id}&code=day-of-visit`)).toMatchObject({
    status: 'in-progress',
  });
  const tickets = await clinic.medplum.searchResources('Task', { focus: `PlanDefinition/${definition.id}` });
  expect([...tickets]).toMatchObject([{ status: 'requested', description: expect.stringContaining('action[1]') }]);
});
