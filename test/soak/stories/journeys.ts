import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type {
  ActivityDefinition,
  CarePlan,
  Condition,
  Encounter,
  Patient,
  PlanDefinition,
  Questionnaire,
  QuestionnaireResponse,
  Task,
} from '@medplum/fhirtypes';
import { stageOf } from '../../../bots/journeys/parts.ts';
import { MESSAGE_TEMPLATE } from '../../../bots/messages/names.ts';
import { bookDirectly, outcomeOf, setStatus } from '../../appointments.ts';
import type { Stage } from '../stage.ts';

const HOUR_MS = 3_600_000;
const BASE = 'https://careline.dev/fhir';
const QUESTIONS = `${BASE}/Questionnaire/care-check-in`;
const WORKFLOW = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code: 'workflow-definition' }],
};

const inHours = ({ clinic }: Stage, hours: number): string =>
  new Date(clinic.clock.now() + hours * HOUR_MS).toISOString();

/** What became of a visit, without what depends on when it was heard of: which messages still made sense. */
async function visitOutcome(stage: Stage, appointment: Parameters<typeof outcomeOf>[1]): Promise<object> {
  const {
    appointment: status,
    journeys,
    linked,
    stages,
    encounters,
    messages,
  } = await outcomeOf(stage.clinic, appointment);
  const twice = messages.filter((message, index) => messages.indexOf(message) !== index);
  return { status, journeys, linked, stages, encounters, twice };
}

/** From the booking to the end of the visit, each step by a client that knows no operation but the one that starts it. */
export async function visit(stage: Stage): Promise<object> {
  const { clinic } = stage;
  const appointment = await bookDirectly(clinic, await stage.newPatient(), inHours(stage, 72));
  await stage.settle();
  await setStatus(clinic, appointment, 'arrived');
  await clinic.server.drain();
  const encounter = await stage.call<Encounter>('Appointment/$start-encounter', {
    appointment: `Appointment/${appointment.id}`,
  });
  await setStatus(clinic, encounter, 'finished');
  await stage.settle();
  return visitOutcome(stage, appointment);
}

/** Missed; and called off. */
export async function noVisit(stage: Stage): Promise<object> {
  const outcome: Record<string, object> = {};
  for (const status of ['noshow', 'cancelled']) {
    const appointment = await bookDirectly(stage.clinic, await stage.newPatient(), inHours(stage, 72));
    await stage.settle(2);
    await setStatus(stage.clinic, appointment, status);
    await stage.settle();
    outcome[status] = await visitOutcome(stage, appointment);
  }
  return outcome;
}

const stagesOf = async ({ clinic: { medplum } }: Stage, plan: WithId<CarePlan>): Promise<string[]> => {
  medplum.invalidateAll();
  const tasks: WithId<Task>[] = await medplum.searchResources('Task', `based-on=CarePlan/${plan.id}&_count=100`);
  return tasks.flatMap((task) => (stageOf(task) ? [`${stageOf(task)} ${task.status}`] : [])).sort();
};

/** Started, moved and ended by hand; and ended by a client that knows no operation. */
export async function byHand(stage: Stage): Promise<object> {
  const { clinic } = stage;
  const definition = await clinic.medplum.searchOne('PlanDefinition', { url: `${BASE}/PlanDefinition/chronic-care` });
  const start = async (): Promise<WithId<CarePlan>> =>
    stage.call<CarePlan>('PlanDefinition/$start-journey', {
      definition: `PlanDefinition/${definition?.id}`,
      patient: `Patient/${(await stage.newPatient()).id}`,
    });
  const [one, two] = [await start(), await start()];
  await stage.call('CarePlan/$advance', { journey: `CarePlan/${one.id}`, to: 'check-in' });
  await stage.settle();
  const between = await stagesOf(stage, one);
  await stage.call('CarePlan/$cancel-journey', { journey: `CarePlan/${one.id}`, reason: 'Moved away' });
  await setStatus(clinic, two, 'revoked');
  await stage.settle();
  await stage.call('PlanDefinition/$simulate', { definition: `PlanDefinition/${definition?.id}` });
  return { between, cancelled: await stagesOf(stage, one), revoked: await stagesOf(stage, two) };
}

