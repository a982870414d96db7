import type { Slot } from '@medplum/fhirtypes';
import { DateTime } from 'luxon';
import { subscriber } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { GENERATION_ACCESS, GENERATION_QUOTA, GENERATION_TIMEOUT } from './generation.ts';
import { fillOrRaise, horizonOf } from './horizon.ts';
import { GENERATED } from './names.ts';
import type { Interval } from './wall-clock.ts';

export default subscriber({
  name: 'scheduling/regenerate-slots',
  description: 'Brings the future Slots of a Schedule in line when it changes, and fills a new one that takes part.',
  on: 'Schedule',
  access: GENERATION_ACCESS,
  quota: GENERATION_QUOTA,
  timeout: GENERATION_TIMEOUT,
  handle: async (run, delivered) => {
    const { fhir, now } = run;
    const generated = [
      `Slot?schedule=Schedule/${delivered.id}`,
      `start=ge${now.toISOString()}`,
      `_tag=${GENERATED.system}|${GENERATED.code}`,
      '_count=1',
    ].join('&');
    // Deliveries can overtake each other: what counts is the Schedule as it is now.
    const found = await readTogether(fhir, [
      `Schedule/${delivered.id}`,
      `${generated}&_sort=start`,
      `${generated}&_sort=-start`,
    ]);
    const [[schedule], [first], [last]] = [ofType(found[0] ?? [], 'Schedule'), slots(found[1]), slots(found[2])];
    const window = schedule && windowOf(horizonOf(schedule, now), first, last, now);
    if (window) {
      await fillOrRaise(run, schedule, window);
    }
  },
});

const slots = (found: Parameters<typeof ofType>[0] | undefined): Slot[] => ofType(found ?? [], 'Slot');

/** The days that have generated slots, and all up to the horizon of a Schedule that takes part. */
function windowOf(
  horizon: Date | undefined,
  first: Slot | undefined,
  last: Slot | undefined,
  now: Date,
): Interval | undefined {
  const filled = first && last && { start: dayOf(first).startOf('day'), end: dayOf(last).endOf('day') };
  const end = Math.max(horizon?.getTime() ?? 0, filled ? filled.end.toMillis() + 1 : 0);
  return end > 0 ? { start: horizon || !filled ? now : filled.start.toJSDate(), end: new Date(end) } : undefined;
}

/** The day at the place: slots are written with its offset. */
const dayOf = ({ start }: Slot): DateTime => DateTime.fromISO(start, { setZone: true });
