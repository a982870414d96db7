import { operation } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { described, optional, reference, text } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { moveJourney } from './follow.ts';
import type { Journey } from './journey.ts';
import { JOURNEY_ACCESS, JOURNEY_SECRETS } from './load.ts';
import type { Loaded } from './load.ts';
import { MANUAL } from './events.ts';
import { positionOf } from './entering.ts';
import { completeIfDone, enter } from './moves.ts';
import { arm } from './timers.ts';
import { loadForOperation } from './operations.ts';
import { stageOf } from './parts.ts';

export default operation({
  name: 'journeys/advance-journey',
  description: 'Moves a journey by hand, to the next stage or to one that is named.',
  code: 'advance',
  resource: 'CarePlan',
  input: {
    journey: reference('CarePlan'),
    to: described(optional(text(64)), 'Code of a stage, an earlier one too. The next one if absent.'),
  },
  returns: 'CarePlan',
  access: JOURNEY_ACCESS,
  secrets: JOURNEY_SECRETS,
  who: staff('administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'),
  run: async (run, { journey: plan, to }) => {
    const loaded = await loadForOperation(run, await read(run.fhir, plan, 'journey'));
    // The next stage is the one after where the journey stood when this was asked for: a second try goes no further.
    const target = targetOf(loaded.journey, to);
    return moveJourney(run, loaded, (current) => moveByHand(current, target, run.now), run.requester.reference);
  },
});

/** The journey in the stage that somebody chose. One that is there already stays as it is. */
export function moveByHand({ journey, facts }: Loaded, target: number, now: Date): Journey {
  if (journey.carePlan.status !== 'active') {
    return refuse('business-rule', 'journey', `A journey that is ${journey.carePlan.status} cannot be moved.`);
  }
  if (journey.stages[target]?.status === 'in-progress') {
    return journey;
  }
  return arm(completeIfDone(enter(journey, target, MANUAL, facts, now), facts, now), facts);
}

function targetOf(journey: Journey, to: string | undefined): number {
  const codes = journey.stages.map(stageOf);
  if (to === undefined) {
    const next = positionOf(journey) + 1;
    return next < codes.length ? next : refuse('business-rule', 'to', 'This journey is in its last stage.');
  }
  const index = codes.indexOf(to);
  return index >= 0 ? index : refuse('value', 'to', `to must be one of ${codes.join(', ')}.`);
}
