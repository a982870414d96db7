import type { PlanDefinition, PlanDefinitionAction, PlanDefinitionActionCondition } from '@medplum/fhirtypes';
import { isExpression } from './expression-check.ts';
import { STAGE_CODE } from './names.ts';
import { orderProblems } from './order.ts';
import { APPOINTMENT_ACTION, readRelation } from './relation.ts';
import type { Due } from './relation.ts';
import { readRepeat, readStageTime, readTriggers } from './stage-timing.ts';
import type { Repeat, StageTime, Triggers } from './stage-timing.ts';

/** A PlanDefinition, read as a journey. */
export interface JourneyDefinition {
  readonly source: PlanDefinition;
  readonly stages: readonly StageDefinition[];
}

export interface StageDefinition extends Triggers {
  /** The `id` of its action, by which others are related to it. */
  readonly id?: string;
  /** The code of `BASE/CodeSystem/journey-stage`, or of the clinic's own system. */
  readonly code: string;
  readonly title: string;
  /** When it is entered by itself. */
  readonly time?: StageTime;
  readonly repeat?: Repeat;
  /** FHIRPath over the patient, with `%appointment` and `%answers`. All must be true, or the stage is skipped. */
  readonly conditions: readonly string[];
  readonly steps: readonly StepDefinition[];
}

export interface StepDefinition {
  readonly id: string;
  readonly title?: string;
  /** The url of the ActivityDefinition or Questionnaire, without version. */
  readonly canonical: string;
  readonly due: Due;
  readonly conditions: readonly string[];
}

/** Stage codes and step ids become parts of identifiers. */
const NAME = /^[A-Za-z0-9.-]{1,64}$/;

/**
 * What enters a stage is one transaction of 40 entries: beside the Tasks of the stages and the steps, the CarePlan and as
 * many messages as are stopped with the stage before.
 */
const MAX_TASKS = 35;

/**
 * Reads a PlanDefinition as a journey.
 * @returns The journey and what is wrong with it: one sentence each, with the path. A journey with problems must not
 * be started.
 */
export function readDefinition(source: PlanDefinition): { definition: JourneyDefinition; problems: string[] } {
  const problems: string[] = [];
  const stages = (source.action ?? []).map((action, index) => readStage(action, `action[${index}]`, problems));
  if (stages.length === 0) {
    problems.push('action: a journey needs at least one stage.');
  }
  reportDoubles(
    stages.map(({ code }) => code),
    'action',
    problems,
  );
  if (stages.length + largestEntry(stages) > MAX_TASKS) {
    problems.push(
      'action: the stages, twice the steps of one and the steps of another are too many to change at once: at most 35.',
    );
  }
  problems.push(...stages.slice(1).flatMap((stage, index) => startsOnly(stage, `action[${index + 1}]`)));
  problems.push(...orderProblems(stages));
  return { definition: { source, stages }, problems };
}

/**
 * The most that entering a stage changes beside the stages: of each of its steps, at worst, a message is made beside its
 * request; and the open steps of the stage that is left end.
 */
function largestEntry(stages: readonly StageDefinition[]): number {
  const entries = stages.map(({ steps }, index) => {
    const others = stages.filter((_other, at) => at !== index).map((other) => other.steps.length);
    return 2 * steps.length + Math.max(0, ...others);
  });
  return Math.max(0, ...entries);
}

/** What means nothing in a stage that is not the first one: there it starts the journey. */
function startsOnly({ triggers, startConditions }: StageDefinition, path: string): string[] {
  return [
    ...triggers
      .filter((name) => name === 'condition-confirmed' || name === 'patient-registered')
      .map((name) => `${path}.trigger: "${name}" starts a journey: it belongs to the first stage.`),
    ...Object.keys(startConditions).map(
      (name) =>
        `${path}.trigger: a condition of "${name}" counts where it starts the journey; here the stage takes a condition.`,
    ),
  ];
}

function readStage(action: PlanDefinitionAction, path: string, problems: string[]): StageDefinition {
  const codings = (action.code ?? []).flatMap(({ coding }) => coding ?? []);
  const code = (codings.find(({ system }) => system === STAGE_CODE) ?? codings[0])?.code ?? '';
  if (!NAME.test(code)) {
    problems.push(`${path}.code: a stage needs a code of letters, digits, "." and "-".`);
  }
  const triggers = readTriggers(action.trigger ?? [], path, problems);
  const time = readStageTime(action, path, problems);
  const repeat = readRepeat(action, path, problems);
  const steps = (action.action ?? []).map((step, index) =>
    readStep(step, `step-${index + 1}`, action.id, `${path}.action[${index}]`, problems),
  );
  reportDoubles(
    steps.map(({ id }) => id),
    `${path}.action`,
    problems,
  );
  const conditions = readConditions(action.condition, path, problems);
  return {
    ...(action.id && { id: action.id }),
    code,
    title: action.title ?? code,
    ...triggers,
    ...(time && { time }),
    ...(repeat && { repeat }),
    conditions,
    steps,
  };
}

function readStep(
  action: PlanDefinitionAction,
  name: string,
  stage: string | undefined,
  path: string,
  problems: string[],
): StepDefinition {
  const id = action.id ?? name;
  if (!NAME.test(id)) {
    problems.push(`${path}.id: a step's id has letters, digits, "." and "-".`);
  }
  const canonical = (action.definitionCanonical ?? '').split('|')[0] ?? '';
  if (!canonical) {
    problems.push(`${path}.definitionCanonical: a step needs an ActivityDefinition or a Questionnaire.`);
  }
  return {
    id,
    ...(action.title && { title: action.title }),
    canonical,
    due: readDue(action, stage, path, problems),
    conditions: readConditions(action.condition, path, problems),
  };
}

/** A step without a `relatedAction` is due when its stage is entered. */
function readDue(action: PlanDefinitionAction, stage: string | undefined, path: string, problems: string[]): Due {
  const relation = readRelation(action, path, problems);
  if (!relation) {
    return { anchor: 'stage-entry', direction: 'after' };
  }
  if (relation.related !== APPOINTMENT_ACTION && relation.related !== stage) {
    problems.push(`${path}.relatedAction.actionId: the id of its own stage, or "${APPOINTMENT_ACTION}".`);
  }
  return relation.due;
}

function readConditions(
  conditions: PlanDefinitionActionCondition[] | undefined,
  path: string,
  problems: string[],
): string[] {
  return (conditions ?? []).flatMap(({ kind, expression }, index) => {
    if (kind !== 'applicability' || expression?.language !== 'text/fhirpath' || !expression.expression) {
      problems.push(`${path}.condition[${index}]: an applicability in text/fhirpath.`);
      return [];
    }
    if (!isExpression(expression.expression)) {
      problems.push(`${path}.condition[${index}].expression: this is no FHIRPath that can be evaluated.`);
    }
    return [expression.expression];
  });
}

function reportDoubles(names: readonly string[], path: string, problems: string[]): void {
  for (const double of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    problems.push(`${path}: "${double}" stands there twice.`);
  }
}
