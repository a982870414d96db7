import { getExtension } from '@medplum/core';
import type { Communication } from '@medplum/fhirtypes';
import { MESSAGE_WAITS, WAITS_UNTIL } from './names.ts';

const FIRST_SECONDS = 30;
const LONGEST_SECONDS = 3600;
/** With the pauses between them about half a day. */
const MOST_ATTEMPTS = 16;
const HOUR_MS = 3_600_000;

/** Why a message waits: its provider did not take it, it is night at the patient's, or they got enough for a day. */
export type WaitReason = 'provider' | 'quiet-hours' | 'daily-limit';

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
  const at = new Date(now.getTime() + Math.max(own, afterSeconds ?? 0) * 1000);
  return waiting(message, at, 'provider', attempts);
}

/** A message that is to leave at a later time. */
export function waitingUntil<T extends Communication>(message: T, at: Date, reason: WaitReason): T {
  return waiting(message, at, reason, attemptsOf(message));
}

/** The hours in which messages became due lately, as a search for their tag: a run of the sweep may have been missed. */
export function dueTags(now: Date, hoursBack: number): string {
  const hours = Array.from({ length: hoursBack + 1 }, (_one, back) => hourOf(new Date(now.getTime() - back * HOUR_MS)));
  return hours.map((hour) => `${WAITS_UNTIL}|${hour}`).join(',');
}

/** Whether a message was put off, and its time has come. */
export function isDueAgain(message: Communication, now: Date): boolean {
  const at = getExtension(message, MESSAGE_WAITS, 'at')?.valueInstant;
  return message.status === 'on-hold' && at !== undefined && new Date(at) <= now;
}

/** A message that waits no longer. */
export function withoutTag<T extends Communication>(message: T): T {
  const tag = message.meta?.tag?.filter(({ system }) => system !== WAITS_UNTIL);
  return tag && tag.length < (message.meta?.tag?.length ?? 0)
    ? { ...message, meta: { ...message.meta, tag } }
    : message;
}

function waiting<T extends Communication>(message: T, at: Date, reason: WaitReason, attempts: number): T {
  const others = (message.extension ?? []).filter(({ url }) => url !== MESSAGE_WAITS);
  const waits = {
    url: MESSAGE_WAITS,
    extension: [
      { url: 'at', valueInstant: at.toISOString() },
      { url: 'reason', valueCode: reason },
      ...(attempts > 0 ? [{ url: 'attempts', valuePositiveInt: attempts }] : []),
    ],
  };
  const { meta, ...rest } = withoutTag(message);
  const tag = [...(meta?.tag ?? []), { system: WAITS_UNTIL, code: hourOf(at) }];
  return { ...rest, meta: { ...meta, tag }, status: 'on-hold', extension: [...others, waits] } as T;
}

const hourOf = (time: Date): string => time.toISOString().slice(0, 13);

const attemptsOf = (message: Communication): number =>
  getExtension(message, MESSAGE_WAITS, 'attempts')?.valuePositiveInt ?? 0;
