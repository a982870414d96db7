import type { WithId } from '@medplum/core';
import type { Communication, Task } from '@medplum/fhirtypes';
import { change, unchanged, update } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { notDone } from './failing.ts';
import { TWILIO_SID } from './names.ts';
import { reasonOf } from './twilio.ts';

/** What Twilio reports of a message. */
export interface DeliveryReport {
  readonly sid: string;
  /** `queued`, `sent`, `delivered`, `read`, `undelivered`, `failed` … */
  readonly status: string;
  readonly errorCode: number;
}

const ARRIVED = ['delivered', 'read'];
const FAILED = ['undelivered', 'failed'];

/**
 * What a report comes to, in whatever order reports arrive and however often: any of them says that the message has left;
 * `received` is set once; what has arrived does not fail after that, and what has failed does not become sent again.
 * @param tickets - The open ones that say that nobody knows whether it has left: a report tells.
 */
export function decideReport(
  message: WithId<Communication>,
  { sid, status, errorCode }: DeliveryReport,
  now: Date,
  tickets: readonly WithId<Task>[] = [],
): Decision<WithId<Communication>> {
  if (!['in-progress', 'on-hold', 'unknown', 'completed'].includes(message.status)) {
    return unchanged(message);
  }
  const isKnown = message.identifier?.some((one) => one.system === TWILIO_SID && one.value === sid) === true;
  const identifier = isKnown
    ? (message.identifier ?? [])
    : [...(message.identifier ?? []), { system: TWILIO_SID, value: sid }];
  const told = tickets.map((task) =>
    update<WithId<Task>>({
      ...task,
      status: 'completed',
      statusReason: { text: 'The provider has told what became of it.' },
      lastModified: now.toISOString(),
    }),
  );
  if (FAILED.includes(status)) {
    const reason = reasonOf(errorCode);
    const failed = notDone({ ...message, identifier }, { reason, text: `Twilio ${errorCode || status}` }, now);
    return message.received ? unchanged(message) : { writes: [...failed, ...told], result: message };
  }
  const arrives = ARRIVED.includes(status) && !message.received;
  if (message.status === 'completed' && isKnown && !arrives) {
    return unchanged(message);
  }
  const completed: WithId<Communication> = {
    ...message,
    identifier,
    status: 'completed',
    sent: message.sent ?? now.toISOString(),
    ...(arrives && { received: now.toISOString() }),
  };
  return change(completed, ...told);
}
