import { getExtension } from '@medplum/core';
import type { Communication } from '@medplum/fhirtypes';
import { MESSAGE_WAITS } from './names.ts';

const FIRST_SECONDS = 30;
const LONGEST_SECONDS = 3600;
/** With the pauses between them about half a day. */
const MOST_ATTEMPTS = 16;

/**
 * A message that its provider did not take, put off: twice as long as the last time, or as long as the provider says.
 * @returns Undefined after the last attempt.
 */
export function waitingAgain<T extends Communication>(
  message: T,
  afterSeconds: number | undefined,
  now: Date,
): T | undefined {
  const attempts = attemptsOf(message) + 1;
  if (attempts >= MOST_ATTEMPTS) {
    return undefined;
  }
  const own = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (attempts - 1));
  const at = new Date(now.getTime() + Math.max(own, afterSeconds ?? 0) * 1000).toISOString();
  const others = (message.extension ?? []).filter(({ url }) => url !== MESSAGE_WAITS);
  const waits = {
    url: MESSAGE_WAITS,
    extension: [
      { url: 'at', valueInstant: at },
      { url: 'attempts', valuePositiveInt: attempts },
    ],
  };
  return { ...message, status: 'on-hold', extension: [...others, waits] };
}

/** Whether a message was put off, and its time has come. */
export function isDueAgain(message: Communication, now: Date): boolean {
  const at = getExtension(message, MESSAGE_WAITS, 'at')?.valueInstant;
  return message.status === 'on-hold' && at !== undefined && new Date(at) <= now;
}

const attemptsOf = (message: Communication): number =>
  getExtension(message, MESSAGE_WAITS, 'attempts')?.valuePositiveInt ?? 0;
