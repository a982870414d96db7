import type { Run } from '../../runtime/definition.ts';
import { text } from '../../runtime/parameters.ts';
import { MAX_CHARACTERS } from '../fhir/document.ts';
import type { Reply } from './ask.ts';
import { ProviderFailure } from './deadline.ts';
import { ASKING_SECONDS } from './settings.ts';
import type { Secrets } from './settings.ts';

/** What the workers have in common that ask a model: a transcript in, its answer or the reason why not out. */
export function answering(asking: (secrets: Secrets, transcript: string) => Promise<Reply>) {
  return {
    // It reads and writes nothing. A policy that lists nothing at all is dropped as empty, so this one lists the least.
    access: { Bot: 'read' },
    input: { transcript: text(MAX_CHARACTERS) },
    timeout: ASKING_SECONDS,
    handle: async ({ secrets }: Run, { transcript }: { transcript: string }): Promise<Reply> => {
      try {
        return await asking(secrets, transcript);
      } catch (thrown) {
        if (thrown instanceof ProviderFailure) {
          return { failure: thrown.failure };
        }
        throw thrown;
      }
    },
  } as const;
}
