import { becomes, when } from './when.ts';
import type { Rule } from './when.ts';

const STEP = 'https://careline.dev/fhir/CodeSystem/task-code|journey-step';

/** A step of a journey is closed: it may have been the last one. */
function stepBecomes(status: string): ReturnType<typeof becomes> {
  const { criteria, ...rest } = becomes(status);
  return { ...rest, criteria: `${criteria}&code=${STEP}` };
}

export default [
  when('Task', stepBecomes('completed')).run('journeys/advance'),
  when('Task', stepBecomes('cancelled')).run('journeys/advance'),
] satisfies Rule[];
