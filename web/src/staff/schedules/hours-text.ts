import { useTranslation } from 'react-i18next';
import { DAYS } from '../../../../bots/scheduling/availability.ts';
import type { Day } from '../../../../bots/scheduling/availability.ts';
import { useFormat } from '../../format.ts';
import type { Hours } from './pattern.ts';

/** Weekly hours in one line: `Mon–Fri 9:00 AM–12:00 PM, 1:00 PM–5:00 PM`. */
export function useHoursText(): (hours: readonly Hours[]) => string {
  const { t } = useTranslation('schedules');
  const { clock } = useFormat();
  return (hours) => {
    // What is open on the same days is said together.
    const byDays = Map.groupBy(hours, ({ days }) => dayRanges(days).map(nameOf).join(', '));
    const texts = [...byDays].map(
      ([days, own]) => `${days} ${own.map(({ from, to }) => `${clock(from)}–${clock(to)}`).join(', ')}`,
    );
    return texts.length === 0 ? t('hoursOfService') : texts.join('; ');
  };

  function nameOf([first, last]: DayRange): string {
    return first === last ? t(`day.${first}`) : `${t(`day.${first}`)}–${t(`day.${last}`)}`;
  }
}

type DayRange = readonly [first: Day, last: Day];

/** Three days in a row and more as their first and last, others one by one; in the order of the week. */
export function dayRanges(days: readonly Day[]): DayRange[] {
  const runs = DAYS.filter((day) => days.includes(day)).reduce<Day[][]>((all, day) => {
    const run = all.at(-1);
    const follows = run && DAYS.indexOf(day) === DAYS.indexOf(run.at(-1) ?? day) + 1;
    return follows ? [...all.slice(0, -1), [...run, day]] : [...all, [day]];
  }, []);
  return runs.flatMap((run): DayRange[] => {
    const [first, last] = [run[0], run.at(-1)];
    return first && last && run.length > 2 ? [[first, last]] : run.map((day) => [day, day]);
  });
}
