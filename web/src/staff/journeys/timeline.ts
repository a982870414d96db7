import type { Bundle, CarePlan, Resource } from '@medplum/fhirtypes';
import { placeOf, stageOf, timeOf } from '../../../../bots/journeys/parts.ts';
import type { Step } from '../../../../bots/journeys/parts.ts';
import { kindOf } from './kinds.ts';

/** One thing that happens in a simulated journey. */
export interface Moment {
  /** ISO instant. */
  readonly at: string;
  readonly kind: 'stage' | 'message' | 'task' | 'questionnaire' | 'calledOff';
  readonly text: string;
}

/**
 * What a simulated journey comes to, in order of time.
 * @param titles - What steps are called, by `stage/step`.
 */
export function timelineOf(bundle: Bundle, titles: ReadonlyMap<string, string>): Moment[] {
  const made = (bundle.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []));
  const plan = made.find((resource): resource is CarePlan => resource.resourceType === 'CarePlan');
  if (!plan) {
    return [];
  }
  const titleOf = (step: Step): string => {
    const place = placeOf(plan, step);
    const own = step.resourceType === 'Task' ? step.description : undefined;
    return (place && titles.get(`${place.stage}/${place.step}`)) ?? own ?? place?.step ?? '';
  };
  return made
    .flatMap((resource) => momentOf(resource, plan, titleOf))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function momentOf(resource: Resource, plan: CarePlan, titleOf: (step: Step) => string): Moment[] {
  if (resource.resourceType === 'Task' && stageOf(resource)) {
    const at = resource.executionPeriod?.start;
    return at ? [{ at, kind: 'stage', text: resource.description ?? stageOf(resource) }] : [];
  }
  if (
    (resource.resourceType !== 'Task' && resource.resourceType !== 'CommunicationRequest') ||
    !placeOf(plan, resource)
  ) {
    return [];
  }
  const at = timeOf(resource)?.toISOString();
  const off = resource.status === 'revoked' || resource.status === 'cancelled';
  const kind = off ? 'calledOff' : kindOf(resource);
  return at ? [{ at, kind, text: titleOf(resource) }] : [];
}
