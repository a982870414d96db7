import { becomes, when } from './when.ts';
import type { Rule } from './when.ts';

const CONVERSATION = 'https://careline.dev/fhir/CodeSystem/task-code|conversation';
const STEP = 'https://careline.dev/fhir/CodeSystem/task-code|journey-step';

/** A Task of a kind is closed. */
function oneIsClosed(code: string): ReturnType<typeof becomes> {
  const { criteria, ...rest } = becomes('completed', 'cancelled');
  return { ...rest, criteria: `${criteria}&code=${code}` };
}

export default [
  // A step of a journey: it may have been the last one.
  when('Task', oneIsClosed(STEP)).run('journeys/advance'),
  // Somebody wrote again whom nobody has read yet.
  when('Task', oneIsClosed(CONVERSATION)).run('messages/attend'),
] satisfies Rule[];
