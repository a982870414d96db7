import type { Task } from '@medplum/fhirtypes';
import { SDC } from '../../bots/journeys/parts.ts';

/**
 * A form that a patient is asked to fill in, as a journey asks for it.
 * @param patient - Such as `Patient/123`.
 */
export const formTask = (patient: string): Task => ({
  resourceType: 'Task',
  status: 'requested',
  intent: 'order',
  description: 'How are you?',
  for: { reference: patient },
  owner: { reference: patient },
  input: [
    {
      type: { coding: [{ system: SDC, code: 'questionnaire' }] },
      valueCanonical: 'https://careline.dev/fhir/Questionnaire/care-check-in',
    },
  ],
});
