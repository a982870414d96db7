import type { Bot, Timing } from '@medplum/fhirtypes';
import { Cron } from 'croner';

/** Five fields of numbers, lists, ranges and steps; no names, no seconds, as Medplum has it. */
const FIVE_FIELDS = /^[\d*,/-]+( [\d*,/-]+){4}$/;

const DAYS: Record<string, number> = { sun: 0, mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6 };

/** When a bot is to run by itself; undefined if never, or if what it says is no schedule. */
export function cronOf(bot: Bot): Cron | undefined {
  const pattern = (bot.cronTiming && patternOfTiming(bot.cronTiming)) ?? bot.cronString?.trim();
  if (!pattern || !FIVE_FIELDS.test(pattern)) {
    return undefined;
  }
  try {
    return new Cron(pattern, { timezone: 'UTC', paused: true });
  } catch {
    return undefined;
  }
}

/**
 * A Timing as Medplum reads it: `period` is how often a day, more than 24 times by minutes, otherwise by hours.
 */
function patternOfTiming({ repeat }: Timing): string | undefined {
  if (!repeat) {
    return undefined;
  }
  const period = repeat.period || 1;
  const byMinutes = period > 24 && period < 60;
  const time = byMinutes ? `*/${Math.ceil((24 * 60) / period)} *` : `0 */${Math.ceil(24 / period)}`;
  const days = repeat.dayOfWeek?.map((day) => DAYS[day]).join(',') || '*';
  return `${time} * * ${days}`;
}
