import { Buffer } from 'node:buffer';
import { createReference } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Device, DocumentReference, Reference } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { create, temporary, unchanged, update } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { isLinked, linked } from './drafting.ts';
import { bytesOf, draftKey, isAudio, isTranscript, usable } from './fhir/document.ts';
import { SCRIBE_SID, storedAuthor } from './fhir/identity.ts';
import { draftProvenance } from './fhir/provenance.ts';
import type { GivenUp } from './give-up.ts';
import { ProviderFailure } from './model/deadline.ts';
import { speechModel } from './model/settings.ts';
import { endingOf, MAX_AUDIO_BYTES, transcribe } from './model/speech.ts';

/** What transcribing came to; what no run can do anything about is given up on. */
export type Transcribed = 'transcribed' | 'unchanged' | GivenUp;

/**
 * Makes a transcript of a recording, once: a DocumentReference that `transforms` it, which is drafted from like any
 * other. A recording that took the place of an earlier one has its earlier transcript superseded.
 * @throws ProviderFailure where another run may succeed.
 */
export async function transcribeDocument({ fhir, now, secrets }: Run, documentId: string): Promise<Transcribed> {
  const document = await read(fhir, `DocumentReference/${documentId}`, 'document');
  const key = draftKey(document);
  const attachment = document.content[0]?.attachment ?? {};
  if (document.status !== 'current' || !isTranscript(document) || !isAudio(attachment) || isLinked(document, key)) {
    return 'unchanged';
  }
  const ending = endingOf(attachment.contentType);
  if (!ending) {
    return 'not-speech';
  }
  const bytes = (attachment.size ?? 0) > MAX_AUDIO_BYTES ? undefined : await bytesOf(fhir, attachment);
  if (!bytes) {
    return (attachment.size ?? 0) > MAX_AUDIO_BYTES ? 'too-large' : 'unreadable';
  }
  if (bytes.length > MAX_AUDIO_BYTES) {
    return 'too-large';
  }
  const language = /^[a-z]{2}(?=$|-)/i.exec(attachment.language ?? '')?.[0].toLowerCase();
  const said = await words(secrets, { bytes, ending, ...(language && { language }) });
  if (said === undefined) {
    return 'no-speech-service';
  }
  const transcript = usable(said);
  if ('unusable' in transcript) {
    return transcript.unusable === 'too-long' ? 'too-long' : 'nothing-said';
  }
  const author = await storedAuthor(fhir, {
    provider: 'openai',
    model: speechModel(secrets),
    instructions: { kind: 'prompt', version: 'none' },
  });
  return settle<Recorded, Transcribed>({
    fhir,
    load: async () => ({
      document: await read(fhir, `DocumentReference/${documentId}`, 'document'),
      earlier: await fhir.searchResources('DocumentReference', {
        relatesto: `DocumentReference/${documentId}`,
        status: 'current',
        _count: '1000',
      }),
    }),
    decide: (recorded) => decideTranscript(recorded, key, transcript.text, author, now),
  });
}

/** A request that the service refused will be refused again; everything else is for another run. */
async function words(
  secrets: Run['secrets'],
  recording: Parameters<typeof transcribe>[1],
): Promise<string | undefined> {
  try {
    return await transcribe(secrets, recording);
  } catch (thrown) {
    if (thrown instanceof ProviderFailure && thrown.failure === 'rejected') {
      return '';
    }
    throw thrown;
  }
}

interface Recorded {
  readonly document: WithId<DocumentReference>;
  /** Transcripts of this document that still count. */
  readonly earlier: readonly WithId<DocumentReference>[];
}

function decideTranscript(
  { document, earlier }: Recorded,
  key: string,
  text: string,
  author: Reference<Device>,
  now: Date,
): Decision<Transcribed> {
  // A recording that was changed or transcribed meanwhile is another run's.
  if (draftKey(document) !== key || document.status !== 'current' || isLinked(document, key)) {
    return unchanged('unchanged');
  }
  const { subject, context, type } = document;
  const source = createReference(document);
  const encounter = context?.encounter;
  const transcript: DocumentReference = {
    resourceType: 'DocumentReference',
    identifier: [{ system: SCRIBE_SID, value: `${key}/transcript` }],
    status: 'current',
    ...(type && { type }),
    ...(subject && { subject }),
    date: now.toISOString(),
    author: [author],
    relatesTo: [{ code: 'transforms', target: source }],
    content: [{ attachment: { contentType: 'text/plain', data: Buffer.from(text).toString('base64') } }],
    ...(encounter && { context: { encounter } }),
  };
  const target = { reference: temporary('transcript') };
  const about = { author, key, now, subject: { reference: subject?.reference ?? '' } };
  return {
    writes: [
      create(transcript, 'transcript'),
      create(draftProvenance([target], source, about).resource),
      update(linked(document, target, key, 'DocumentReference')),
      ...earlier.map((one) => update<WithId<DocumentReference>>({ ...one, status: 'superseded' })),
    ],
    result: 'transcribed',
  };
}
