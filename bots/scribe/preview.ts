import type { Bundle } from '@medplum/fhirtypes';
import type { OperationRun } from '../runtime/definition.ts';
import { staff } from '../runtime/requester.ts';
import { unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import type { DraftContext, Drafted } from './fhir/context.ts';
import { answer } from './fhir/drafted-resources.ts';
import { draft } from './scribe.ts';
import { readTranscript, transcript } from './transcript-parameter.ts';
import type { TranscriptInput, TranscriptSource } from './transcript-parameter.ts';
import type { Draft } from './types.ts';

/** What the operations `Encounter/$… {transcript}` have in common that draft and store nothing. */
export const preview = {
  resource: 'Encounter',
  input: { transcript },
  returns: 'Bundle',
  access: { Binary: 'read', DocumentReference: 'read' },
  who: staff('practitioner', 'nurse'),
  load: (run: OperationRun, input: { transcript: TranscriptInput }): Promise<TranscriptSource> =>
    readTranscript(run, input.transcript),
} as const;

/**
 * Answers with a part of the draft.
 * @param map - The same mapping that the stored draft is made with.
 */
export function answering(map: (drafted: Draft, context: DraftContext) => readonly Drafted[]) {
  return ({ text, context }: TranscriptSource): Decision<Bundle> => unchanged(answer(map(draft(text), context)));
}
