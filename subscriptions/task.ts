import { becomes, when } from './when.ts';
import type { Rule } from './when.ts';

const CONVERSATION = 'https://careline.dev/fhir/CodeSystem/task-code|conversation';
const STEP = 'https://careline.dev/fhir/CodeSystem/task-code|journey-step';

/** A Task of a kind is closed. */
function oneBecomes(status: string, code: string): ReturnType<typeof becomes> {
  const { criteria, ...rest } = becomes(status);
  return { ...rest, criteria: `${criteria}&code=${code}` };
}

export default [
  // A step of a journey: it may have been the last one.
  when('Task', oneBecomes('completed', STEP)).run('journeys/advance'),
  when('Task', oneBecomes('cancelled', STEP)).run('journeys/advance'),
  // Somebody wrote again whom nobody has read yet.
  when('Task', oneBecomes('completed', CONVERSATION)).run('messages/attend'),
  when('Task', oneBecomes('cancelled', CONVERSATION)).run('messages/attend'),
] satisfies Rule[];
