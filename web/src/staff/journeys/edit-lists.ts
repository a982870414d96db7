import type { PlanDefinitionAction, TriggerDefinition } from '@medplum/fhirtypes';
import type { REPEAT_UNITS } from '../../../../bots/journeys/stage-timing.ts';
import { withList } from './edit.ts';

const FHIRPATH = 'text/fhirpath' as const;

/** The conditions of a stage or a step, all of which must be true. */
export const conditionsOf = ({ condition = [] }: PlanDefinitionAction): string[] =>
  condition.map(({ expression }) => expression?.expression ?? '');

/** What else a condition says, such as a description, stays with it. */
export function withConditions(action: PlanDefinitionAction, expressions: readonly string[]): PlanDefinitionAction {
  const former = kept(action.condition ?? [], conditionsOf(action), expressions);
  return withList(
    action,
    'condition',
    expressions.map((expression, index) => ({
      ...former[index],
      kind: 'applicability' as const,
      expression: { ...former[index]?.expression, language: FHIRPATH, expression },
    })),
  );
}

/** The conditions that enter a stage, any of them as soon as it is true. */
export const whensOf = (stage: PlanDefinitionAction): string[] =>
  dataTriggers(stage).map(({ condition }) => condition?.expression ?? '');

export function withWhens(stage: PlanDefinitionAction, expressions: readonly string[]): PlanDefinitionAction {
  const before = dataTriggers(stage);
  const former = kept(before, whensOf(stage), expressions);
  const made = expressions.map((expression, index): TriggerDefinition => {
    const { condition, ...trigger } = former[index] ?? { data: [{ type: 'Patient' }] };
    return { ...trigger, type: 'data-changed', condition: { ...condition, language: FHIRPATH, expression } };
  });
  // Those that stay keep their place among the other triggers.
  const others = (stage.trigger ?? []).filter((trigger) => !before.includes(trigger) || former.includes(trigger));
  const placed = others.map((trigger) =>
    before.includes(trigger) ? (made[former.indexOf(trigger)] ?? trigger) : trigger,
  );
  return withList(stage, 'trigger', [...placed, ...made.filter((_one, index) => former[index] === undefined)]);
}

const dataTriggers = ({ trigger = [] }: PlanDefinitionAction): TriggerDefinition[] =>
  trigger.filter(({ type }) => type === 'data-changed');

/** What the resource of an event must fulfil to start a journey in this stage; empty where any does. */
export const startConditionOf = ({ trigger = [] }: PlanDefinitionAction, event: string): string =>
  trigger.find(({ name }) => name === event)?.condition?.expression ?? '';

export function withStartCondition(
  stage: PlanDefinitionAction,
  event: string,
  expression: string,
): PlanDefinitionAction {
  const trigger = (stage.trigger ?? []).map((one): TriggerDefinition =>
    one.name === event
      ? {
          ...one,
          condition: expression ? { ...one.condition, language: FHIRPATH, expression } : undefined,
        }
      : one,
  );
  return { ...stage, trigger };
}

/** How often a stage is entered, the first time too, and how long after its first entry. */
export interface RepeatForm {
  readonly count: number;
  readonly period: number;
  readonly unit: (typeof REPEAT_UNITS)[number];
}

export function repeatOf({ timingTiming }: PlanDefinitionAction): RepeatForm | undefined {
  const { count = 0, period = 0, periodUnit } = timingTiming?.repeat ?? {};
  return timingTiming && { count, period, unit: (periodUnit ?? 'd') as RepeatForm['unit'] };
}

export function withRepeat(stage: PlanDefinitionAction, form: RepeatForm | undefined): PlanDefinitionAction {
  if (!form) {
    return { ...stage, timingTiming: undefined };
  }
  const { timingTiming } = stage;
  const repeat = { ...timingTiming?.repeat, count: form.count, period: form.period, periodUnit: form.unit };
  return { ...stage, timingTiming: { ...timingTiming, repeat } };
}

/** Which entry each text was before: the one in its place, or after one was taken out, the one that says the same. */
function kept<T>(entries: readonly T[], before: readonly string[], after: readonly string[]): (T | undefined)[] {
  if (after.length >= before.length) {
    return after.map((_text, index) => entries[index]);
  }
  const gone = before.findIndex((text, index) => text !== after[index]);
  return after.map((_text, index) => entries[index < gone || gone < 0 ? index : index + 1]);
}
