import { createReference } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { DocumentReference } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { ticket } from '../runtime/ticket.ts';
import { update } from '../runtime/writes.ts';
import { ticketKey } from './drafting.ts';
import { draftKey } from './fhir/document.ts';
import { progressOf, withProgress } from './fhir/progress.ts';

const TEXTS = {
  'no-speech-service':
    'A recording cannot be transcribed: no speech service is set (OPENAI_API_KEY or OPENAI_BASE_URL). Attach the text.',
  'not-speech': 'A recording is of a type that cannot be transcribed. Attach FLAC, M4A, MP3, MP4, OGG, WAV or WebM.',
  'too-large': 'A recording is larger than 25 MB. Split it, or attach it compressed.',
  unreadable: 'A recording cannot be read. Attach it inline or as a Binary of this server.',
  'nothing-said': 'The speech service found no words in a recording. Attach the text, or write the note.',
  'too-long': 'A recording has more than 50,000 words. Split it.',
  'transcription-failed': 'A recording could not be transcribed. Attach it anew to try again, or attach the text.',
} as const;
/** Why a document was given up on. */
export type GivenUp = keyof typeof TEXTS;

/** Hands a document that bots can do nothing with to a person, and says on it that no more is to come. */
export async function giveUp(
  { fhir, now }: Pick<Run, 'fhir' | 'now'>,
  documentId: string,
  why: GivenUp,
): Promise<'ticketed'> {
  return settle<WithId<DocumentReference>, 'ticketed'>({
    fhir,
    load: () => read(fhir, `DocumentReference/${documentId}`, 'document'),
    decide: (document) => {
      const key = draftKey(document);
      const raised = ticket({ key: ticketKey(key), text: TEXTS[why], focus: createReference(document) }, now);
      return { writes: [raised, update(ended(document, key, now))], result: 'ticketed' };
    },
  });
}

/** Says on a document that no more is to come of this content, where it says that it is worked on. */
export async function endWork({ fhir, now }: Pick<Run, 'fhir' | 'now'>, documentId: string): Promise<void> {
  await settle<WithId<DocumentReference>, undefined>({
    fhir,
    load: () => read(fhir, `DocumentReference/${documentId}`, 'document'),
    decide: (document) => ({ writes: [update(ended(document, draftKey(document), now))], result: undefined }),
  });
}

function ended(document: WithId<DocumentReference>, key: string, now: Date): WithId<DocumentReference> {
  const attempts = progressOf(document, key)?.attempts ?? 1;
  return withProgress(document, { key, state: 'ended', since: now, attempts });
}
