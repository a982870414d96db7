import type { Communication, CommunicationRequest } from '@medplum/fhirtypes';
import { ended } from '../messages/failing.ts';
import type { Journey } from './journey.ts';

/** In one transaction, beside what else a move changes. What is left is stopped when it would be sent. */
const AT_ONCE = 4;

/** Whether a message has not been claimed yet: what is on its way to a provider cannot be called back. */
export const canBeStopped = ({ status }: Communication): boolean => status === 'preparation' || status === 'on-hold';

/**
 * Stops messages that were given to be sent and have not left.
 * @param of - The request whose messages are stopped; those of all if absent.
 */
export function stopMessages(journey: Journey, of?: CommunicationRequest): Journey {
  const stopped = journey.waiting
    .filter((message) => canBeStopped(message) && (!of || isOf(message, of)))
    .slice(0, AT_ONCE);
  return stopped.length === 0
    ? journey
    : {
        ...journey,
        waiting: journey.waiting.map((message) =>
          stopped.includes(message) ? ended(message, { reason: 'obsolete' }) : message,
        ),
      };
}

const isOf = ({ basedOn = [] }: Communication, { id }: CommunicationRequest): boolean =>
  basedOn.some(({ reference }) => reference === `CommunicationRequest/${id}`);
