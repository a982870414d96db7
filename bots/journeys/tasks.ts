import type { CodeableConcept, Task } from '@medplum/fhirtypes';
import { TASK_CODE } from '../runtime/contract.ts';
import type { StageDefinition, StepDefinition } from './definition.ts';
import { tryEvaluate } from './expressions.ts';
import type { Facts, StepSource } from './facts.ts';
import { referenceTo } from './journey.ts';
import type { Journey } from './journey.ts';
import { STEP_SID, STEP_TASK } from './names.ts';
import { SDC, stageOf, stepKey } from './parts.ts';

/** A step whose definition is gone becomes a task too: somebody has to see it. */
export function newTask(
  journey: Journey,
  stage: StageDefinition,
  step: StepDefinition,
  source: StepSource | undefined,
  due: Date,
  facts: Facts,
  now: Date,
): Task {
  const { carePlan, stages } = journey;
  const stageTask = stages.find((task) => stageOf(task) === stage.code);
  const isQuestionnaire = source?.resourceType === 'Questionnaire';
  const roles = source?.resourceType === 'ActivityDefinition' ? (source.participant ?? []) : [];
  const performers = roles.map(({ role }) => role).filter((role): role is CodeableConcept => role !== undefined);
  const forPatient = isQuestionnaire || roles.some(({ type }) => type === 'patient');
  const owner = forPatient ? (carePlan.subject as Task['owner']) : ownerOf(source, facts);
  const ownCodings = source?.resourceType === 'ActivityDefinition' ? (source.code?.coding ?? []) : [];
  return {
    resourceType: 'Task',
    identifier: [{ system: STEP_SID, value: stepKey(carePlan, stage.code, step.id) }],
    instantiatesCanonical: step.canonical,
    basedOn: [referenceTo(carePlan)],
    ...(stageTask && { partOf: [referenceTo(stageTask)] }),
    status: 'draft',
    intent: 'order',
    code: {
      coding: [
        { system: TASK_CODE, code: STEP_TASK, display: 'Step of a journey' },
        ...(isQuestionnaire ? [{ system: SDC, code: 'complete-questionnaire' }] : ownCodings),
      ],
    },
    description: step.title ?? source?.title ?? step.id,
    for: carePlan.subject,
    ...(owner && { owner }),
    ...(performers.length > 0 && { performerType: performers }),
    authoredOn: now.toISOString(),
    restriction: { period: { start: due.toISOString() } },
    ...(isQuestionnaire && {
      input: [{ type: { coding: [{ system: SDC, code: 'questionnaire' }] }, valueCanonical: step.canonical }],
    }),
  };
}

/** The person whom the definition names: its dynamic value for `owner`, a reference or `Type/id`. */
function ownerOf(source: StepSource | undefined, facts: Facts): Task['owner'] {
  const named = source?.resourceType === 'ActivityDefinition' ? source.dynamicValue : undefined;
  const expression = named?.find(({ path }) => path === OWNER_PATH)?.expression.expression;
  const value: unknown = expression && tryEvaluate(expression, facts.patient, facts)?.[0]?.value;
  const reference = typeof value === 'string' ? value : (value as { reference?: unknown } | undefined)?.reference;
  return typeof reference === 'string' && OWNER.test(reference) ? { reference } : undefined;
}

/** The one path that a task's ActivityDefinition may set by an expression. */
export const OWNER_PATH = 'owner';
const OWNER = /^(Practitioner|PractitionerRole|Organization|CareTeam|Patient|RelatedPerson)\/[A-Za-z0-9.-]{1,64}$/;
