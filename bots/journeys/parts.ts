import { getIdentifier } from '@medplum/core';
import type { CarePlan, CommunicationRequest, Task } from '@medplum/fhirtypes';
import { JOURNEY_SID, STAGE_CODE, STEP_SID } from './names.ts';

/** What a step of a journey is made of: a message at its time, or a task. */
export type Step = CommunicationRequest | Task;

/** The business key of a journey; empty for a CarePlan that is none. */
export const keyOf = (carePlan: CarePlan): string => getIdentifier(carePlan, JOURNEY_SID) ?? '';

/** The code of the stage whose Task this is; empty for another Task. */
export const stageOf = (task: Task): string =>
  task.code?.coding?.find(({ system }) => system === STAGE_CODE)?.code ?? '';

export const stepKey = (carePlan: CarePlan, stage: string, step: string): string =>
  `${keyOf(carePlan)}/${stage}/${step}`;

/** The code of the stage that a step belongs to, and the step's id; undefined for what is no step of this journey. */
export function placeOf(carePlan: CarePlan, step: Step): { stage: string; step: string } | undefined {
  const value = getIdentifier(step, STEP_SID);
  const prefix = `${keyOf(carePlan)}/`;
  const [stage, id] = value?.startsWith(prefix) ? value.slice(prefix.length).split('/') : [];
  return stage && id ? { stage, step: id } : undefined;
}

/** Whether a step is still to be done. */
export const isOpen = (step: Step): boolean =>
  step.resourceType === 'Task'
    ? !['completed', 'cancelled', 'rejected', 'failed', 'entered-in-error'].includes(step.status)
    : ['draft', 'active', 'on-hold', 'unknown'].includes(step.status);

/** When a step is due. */
export function timeOf(step: Step): Date | undefined {
  const time = step.resourceType === 'Task' ? step.restriction?.period?.start : step.occurrenceDateTime;
  return time === undefined ? undefined : new Date(time);
}

/** SDC's code for a Task that asks for a questionnaire, and for the input that names it. */
export const SDC = 'http://hl7.org/fhir/uv/sdc/CodeSystem/temp';

/** Whether a step asks the patient to fill in a questionnaire. */
export const asksQuestions = (task: Task): boolean => questionnaireOf(task) !== undefined;

/** The url of the Questionnaire that a step asks for. */
export const questionnaireOf = (task: Task): string | undefined =>
  task.input?.find(({ type }) => type.coding?.some(({ system, code }) => system === SDC && code === 'questionnaire'))
    ?.valueCanonical;
