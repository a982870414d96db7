import type { Duration, PlanDefinitionAction } from '@medplum/fhirtypes';

/** When a step is due: so long before or after an edge of what it is related to. */
export interface Due {
  readonly anchor: 'stage-entry' | 'appointment-start' | 'appointment-end';
  readonly direction: 'before' | 'after';
  readonly offset?: Duration;
}

/** The id that a `relatedAction` names to be timed by the appointment. */
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

/** Reads the one `relatedAction` by which a stage or a step is timed, and the id of the action that it is related to. */
export function readRelation(
  action: PlanDefinitionAction,
  path: string,
  problems: string[],
): { due: Due; related: string } | undefined {
  const [related, ...others] = action.relatedAction ?? [];
  if (!related) {
    return undefined;
  }
  if (others.length > 0 || related.offsetRange) {
    problems.push(`${path}.relatedAction: one relation times it, with offsetDuration.`);
  }
  const offset = related.offsetDuration;
  const unit = offset?.code ?? offset?.unit;
  const known = OFFSET_UNITS.some((allowed) => allowed === unit);
  if (offset && (!known || offset.value === undefined || offset.value < 0)) {
    problems.push(`${path}.relatedAction.offsetDuration: a value from 0 in one of ${OFFSET_UNITS.join(', ')}.`);
  }
  const [edge, direction] = RELATIONSHIPS[related.relationship] ?? (['start', 'after'] as const);
  const length = offset && { offset };
  if (related.actionId === APPOINTMENT_ACTION) {
    return { related: related.actionId, due: { anchor: `appointment-${edge}`, direction, ...length } };
  }
  if (edge !== 'start' || direction !== 'after') {
    problems.push(`${path}.relatedAction.relationship: a stage times what follows from its start on.`);
  }
  return { related: related.actionId, due: { anchor: 'stage-entry', direction: 'after', ...length } };
}
