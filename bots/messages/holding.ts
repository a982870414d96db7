import type { WithId } from '@medplum/core';
import type { Communication } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import type { Draft } from './compose.ts';
import { MESSAGE_CATEGORY, OUTGOING } from './names.ts';
import { quietUntil, readQuietHours, zoneOfRecipient } from './quiet-hours.ts';
import { isAtAnyHour } from './template.ts';
import { zoneOf } from './visit.ts';
import { waitingUntil } from './waiting.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * Whether a message goes out at night and beyond the limit of a day, too: an answer to what the recipient wrote, the
 * confirmation of what they just did, and what somebody marked as `stat`.
 */
export const isExempt = ({ communication, template }: Draft): boolean =>
  (communication.inResponseTo ?? []).length > 0 ||
  communication.priority === 'stat' ||
  (template !== undefined && isAtAnyHour(template));

/** The message as it waits for the end of the recipient's quiet hours; undefined if it may leave now. */
export function heldByNight(draft: Draft, now: Date): WithId<Communication> | undefined {
  const { visit, secrets } = draft.context;
  const hours = readQuietHours(secrets.QUIET_HOURS);
  if (!hours || !draft.recipient || isExempt(draft)) {
    return undefined;
  }
  const until = quietUntil(hours, zoneOfRecipient(draft.recipient, zoneOf(visit, secrets)), now);
  return until && waitingUntil(draft.communication as WithId<Communication>, until, 'quiet-hours');
}

/**
 * A claimed message that is one too many for its recipient in 24 hours (`MESSAGES_PER_DAY`), as it waits for the next
 * day. Asked after the claim: of messages that leave at once, each sees those that were claimed before it.
 */
export async function heldByLimit(
  { fhir, secrets, now }: Run,
  claimed: WithId<Communication>,
): Promise<WithId<Communication> | undefined> {
  const limit = Number(secrets.MESSAGES_PER_DAY);
  const recipient = claimed.recipient?.[0]?.reference;
  if (!(limit >= 1) || !recipient) {
    return undefined;
  }
  const own = `recipient=${recipient}&category=${encodeURIComponent(`${MESSAGE_CATEGORY}|${OUTGOING}`)}`;
  const since = encodeURIComponent(new Date(now.getTime() - DAY_MS).toISOString());
  const [sent = [], leaving = []] = await readTogether(fhir, [
    `Communication?${own}&status=completed&sent=gt${since}&_sort=-sent&_count=${Math.ceil(limit)}`,
    `Communication?${own}&status=in-progress&_count=1000`,
  ]);
  const until = limitedUntil(claimed, ofType(sent, 'Communication'), ofType(leaving, 'Communication'), limit, now);
  return until && waitingUntil(claimed, until, 'daily-limit');
}

/**
 * When a message may leave that is one too many.
 * @param sent - What has left in the last 24 hours, the latest first.
 * @param leaving - What is claimed: what was claimed earlier goes first.
 */
export function limitedUntil(
  claimed: WithId<Communication>,
  sent: readonly Communication[],
  leaving: readonly WithId<Communication>[],
  limit: number,
  now: Date,
): Date | undefined {
  const turn = ({ meta, id }: WithId<Communication>): string => `${meta?.lastUpdated} ${id}`;
  const before = leaving.filter((other) => other.id !== claimed.id && turn(other) < turn(claimed)).length;
  if (sent.length + before < limit) {
    return undefined;
  }
  // As soon as enough of them are a day old.
  const oldest = sent[Math.max(0, Math.ceil(limit) - before - 1)]?.sent;
  return new Date((oldest ? Date.parse(oldest) : now.getTime()) + DAY_MS);
}
