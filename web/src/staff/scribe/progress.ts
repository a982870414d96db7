import { getExtension, getExtensionValue } from '@medplum/core';
import type { DocumentReference } from '@medplum/fhirtypes';
import { extensionUrl, sid } from '../../../../bots/runtime/contract.ts';

/** How far a transcript is: nobody has begun, a scribe is at it, there is a draft, or none can be made of it. */
export type TranscriptProgress = 'waiting' | 'working' | 'drafted' | 'failed';

/** Reads it off the document: the link to its draft, else what its `scribe-progress` says. */
export function progressOf(document: DocumentReference): TranscriptProgress {
  if (document.context?.related?.some(({ identifier }) => identifier?.system === sid('scribe'))) {
    return 'drafted';
  }
  const progress = getExtension(document, extensionUrl('scribe-progress'));
  if (!progress) {
    return 'waiting';
  }
  return getExtensionValue(progress, 'state') === 'ended' ? 'failed' : 'working';
}