/** A diagnosis starts it; when the patient has answered and somebody has called, it says goodbye. */
const FOLLOW_UP: PlanDefinition = {
  resourceType: 'PlanDefinition',
  status: 'active',
  url: 'https://example.org/PlanDefinition/every-bot-follow-up',
  type: WORKFLOW,
  action: [
    {
      code: [{ coding: [{ code: 'ask' }] }],
      trigger: [{ type: 'named-event', name: 'condition-confirmed' }],
      action: [{ id: 'questions', definitionCanonical: QUESTIONS }],
    },
    {
      code: [{ coding: [{ code: 'goodbye' }] }],
      trigger: [{ type: 'named-event', name: 'stage-done' }],
      action: [{ id: 'thanks', definitionCanonical: `${BASE}/ActivityDefinition/care-closing` }],
    },
  ],
};

export async function followUp(stage: Stage): Promise<object> {
  const { medplum, clock } = stage.clinic;
  const definition = await medplum.createResource<PlanDefinition>(FOLLOW_UP);
  const patient = await stage.newPatient();
  await medplum.createResource<Condition>({ resourceType: 'Condition', subject: createReference(patient) });
  await stage.settle(2);
  await medplum.createResource<QuestionnaireResponse>({
    resourceType: 'QuestionnaireResponse',
    questionnaire: QUESTIONS,
    status: 'completed',
    subject: createReference(patient),
    authored: new Date(clock.now()).toISOString(),
  });
  await stage.settle();
  // Nobody else's diagnosis starts it.
  await medplum.updateResource<PlanDefinition>({ ...definition, status: 'retired' });
  return ofPatient(stage, patient);
}

async function ofPatient({ clinic: { medplum } }: Stage, { id }: WithId<Patient>): Promise<object> {
  medplum.invalidateAll();
  const plans = await medplum.searchResources('CarePlan', { subject: `Patient/${id}` });
  const messages = await medplum.searchResources('Communication', { recipient: `Patient/${id}` });
  const tasks = await medplum.searchResources('Task', { patient: `Patient/${id}`, code: 'journey-step' });
  return {
    journeys: plans.map(({ status }) => status),
    messages: messages.map(({ status }) => status),
    steps: tasks.map(({ status }) => status),
  };
}

/** A definition, what it asks, and a template, each saved with a mistake and mended. */
export async function mistakes(stage: Stage): Promise<object> {
  const { medplum } = stage.clinic;
  const text = (body: string): ActivityDefinition['extension'] => [
    {
      url: MESSAGE_TEMPLATE,
      extension: [
        { url: 'channel', valueCode: 'sms' },
        { url: 'language', valueCode: 'en' },
        { url: 'body', valueString: body },
      ],
    },
  ];
  const template = await medplum.createResource<ActivityDefinition>({
    resourceType: 'ActivityDefinition',
    status: 'active',
    kind: 'CommunicationRequest',
    url: 'https://example.org/ActivityDefinition/every-bot',
    extension: text('Dear {{ nobody }}'),
  });
  const questions = 'https://example.org/Questionnaire/every-bot';
  const definition = await medplum.createResource<PlanDefinition>({
    resourceType: 'PlanDefinition',
    status: 'active',
    type: WORKFLOW,
    action: [
      {
        code: [{ coding: [{ code: 'one' }] }],
        trigger: [{ type: 'named-event', name: 'manual' }],
        action: [
          { id: 'message', definitionCanonical: template.url },
          { id: 'questions', definitionCanonical: questions },
        ],
      },
    ],
  });
  const open = async (): Promise<number[]> => {
    await stage.settle(2);
    const focus = [`ActivityDefinition/${template.id}`, `PlanDefinition/${definition.id}`];
    const counts = focus.map(
      async (one) =>
        (await medplum.searchResources('Task', { focus: one, status: 'requested' }, { cache: 'reload' })).length,
    );
    return Promise.all(counts);
  };
  const wrong = await open();
  await medplum.updateResource<ActivityDefinition>({ ...template, extension: text('Dear {{ patient.name }}') });
  const half = await open();
  const asked: Questionnaire = { resourceType: 'Questionnaire', status: 'active', url: questions };
  await medplum.createResource<Questionnaire>(asked);
  return { wrong, half, right: await open() };
}
