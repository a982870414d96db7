import type { WithId } from '@medplum/core';
import type { Communication, Task } from '@medplum/fhirtypes';
import { subscriber } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { ATTENDING_ACCESS, attendThread, takeUp, threadIds } from './attending.ts';

export default subscriber({
  name: 'messages/attend',
  description:
    'Takes up what patients write, and keeps one ticket open of each conversation whose last message waits for an answer.',
  on: ['Communication', 'Task'],
  access: ATTENDING_ACCESS,
  handle: async (run, changed) => {
    const taken = changed.resourceType === 'Communication' ? await takeUp(run, changed) : undefined;
    const threads = taken ? [taken] : await threadsOf(run, changed);
    for (const thread of new Set(threads)) {
      await attendThread(run, thread);
    }
  },
});

/** The conversations that a message, an answer or a closed ticket is about: their ids. */
async function threadsOf({ fhir }: Run, changed: WithId<Communication | Task>): Promise<string[]> {
  if (changed.resourceType === 'Task') {
    return threadIds([changed.focus]);
  }
  const answered = threadIds(changed.inResponseTo).map((id) => `Communication/${id}`);
  const read = answered.length > 0 ? (await readTogether(fhir, answered)).flat() : [];
  return threadIds([changed, ...ofType(read, 'Communication')].flatMap(({ partOf = [] }) => partOf));
}
