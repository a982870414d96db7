import type { Duration, PlanDefinitionAction, TriggerDefinition } from '@medplum/fhirtypes';
import type { Due } from './relation.ts';
import { EVENTS, isStartEvent } from './events.ts';
import { isExpression } from './expression-check.ts';
import { readRelation } from './relation.ts';

/** When a stage is entered by itself: so long after another one was, or before or after an edge of the appointment. */
export interface StageTime extends Due {
  /** The `id` of the other stage's action, where `anchor` is `stage-entry`. */
  readonly stage?: string;
}

/** A stage that is entered again and again. */
export interface Repeat {
  /** How often it is entered, the first time too. */
  readonly count: number;
  readonly every: Duration;
}

/** What enters a stage beside a person. */
export interface Triggers {
  /** Names of events. */
  readonly triggers: readonly string[];
  /** FHIRPath conditions that enter the stage as soon as they are true. */
  readonly whens: readonly string[];
  /** What an event must fulfil to start a journey in this stage: FHIRPath over the resource that shows it. */
  readonly startConditions: Readonly<Record<string, string>>;
}

/** Reads what enters a stage: named events, and data triggers with a condition. */
export function readTriggers(triggers: readonly TriggerDefinition[], path: string, problems: string[]): Triggers {
  const names: string[] = [];
  const whens: string[] = [];
  const startConditions: Record<string, string> = {};
  for (const [index, { type, name, condition }] of triggers.entries()) {
    const at = `${path}.trigger[${index}]`;
    if (type === 'named-event' && name) {
      if (!EVENTS.some((event) => event === name)) {
        problems.push(`${at}.name: there is no event "${name}"; there are ${EVENTS.join(', ')}.`);
      }
      names.push(name);
      const expression = condition?.expression;
      if (condition && (condition.language !== 'text/fhirpath' || !expression || !isExpression(expression))) {
        problems.push(`${at}.condition: this is no FHIRPath that can be evaluated.`);
      } else if (expression && !isStartEvent(name)) {
        problems.push(`${at}.condition: "${name}" takes no condition of its own.`);
      } else if (expression) {
        startConditions[name] = expression;
      }
    } else if (type === 'data-changed' && condition?.expression) {
      if (condition.language !== 'text/fhirpath' || !isExpression(condition.expression)) {
        problems.push(`${at}.condition: this is no FHIRPath that can be evaluated.`);
      }
      whens.push(condition.expression);
    } else {
      problems.push(`${at}: a trigger is a named event, or data-changed with a condition.`);
    }
  }
  return { triggers: names, whens, startConditions };
}

/** Reads a stage's own `relatedAction`: the time at which it is entered by itself. */
export function readStageTime(action: PlanDefinitionAction, path: string, problems: string[]): StageTime | undefined {
  const relation = readRelation(action, path, problems);
  if (!relation) {
    return undefined;
  }
  const { due, related } = relation;
  return due.anchor === 'stage-entry' ? { ...due, stage: related } : due;
}

/** UCUM codes that a repetition may have. */
export const REPEAT_UNITS = ['h', 'd', 'wk', 'mo', 'a'] as const;

/** Reads a stage's `timingTiming`: how often it is entered again, and how long after its first entry. */
export function readRepeat(action: PlanDefinitionAction, path: string, problems: string[]): Repeat | undefined {
  if (!action.timingTiming) {
    return undefined;
  }
  const { count, period, periodUnit } = action.timingTiming.repeat ?? {};
  if (
    !count ||
    count < 2 ||
    count > 1000 ||
    !period ||
    period <= 0 ||
    !REPEAT_UNITS.some((unit) => unit === periodUnit)
  ) {
    problems.push(
      `${path}.timingTiming.repeat: count from 2 to 1000, period, and periodUnit of ${REPEAT_UNITS.join(', ')}.`,
    );
    return undefined;
  }
  return { count, every: { value: period, ...(periodUnit && { code: periodUnit }) } };
}
