import { isReference, isResource } from '@medplum/core';
import type { DocumentReference, Patient, Reference } from '@medplum/fhirtypes';
import type { OperationRun } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { described, reference } from '../runtime/parameters.ts';
import type { Parameter, Ref } from '../runtime/parameters.ts';
import type { DraftContext } from './fhir/context.ts';
import { MAX_CHARACTERS, MAX_WORDS, transcriptOf, usable } from './fhir/document.ts';
import type { Unusable } from './fhir/document.ts';

/** A transcript as an operation takes it: its text, the DocumentReference that has it, or a reference to one. */
export type TranscriptInput =
  | { readonly text: string }
  | { readonly document: DocumentReference }
  | { readonly reference: Ref<'DocumentReference'> };

const documentReference = reference('DocumentReference');

/** The `transcript` of the stateless operations. */
export const transcript: Parameter<TranscriptInput> = described(
  {
    type: 'string',
    min: 1,
    max: '1',
    parse: (raw, name): TranscriptInput => {
      if (isResource<DocumentReference>(raw, 'DocumentReference')) {
        return { document: inline(raw, name) };
      }
      if (isReference(raw) || (typeof raw === 'string' && /^DocumentReference\/\S+$/.test(raw))) {
        return { reference: documentReference.parse(raw, name) as Ref<'DocumentReference'> };
      }
      return typeof raw === 'string'
        ? { text: raw }
        : refuse('value', name, `${name} must be a text, a DocumentReference or a reference to one.`);
    },
  },
  'The text of the conversation (at most 50,000 words), a DocumentReference with it inline, or a reference to a stored one.',
);

/** What the caller hands over is read only as far as it came along: nobody gets at stored content by describing it. */
function inline(document: DocumentReference, name: string): DocumentReference {
  if (typeof document.content?.[0]?.attachment?.data !== 'string') {
    refuse('value', name, `${name} must have its text inline (content[0].attachment.data), or be a reference.`);
  }
  return document;
}

const REFUSALS: Readonly<Record<Unusable, string>> = {
  'no-attachment': 'The transcript has no text.',
  audio: 'The transcript is a recording. Store it, and it is transcribed and drafted.',
  'not-text': 'The transcript is not a text attachment.',
  unreadable: 'The text of the transcript cannot be read: it must be UTF-8.',
  empty: 'The transcript is empty.',
  'too-long': `The transcript is longer than ${MAX_WORDS} words or ${MAX_CHARACTERS} characters. Split it.`,
};

/** What the stateless operations draft from. */
export interface TranscriptSource {
  readonly text: string;
  readonly context: Omit<DraftContext, 'author'>;
}

/**
 * Reads a transcript for an answer that is not stored.
 * @throws Refusal `value` for one that cannot be drafted from, `not-found` for a reference to nothing.
 */
export async function readTranscript({ fhir, now }: OperationRun, input: TranscriptInput): Promise<TranscriptSource> {
  if ('text' in input) {
    return { text: textOf(usable(input.text)), context: { subject: SOMEBODY, now } };
  }
  const document = 'document' in input ? input.document : await read(fhir, input.reference, 'transcript');
  const text = textOf(await transcriptOf(fhir, document));
  return { text, context: { ...contextOf(document), now } };
}

/** FHIR wants a subject where a mere text names none. */
const SOMEBODY: Reference<Patient> = { type: 'Patient', display: 'The patient of this transcript' };

function contextOf(document: DocumentReference): Pick<DraftContext, 'subject' | 'encounter' | 'source'> {
  const { id, subject, context } = document;
  const encounter = context?.encounter?.[0];
  return {
    subject: subject?.reference?.startsWith('Patient/') ? { reference: subject.reference } : SOMEBODY,
    ...(encounter?.reference?.startsWith('Encounter/') && { encounter: { reference: encounter.reference } }),
    ...(id && { source: { reference: `DocumentReference/${id}` } }),
  };
}

function textOf(transcript: { text: string } | { unusable: Unusable }): string {
  return 'text' in transcript ? transcript.text : refuse('value', 'transcript', REFUSALS[transcript.unusable]);
}
