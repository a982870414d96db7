import { getExtension, getExtensionValue } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { DocumentReference } from '@medplum/fhirtypes';
import { extensionUrl } from '../../runtime/contract.ts';

const PROGRESS = extensionUrl('scribe-progress');

/** What a waiting document says of the work on it that a run of its own does. */
export interface Progress {
  /** Of what: the business key of its draft. Work on other content or another patient says nothing about this. */
  readonly key: string;
  /** `ended`: there is no more to come, and a ticket says why. */
  readonly state: 'working' | 'ended';
  readonly since: Date;
  /** How many runs were started for it, this one included. */
  readonly attempts: number;
}

/** A run that was started this long ago and left no result is lost. Longer than any run may take. */
const LOST_AFTER_MS = 10 * 60_000;

/** How work on this content of a document stands, if it was ever started. */
export function progressOf(document: DocumentReference, key: string): Progress | undefined {
  const extension = getExtension(document, PROGRESS);
  if (!extension || getExtensionValue(extension, 'key') !== key) {
    return undefined;
  }
  return {
    key,
    state: getExtensionValue(extension, 'state') as Progress['state'],
    since: new Date(getExtensionValue(extension, 'since') as string),
    attempts: getExtensionValue(extension, 'attempts') as number,
  };
}

/** Whether somebody is at it, or has ended it. */
export const isInHand = ({ state, since }: Progress, now: Date): boolean =>
  state === 'ended' || now.getTime() - since.getTime() < LOST_AFTER_MS;

export function withProgress(document: WithId<DocumentReference>, progress: Progress): WithId<DocumentReference> {
  const { key, state, since, attempts } = progress;
  const extension = [
    { url: 'state', valueCode: state },
    { url: 'since', valueInstant: since.toISOString() },
    { url: 'attempts', valuePositiveInt: attempts },
    { url: 'key', valueString: key },
  ];
  const others = withoutProgress(document).extension ?? [];
  return { ...document, extension: [...others, { url: PROGRESS, extension }] };
}

export function withoutProgress(document: WithId<DocumentReference>): WithId<DocumentReference> {
  const { extension = [], ...rest } = document;
  const others = extension.filter(({ url }) => url !== PROGRESS);
  return { ...rest, ...(others.length > 0 && { extension: others }) };
}
