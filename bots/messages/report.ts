import type { WithId } from '@medplum/core';
import type { Communication } from '@medplum/fhirtypes';
import { change, unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { MESSAGE_STATUS_REASON, TWILIO_SID } from './names.ts';
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
 */
export function decideReport(
  message: WithId<Communication>,
  { sid, status, errorCode }: DeliveryReport,
  now: Date,
): Decision<WithId<Communication>> {
  if (!['in-progress', 'on-hold', 'unknown', 'completed'].includes(message.status)) {
    return unchanged(message);
  }
  const isKnown = message.identifier?.some((one) => one.system === TWILIO_SID && one.value === sid) === true;
  const identifier = isKnown
    ? (message.identifier ?? [])
    : [...(message.identifier ?? []), { system: TWILIO_SID, value: sid }];
  if (FAILED.includes(status)) {
    const statusReason = { coding: [{ system: MESSAGE_STATUS_REASON, code: reasonOf(errorCode) }] };
    return message.received
      ? unchanged(message)
      : change<WithId<Communication>>({
          ...message,
          identifier,
          status: 'not-done',
          statusReason: { ...statusReason, text: `Twilio ${errorCode || status}` },
        });
  }
  const arrives = ARRIVED.includes(status) && !message.received;
  if (message.status === 'completed' && isKnown && !arrives) {
    return unchanged(message);
  }
  return change<WithId<Communication>>({
    ...message,
    identifier,
    status: 'completed',
    sent: message.sent ?? now.toISOString(),
    ...(arrives && { received: now.toISOString() }),
  });
}
