import type { WithId } from '@medplum/core';
import { createReference, getExtensionValue } from '@medplum/core';
import type { Schedule } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { Refusal } from '../runtime/outcome.ts';
import { raise } from '../runtime/raise.ts';
import { fill } from './generation.ts';
import type { Filling } from './generation.ts';
import { SLOT_HORIZON } from './names.ts';
import type { Interval } from './wall-clock.ts';

const DAY_MS = 86_400_000;
const MAX_DAYS = 400;

/** Until when a Schedule that takes part is kept filled; undefined for one that does not. */
export function horizonOf(schedule: Schedule, now: Date): Date | undefined {
  const days = getExtensionValue(schedule, SLOT_HORIZON);
  return typeof days === 'number' && days >= 1
    ? new Date(now.getTime() + Math.min(days, MAX_DAYS) * DAY_MS)
    : undefined;
}

/**
 * Fills a window with nobody there to read a refusal: one about the Schedule becomes a ticket.
 * @returns Whether the Schedule's pattern could be used.
 */
export async function fillOrRaise(
  run: Run,
  schedule: WithId<Schedule>,
  window: Interval,
  filling?: Filling,
): Promise<boolean> {
  try {
    await fill(run, schedule, window, filling);
    return true;
  } catch (thrown) {
    const issue = thrown instanceof Refusal ? thrown.outcome.issue[0] : undefined;
    if (issue?.expression?.[0] !== 'schedule') {
      throw thrown;
    }
    const text = `No slots can be generated: ${issue.details?.text}`;
    const key = `schedule/${schedule.id}/${schedule.meta?.versionId}/no-slots`;
    await raise(run, { key, text, focus: createReference(schedule) });
    return false;
  }
}
