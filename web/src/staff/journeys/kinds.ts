import { asksQuestions } from '../../../../bots/journeys/parts.ts';
import type { Step } from '../../../../bots/journeys/parts.ts';

/** What a step of a journey is, as a person tells them apart. */
export function kindOf(step: Step): 'message' | 'task' | 'questionnaire' {
  if (step.resourceType === 'CommunicationRequest') {
    return 'message';
  }
  return asksQuestions(step) ? 'questionnaire' : 'task';
}
