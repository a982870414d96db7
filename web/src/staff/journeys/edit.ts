import type { PlanDefinition, PlanDefinitionAction, PlanDefinitionActionRelatedAction } from '@medplum/fhirtypes';
import { STAGE_CODE } from '../../../../bots/journeys/names.ts';
import { APPOINTMENT_ACTION, OFFSET_UNITS } from '../../../../bots/journeys/relation.ts';

/** When something happens, as a form has it. */
export interface Timing {
  /** `none` for a step that is due when its stage begins, and a stage that waits for events; the id of a stage. */
  readonly anchor: 'none' | Edge | `stage:${string}`;
  readonly value: number;
  readonly unit: Unit;
}

export const EDGES = ['before-start', 'after-start', 'before-end', 'after-end'] as const;
type Edge = (typeof EDGES)[number];
export type Unit = (typeof OFFSET_UNITS)[number];

type Change = (action: PlanDefinitionAction) => PlanDefinitionAction;

/** The definition with one stage changed; all else of it stays as it is. */
export function withStage(plan: PlanDefinition, at: number, change: Change): PlanDefinition {
  return { ...plan, action: (plan.action ?? []).map((stage, index) => (index === at ? change(stage) : stage)) };
}

/** The same for one step of a stage. */
export function withStep(stage: PlanDefinitionAction, at: number, change: Change): PlanDefinitionAction {
  return { ...stage, action: (stage.action ?? []).map((step, index) => (index === at ? change(step) : step)) };
}

/** A list with one of its entries moved by so many places. */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const [one] = list.slice(at, at + 1);
  const others = list.filter((_entry, index) => index !== at);
  return one === undefined ? [...list] : [...others.slice(0, at + by), one, ...others.slice(at + by)];
}

/** A code that no other has: letters, digits and dashes of the title, with a number where it is taken. */
export function codeFor(title: string, taken: readonly (string | undefined)[]): string {
  const plain = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50);
  const base = plain || 'stage';
  const free = (code: string): boolean => !taken.includes(code);
  const numbered = (number: number): string => (free(`${base}-${number}`) ? `${base}-${number}` : numbered(number + 1));
  return free(base) ? base : numbered(2);
}

/** Whether something of a definition is timed by a visit. */
export const isAboutVisit = ({ action = [] }: PlanDefinition): boolean =>
  action
    .flatMap((stage) => [stage, ...(stage.action ?? [])])
    .some(({ relatedAction = [] }) => relatedAction.some(({ actionId }) => actionId === APPOINTMENT_ACTION));

/** One more stage at the end, which is entered by hand until somebody says otherwise. */
export function addStage(plan: PlanDefinition, title: string): PlanDefinition {
  const stages = plan.action ?? [];
  const code = codeFor(title, [
    ...stages.map(({ id }) => id),
    ...stages.flatMap((stage) => stage.code?.flatMap(({ coding }) => coding?.map((one) => one.code)) ?? []),
  ]);
  return {
    ...plan,
    action: [...stages, { id: code, title, code: [{ coding: [{ system: STAGE_CODE, code, display: title }] }] }],
  };
}

/** One more step at the end of a stage, of which still has to be said what it is. */
export function addStep(stage: PlanDefinitionAction, title: string): PlanDefinitionAction {
  const steps = stage.action ?? [];
  return {
    ...stage,
    action: [
      ...steps,
      {
        id: codeFor(
          title,
          steps.map(({ id }) => id),
        ),
        title,
      },
    ],
  };
}

/** The events that enter a stage. */
export const eventsOf = ({ trigger = [] }: PlanDefinitionAction): string[] =>
  trigger.flatMap(({ type, name }) => (type === 'named-event' && name ? [name] : []));

/** The stage, entered by these events. Triggers that stay keep what else they say; other kinds of triggers stay. */
export function withEvents(stage: PlanDefinitionAction, events: readonly string[]): PlanDefinitionAction {
  const kept = (stage.trigger ?? []).filter(({ type, name }) => type !== 'named-event' || events.includes(name ?? ''));
  const added = events
    .filter((event) => !eventsOf(stage).includes(event))
    .map((name) => ({ type: 'named-event' as const, name }));
  return withList(stage, 'trigger', [...kept, ...added]);
}

/** @param own - The id of the stage that a step belongs to: what it is timed by counts from the stage's beginning. */
export function timingOf({ relatedAction = [] }: PlanDefinitionAction, own?: string): Timing {
  const [related] = relatedAction;
  const { value = 0, code, unit } = related?.offsetDuration ?? {};
  const known = OFFSET_UNITS.find((one) => one === (code ?? unit)) ?? 'd';
  return { anchor: anchorOf(related, own), value, unit: known };
}

const SAME: Readonly<Record<string, Edge>> = {
  before: 'before-start',
  concurrent: 'after-start',
  'concurrent-with-start': 'after-start',
  'concurrent-with-end': 'after-end',
  after: 'after-end',
};

function anchorOf(related: PlanDefinitionActionRelatedAction | undefined, own: string | undefined): Timing['anchor'] {
  if (!related) {
    return 'none';
  }
  if (related.actionId === APPOINTMENT_ACTION) {
    return EDGES.find((edge) => edge === related.relationship) ?? SAME[related.relationship] ?? 'after-start';
  }
  return related.actionId === own ? 'none' : `stage:${related.actionId}`;
}

/** The stage or step at another time. What else its relation says stays. */
export function withTiming(action: PlanDefinitionAction, timing: Timing, own?: string): PlanDefinitionAction {
  const { anchor, value, unit } = timing;
  const [former] = action.relatedAction ?? [];
  if (anchor === 'none' && (!own || value === 0)) {
    return withList(action, 'relatedAction', []);
  }
  const isEdge = EDGES.some((edge) => edge === anchor);
  const actionId = isEdge ? APPOINTMENT_ACTION : anchor === 'none' ? (own ?? '') : anchor.slice('stage:'.length);
  const relationship = isEdge ? (anchor as Edge) : ('after-start' as const);
  const offset = { value, unit, system: 'http://unitsofmeasure.org', code: unit };
  const related = { ...former, actionId, relationship, offsetDuration: value > 0 ? offset : undefined };
  return { ...action, relatedAction: [related] };
}

/** Empty lists are left out, as FHIR wants it. */
export function withList<K extends 'trigger' | 'condition' | 'relatedAction'>(
  action: PlanDefinitionAction,
  name: K,
  list: NonNullable<PlanDefinitionAction[K]>,
): PlanDefinitionAction {
  return { ...action, [name]: list.length > 0 ? list : undefined };
}
