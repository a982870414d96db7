import type { WithId } from '@medplum/core';
import type { QuestionnaireResponse } from '@medplum/fhirtypes';
import type { Facts } from './facts.ts';
import type { Journey } from './journey.ts';
import { isOpen, questionnaireOf, SDC } from './parts.ts';
import type { Step } from './parts.ts';

/** When somebody answered: `authored`, or else when the answers were stored. */
export const answeredAt = ({ authored, meta }: QuestionnaireResponse): Date =>
  new Date(authored ?? meta?.lastUpdated ?? 0);

/** A questionnaire that the patient has answered since it was asked is done, and names the answers. */
export function closeAnswered(journey: Journey, facts: Facts, now: Date): Journey {
  const steps = journey.steps.map((step): Step => {
    const answer = step.resourceType === 'Task' && isOpen(step) ? answerTo(step, facts) : undefined;
    if (!answer || step.resourceType !== 'Task') {
      return step;
    }
    const type = { coding: [{ system: SDC, code: 'questionnaire-response' }] };
    const output = [{ type, valueReference: { reference: `QuestionnaireResponse/${answer.id}` } }];
    return { ...step, status: 'completed', output, lastModified: now.toISOString() };
  });
  return steps.every((step, index) => step === journey.steps[index]) ? journey : { ...journey, steps };
}

function answerTo(
  step: Extract<Step, { resourceType: 'Task' }>,
  { answers = [] }: Facts,
): WithId<QuestionnaireResponse> | undefined {
  const url = questionnaireOf(step);
  const asked = new Date(step.authoredOn ?? 0);
  return answers.find((answer) => answer.questionnaire?.split('|')[0] === url && url && answeredAt(answer) >= asked);
}
