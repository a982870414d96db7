import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { CarePlan, Condition, Patient, PlanDefinition, QuestionnaireResponse, Task } from '@medplum/fhirtypes';
import { passes } from '../appointments.ts';
import { startClinic } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';
import { Deliveries } from './deliveries.ts';
import type { JourneySoak } from './journeys.ts';
import { Random } from './random.ts';

const BASE = 'https://careline.dev/fhir';
const QUESTIONS = `${BASE}/Questionnaire/care-check-in`;
const CALL = `${BASE}/ActivityDefinition/review-answers`;

/** A diagnosis starts it; when the patient has answered and somebody has called, it says goodbye. */
const FOLLOW_UP: PlanDefinition = {
  resourceType: 'PlanDefinition',
  status: 'active',
  url: 'https://example.org/PlanDefinition/soak-follow-up',
  type: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code: 'workflow-definition' }],
  },
  action: [
    {
      code: [{ coding: [{ code: 'ask' }] }],
      trigger: [{ type: 'named-event', name: 'condition-confirmed' }],
      action: [
        { id: 'questions', definitionCanonical: QUESTIONS },
        { id: 'call', definitionCanonical: CALL },
      ],
    },
    {
      code: [{ coding: [{ code: 'goodbye' }] }],
      trigger: [{ type: 'named-event', name: 'stage-done' }],
      action: [{ id: 'thanks', definitionCanonical: `${BASE}/ActivityDefinition/care-closing` }],
    },
  ],
};

/**
 * Plays follow-ups that a diagnosis starts, and definitions that are saved wrong and right again, with every delivery
 * lost, doubled, late or out of order. Each must end in the one way in which it ends when everything is delivered.
 * @returns What ended otherwise.
 */
export async function soakFollowUps({ seed, runs, progress = () => undefined }: JourneySoak): Promise<string[]> {
  const random = new Random(seed);
  const clinic = await startClinic({ now: '2030-03-04T12:00:00Z' });
  try {
    const deliveries = await Deliveries.takeOver(clinic, random);
    const violations: string[] = [];
    // Before the runs, and only then: every definition that a diagnosis starts would be started by all of them.
    await clinic.medplum.createResource<PlanDefinition>(FOLLOW_UP);
    for (let run = 0; run < runs; run++) {
      const outcome = random.next() < 0.7 ? await followUp(clinic, deliveries) : await definition(clinic, deliveries);
      violations.push(...outcome.map((text) => `Run ${run}: ${text}`));
      if (run % 50 === 49) {
        progress(`${run + 1} follow-ups, ${violations.length} violations`);
      }
    }
    return violations;
  } finally {
    await clinic.close();
  }
}

async function followUp(clinic: Clinic, deliveries: Deliveries): Promise<string[]> {
  const { medplum } = clinic;
  deliveries.forget();
  const patient = await clinic.newPatient();
  const condition = await medplum.createResource<Condition>({
    resourceType: 'Condition',
    subject: createReference(patient),
  });
  deliveries.note(undefined, condition);
  await deliveries.some();
  await passes(clinic, 1);
  const answer = await medplum.createResource<QuestionnaireResponse>({
    resourceType: 'QuestionnaireResponse',
    questionnaire: QUESTIONS,
    status: 'completed',
    subject: createReference(patient),
    authored: new Date(clinic.clock.now()).toISOString(),
  });
  deliveries.note(undefined, answer);
  const call = (await tasksOf(clinic, patient)).find(({ instantiatesCanonical }) => instantiatesCanonical === CALL);
  if (!call) {
    return ['the diagnosis started nothing'];
  }
  deliveries.note(call, await medplum.updateResource<Task>({ ...call, status: 'completed' }));
  await deliveries.some();
  await noteMessages(clinic, patient, deliveries);
  await deliveries.some();
  await passes(clinic, 3);
  medplum.invalidateAll();
  const plans: WithId<CarePlan>[] = await medplum.searchResources('CarePlan', { subject: `Patient/${patient.id}` });
  const steps = (await tasksOf(clinic, patient)).map(({ status }) => status);
  const messages = await medplum.searchResources('Communication', { recipient: `Patient/${patient.id}` });
  const shown = [plans.map(({ status }) => status).join(), messages.map(({ status }) => status).join()];
  const outcome = [...shown, steps.join()].join(' | ');
  return outcome === 'completed | completed | completed,completed' ? [] : [outcome];
}

/** The steps of a patient's journeys. */
async function tasksOf({ medplum }: Clinic, patient: WithId<Patient>): Promise<WithId<Task>[]> {
  medplum.invalidateAll();
  return medplum.searchResources('Task', { patient: `Patient/${patient.id}`, code: 'journey-step', _count: '100' });
}

async function noteMessages({ medplum }: Clinic, patient: WithId<Patient>, deliveries: Deliveries): Promise<void> {
  medplum.invalidateAll();
  for (const message of await medplum.searchResources('Communication', { recipient: `Patient/${patient.id}` })) {
    deliveries.note(undefined, message);
  }
}

async function definition(clinic: Clinic, deliveries: Deliveries): Promise<string[]> {
  const { medplum } = clinic;
  deliveries.forget();
  const wrong: PlanDefinition = {
    ...FOLLOW_UP,
    url: undefined,
    action: [{ code: [{ coding: [{ code: 'a' }] }], trigger: [{ type: 'named-event', name: 'nonsense' }] }],
  };
  const saved = await medplum.createResource<PlanDefinition>(wrong);
  deliveries.note(undefined, saved);
  await deliveries.some();
  await passes(clinic, 1);
  const open = async (): Promise<number> => {
    medplum.invalidateAll();
    const query = { focus: `PlanDefinition/${saved.id}`, status: 'requested' };
    return (await medplum.searchResources('Task', query)).length;
  };
  const before = await open();
  const mended = await medplum.updateResource<PlanDefinition>({ ...saved, status: 'retired' });
  deliveries.note(saved, mended);
  await deliveries.some();
  await passes(clinic, 1);
  const after = await open();
  return before === 1 && after === 0 ? [] : [`${before} tickets of a wrong definition, ${after} of a retired one`];
}
