import type { WithId } from '@medplum/core';
import type { Appointment, Communication, CommunicationRequest } from '@medplum/fhirtypes';
import { messageKey, SENT_AGAIN } from './request.ts';

/** Whether an Appointment will not take place. */
export const isCalledOff = ({ status }: Appointment): boolean =>
  status === 'cancelled' || status === 'entered-in-error';

/**
 * The request that a message was made of, as a reference. None of a message that somebody sends again: they want it,
 * whatever became of the visit.
 */
export function requestOf(message: Communication): string | undefined {
  const isWanted = messageKey(message)?.split('/').includes(SENT_AGAIN);
  const references = message.basedOn?.map(({ reference }) => reference) ?? [];
  return isWanted ? undefined : references.find((reference) => reference?.startsWith('CommunicationRequest/'));
}

/**
 * Whether a request was made before its visit was called off. What was made because of that tells the patient so.
 * @param versions - Of the visit, the latest first.
 */
export function isMadeBefore(request: CommunicationRequest, versions: readonly WithId<Appointment>[]): boolean {
  const standing = versions.findIndex((version) => !isCalledOff(version));
  const calledOff = versions[standing < 0 ? versions.length - 1 : standing - 1]?.meta?.lastUpdated;
  return calledOff !== undefined && !(Date.parse(request.authoredOn ?? '') >= Date.parse(calledOff));
}
