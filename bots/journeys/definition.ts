import { parseFhirPath } from '@medplum/core';
import type { Duration, PlanDefinition, PlanDefinitionAction, PlanDefinitionActionCondition } from '@medplum/fhirtypes';
import { STAGE_CODE } from './names.ts';

/** A PlanDefinition, read as a journey. */
export interface JourneyDefinition {
  readonly source: PlanDefinition;
  readonly stages: readonly StageDefinition[];
}

export interface StageDefinition {
  /** The code of `BASE/CodeSystem/journey-stage`, or of the clinic's own system. */
  readonly code: string;
  readonly title: string;
  /** Names of the events that enter it. */
  readonly triggers: readonly string[];
  /** FHIRPath over the patient, with `%appointment`. All must be true, or the stage is skipped. */
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

/** When a step is due: so long before or after an edge of what it is related to. */
export interface Due {
  readonly anchor: 'stage-entry' | 'appointment-start' | 'appointment-end';
  readonly direction: 'before' | 'after';
  readonly offset?: Duration;
}

/** The id that a step's `relatedAction` names to be timed by the appointment. */
export const APPOINTMENT_ACTION = 'appointment';

/** R4's relationships as an edge and a direction. `before` is before the start, `after` is after the end. */
const RELATIONSHIPS: Readonly<Record<string, readonly [edge: 'start' | 'end', direction: 'before' | 'after']>> = {
  'before-start': ['start', 'before'],
  before: ['start', 'before'],
  'before-end': ['end', 'before'],
  'concurrent-with-start': ['start', 'after'],
  concurrent: ['start', 'after'],
  'concurrent-with-end': ['end', 'after'],
  'after-start': ['start', 'after'],
  after: ['end', 'after'],
  'after-end': ['end', 'after'],
};

/** UCUM codes that an offset may have. */
export const OFFSET_UNITS = ['min', 'h', 'd', 'wk', 'mo', 'a'] as const;

/** Stage codes and step ids become parts of identifiers. */
const NAME = /^[A-Za-z0-9.-]{1,64}$/;

/** A stage's Tasks and its steps, with the CarePlan and the Appointment, are made in one transaction of 40 entries. */
const MAX_TASKS = 36;

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
  // Of each step, at worst, the Communication is made beside its request.
  const largest = Math.max(0, ...stages.map(({ steps }) => 2 * steps.length));
  if (stages.length + largest > MAX_TASKS) {
    problems.push(`action: the stages and the steps of the largest one are too many to start at once.`);
  }
  return { definition: { source, stages }, problems };
}

function readStage(action: PlanDefinitionAction, path: string, problems: string[]): StageDefinition {
  const codings = (action.code ?? []).flatMap(({ coding }) => coding ?? []);
  const code = (codings.find(({ system }) => system === STAGE_CODE) ?? codings[0])?.code ?? '';
  if (!NAME.test(code)) {
    problems.push(`${path}.code: a stage needs a code of letters, digits, "." and "-".`);
  }
  const triggers = (action.trigger ?? []).flatMap(({ type, name }, index) => {
    if (type !== 'named-event' || !name) {
      problems.push(`${path}.trigger[${index}]: a trigger is a named event.`);
      return [];
    }
    return [name];
  });
  const steps = (action.action ?? []).map((step, index) =>
    readStep(step, `step-${index + 1}`, action.id, `${path}.action[${index}]`, problems),
  );
  reportDoubles(
    steps.map(({ id }) => id),
    `${path}.action`,
    problems,
  );
  const conditions = readConditions(action.condition, path, problems);
  return { code, title: action.title ?? code, triggers, conditions, steps };
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
  const atEntry: Due = { anchor: 'stage-entry', direction: 'after' };
  const [related, ...others] = action.relatedAction ?? [];
  if (!related) {
    return atEntry;
  }
  if (others.length > 0 || related.offsetRange) {
    problems.push(`${path}.relatedAction: a step is timed by one relation, with offsetDuration.`);
  }
  const offset = related.offsetDuration;
  const unit = offset?.code ?? offset?.unit;
  const known = OFFSET_UNITS.some((allowed) => allowed === unit);
  if (offset && (!known || offset.value === undefined || offset.value < 0)) {
    problems.push(`${path}.relatedAction.offsetDuration: a value from 0 in one of ${OFFSET_UNITS.join(', ')}.`);
  }
  const [edge, direction] = RELATIONSHIPS[related.relationship] ?? (['start', 'after'] as const);
  if (related.actionId === APPOINTMENT_ACTION) {
    return { anchor: `appointment-${edge}`, direction, ...(offset && { offset }) };
  }
  if (related.actionId !== stage) {
    problems.push(`${path}.relatedAction.actionId: the id of its own stage, or "${APPOINTMENT_ACTION}".`);
  }
  if (edge !== 'start' || direction !== 'after') {
    problems.push(`${path}.relatedAction.relationship: a stage times its steps from its start on.`);
  }
  return { ...atEntry, ...(offset && { offset }) };
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
    try {
      parseFhirPath(expression.expression);
    } catch {
      problems.push(`${path}.condition[${index}].expression: this is no FHIRPath.`);
    }
    return [expression.expression];
  });
}

function reportDoubles(names: readonly string[], path: string, problems: string[]): void {
  for (const double of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    problems.push(`${path}: "${double}" stands there twice.`);
  }
}
