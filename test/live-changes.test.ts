import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { MedplumClient } from '@medplum/core';
import type { Communication, Resource } from '@medplum/fhirtypes';
import { startClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { patientMember, staffMember } from './members.ts';
import { waitFor } from '../scripts/lib/wait-for.ts';

let clinic: Clinic;
const listening: MedplumClient[] = [];

beforeAll(async () => {
  clinic = await startClinic();
});
afterAll(async () => {
  listening.forEach((medplum) => medplum.getSubscriptionManager().closeWebSocket());
  await clinic.close();
});

/** Listens as the pages do. */
async function listen(medplum: MedplumClient, criteria: string): Promise<Resource[]> {
  listening.push(medplum);
  const emitter = medplum.subscribeToCriteria(criteria);
  const told: Resource[] = [];
  emitter.addEventListener('message', ({ payload }) => told.push(payload.entry?.[1]?.resource as Resource));
  await new Promise<void>((resolve) => emitter.addEventListener('connect', () => resolve()));
  return told;
}

test('staff and patients hear of changes with the policies of their roles, each of what is theirs', async () => {
  const desk = await staffMember(clinic, 'front-desk');
  const clinician = await staffMember(clinic, 'practitioner');
  const patient = await patientMember(clinic);
  const told = await Promise.all(
    [desk, clinician, patient].map(async ({ medplum }) => ({
      messages: await listen(medplum, 'Communication'),
      conditions: await listen(medplum, 'Condition').catch(() => []),
    })),
  );
  const message = (subject: string): Communication => ({
    resourceType: 'Communication',
    status: 'completed',
    subject: { reference: subject },
    recipient: [{ reference: subject }],
    payload: [{ contentString: 'Your results are in.' }],
  });
  const theirs = `Patient/${patient.profile.id}`;
  const own = await clinic.medplum.createResource(message(theirs));
  const other = await clinic.medplum.createResource(message(`Patient/${clinic.demo('patient-1').id}`));
  await clinic.medplum.createResource({ resourceType: 'Condition', subject: { reference: theirs } });
  await clinic.server.drain();
  await waitFor('the clinician to hear', async () => told[1]?.conditions[0]);
  const ids = told.map(({ messages }) =>
    messages.map(({ id }) => id).filter((id) => [own.id, other.id].includes(id ?? '')),
  );
  expect(ids).toEqual([[own.id, other.id], [own.id, other.id], [own.id]]);
  expect(told.map(({ conditions }) => conditions.length)).toEqual([0, 1, 0]);
});
