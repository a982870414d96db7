import type { WithId } from '@medplum/core';
import { isDefined } from '@medplum/core';
import type { Appointment, Period } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { GENERATED } from './names.ts';
import { offerPlaces } from './offering.ts';
import { wishOf } from './waitlist.ts';
import { fitsByTimeAndService } from './waitlist-fit.ts';
import type { Wish } from './waitlist.ts';

/** How many free slots are looked at for one entry, the earliest first; and how many of them are tried. */
const LOOK_AHEAD = 100;
const MAX_TRIED = 10;
const DAY_MS = 86_400_000;

/**
 * Looks for a free place that somebody waits for, and offers it: to them, or to whoever comes before them and waits for
 * the same.
 * @param entries - All who wait, in order.
 * @returns The ids of those who were offered a place.
 */
export async function seekPlace(
  run: Run,
  entry: WithId<Appointment>,
  entries: readonly WithId<Appointment>[],
): Promise<string[]> {
  const found = (await readTogether(run.fhir, searchesFor(wishOf(entry), run.now))).flat();
  const slots = new Map(ofType(found, 'Slot').map((slot) => [slot.id, slot]));
  const byTime = [...slots.values()]
    .filter((slot) => fitsByTimeAndService(entry, slot))
    .sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
  const offeredTo: string[] = [];
  for (const slot of byTime.slice(0, MAX_TRIED)) {
    const left = entries.filter(({ id }) => !offeredTo.includes(id));
    offeredTo.push(...(await offerPlaces(run, slot, left)));
    if (offeredTo.includes(entry.id)) {
      break;
    }
  }
  return offeredTo;
}

/** One search for each time that was asked for; an actor may have a Schedule of their own or by their roles. */
function searchesFor({ codes, actors, periods }: Wish, now: Date): string[] {
  const times = periods.length > 0 ? periods : [{}];
  const people = actors.filter((actor) => actor.startsWith('Practitioner/')).join(',');
  const places = actors.filter((actor) => actor.startsWith('Location/')).join(',');
  const whose = [
    actors.length > 0 ? `schedule.actor=${actors.join(',')}` : '',
    people && `schedule.actor:PractitionerRole.practitioner=${people}`,
    places && `schedule.actor:PractitionerRole.location=${places}`,
  ].filter((query, index) => index === 0 || query);
  const services = codes.length > 0 ? `service-type=${codes.map(encodeURIComponent).join(',')}` : '';
  return times.flatMap((time) =>
    whose.map((query) =>
      ['Slot?status=free', ...windowOf(time, now), query, services, ...LIMITS].filter(Boolean).join('&'),
    ),
  );
}

const LIMITS = [
  `_tag=${encodeURIComponent(`${GENERATED.system}|${GENERATED.code}`)}`,
  '_sort=start',
  `_count=${LOOK_AHEAD}`,
];

/** Wide enough for any zone: what is written as a date is looked at exactly afterwards. */
function windowOf({ start, end }: Period, now: Date): string[] {
  const from = Math.max(now.getTime(), start ? Date.parse(start) - (start.includes('T') ? 0 : DAY_MS) : 0);
  const to = end && Date.parse(end) + (end.includes('T') ? 0 : 2 * DAY_MS);
  const instant = (ms: number): string => new Date(ms).toISOString();
  return [`start=ge${instant(from)}`, to ? `start=lt${instant(to)}` : undefined].filter(isDefined);
}
