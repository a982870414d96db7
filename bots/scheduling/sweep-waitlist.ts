import type { WithId } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import { cron } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { searchAll } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { unchanged, updateUnasked } from '../runtime/writes.ts';
import { OFFERING_ACCESS, waiting } from './offering.ts';
import { seekPlace } from './seeking.ts';
import { waitsSince, withReason } from './waitlist.ts';
import { isTooLate } from './waitlist-fit.ts';
import { admit } from './waitlist-entry.ts';

/** In one run. Who waits at the end of a longer list waits for those before them anyway. */
const AT_ONCE = 100;

export default cron({
  name: 'scheduling/sweep-waitlist',
  description:
    'Offers new slots to those who wait, finds what a lost delivery left undone, and ends what came too late.',
  schedule: '*/5 * * * *',
  access: { ...OFFERING_ACCESS, Task: 'create' },
  timeout: 60,
  handle: async (run) => {
    const all = await searchAll(run.fhir, 'Appointment', { status: 'waitlist' });
    await each(
      all.filter((entry) => !waitsSince(entry)),
      ({ id }) => admit(run, id),
    );
    const ended = all.filter((entry) => isTooLate(entry, run.now));
    await each(ended, (entry) => end(run, entry));
    const entries = all.length > 0 ? await waiting(run.fhir) : [];
    const offeredTo = new Set<string>();
    await each(entries.slice(0, AT_ONCE), async (entry) => {
      const left = entries.filter(({ id }) => !offeredTo.has(id));
      if (left.includes(entry)) {
        (await seekPlace(run, entry, left)).forEach((id) => offeredTo.add(id));
      }
    });
  },
});

/** What somebody asked for is past: they do not wait any more. */
async function end({ fhir, now }: Run, { id }: WithId<Appointment>): Promise<void> {
  await settle<WithId<Appointment>, Appointment>({
    fhir,
    load: () => fhir.readResource('Appointment', id, { cache: 'reload' }),
    decide: (entry) => {
      if (entry.status !== 'waitlist' || !isTooLate(entry, now)) {
        return unchanged(entry);
      }
      const ended = withReason({ ...entry, status: 'cancelled' as const }, 'request-passed', 'Requested time passed');
      const write = updateUnasked(ended);
      return { writes: [write], result: write };
    },
  });
}
