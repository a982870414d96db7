import { codeSystem, extensionUrl, sid } from '../runtime/contract.ts';

/** The names that journeys are written with. */
export const JOURNEY_SID = sid('journey');
export const STAGE_SID = sid('journey-stage');
export const STEP_SID = sid('journey-step');
export const STAGE_CODE = codeSystem('journey-stage');
export const EVENT_CODE = codeSystem('journey-event');
/** The code, among `BASE/CodeSystem/task-code`, of a step of a journey that is a task. */
export const STEP_TASK = 'journey-step';
/** And of a stage that is entered at a time. */
export const TIMED_STAGE = 'timed-stage';
/** What started a journey by an event: the business key of the resource and the definition. */
export const CAUSE_SID = sid('journey-cause');
export const DEFAULT_JOURNEY = extensionUrl('default-journey');
