import type { Bundle } from '@medplum/fhirtypes';
import { CALLING_ACCESS } from '../runtime/call.ts';
import type { OperationRun } from '../runtime/definition.ts';
import { staff } from '../runtime/requester.ts';
import { unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { chosenScribe } from './engine.ts';
import type { DraftContext, Drafted } from './fhir/context.ts';
import { answer } from './fhir/drafted-resources.ts';
import { logicalAuthor } from './fhir/identity.ts';
import { CHOICE_SECRETS, WAITING_SECONDS } from './model/settings.ts';
import { readTranscript, transcript } from './transcript-parameter.ts';
import type { TranscriptInput } from './transcript-parameter.ts';
import type { Draft } from './types.ts';

interface Previewed {
  readonly drafted: Draft;
  readonly context: DraftContext;
}

/** What the operations `Encounter/$… {transcript}` have in common that draft and store nothing. */
export const preview = {
  resource: 'Encounter',
  input: { transcript },
  returns: 'Bundle',
  access: { ...CALLING_ACCESS, Binary: 'read', CodeSystem: 'read', DocumentReference: 'read', ValueSet: 'read' },
  secrets: CHOICE_SECRETS,
  timeout: WAITING_SECONDS,
  who: staff('practitioner', 'nurse'),
  load: async (run: OperationRun, input: { transcript: TranscriptInput }): Promise<Previewed> => {
    const { text, context } = await readTranscript(run, input.transcript);
    const { draft: drafted, by, making } = await chosenScribe(run)(text);
    return { drafted, context: { ...context, author: logicalAuthor(by), ...(making && { making }) } };
  },
} as const;

/**
 * Answers with a part of the draft.
 * @param map - The same mapping that the stored draft is made with.
 */
export function answering(map: (drafted: Draft, context: DraftContext) => readonly Drafted[]) {
  return ({ drafted, context }: Previewed): Decision<Bundle> => unchanged(answer(map(drafted, context)));
}
