import type { WithId } from '@medplum/core';
import type { Slot } from '@medplum/fhirtypes';
import { subscriber } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { fillAround, settleBlocked } from './block.ts';
import { GENERATION_ACCESS, GENERATION_QUOTA, GENERATION_TIMEOUT } from './generation.ts';
import { recountTime, restore } from './giving.ts';
import { isGenerated } from './names.ts';
import { cachedTaken } from './places.ts';
import { keepTaken } from './taken-time.ts';
import { watchSlots, WATCHING_ACCESS } from './watching.ts';

export default subscriber({
  name: 'scheduling/watch',
  description: 'Looks at what was taken another way than by the operations: shuts what is taken, raises what overlaps.',
  on: ['Appointment', 'Slot'],
  access: { ...WATCHING_ACCESS, ...GENERATION_ACCESS, Appointment: 'write' },
  quota: GENERATION_QUOTA,
  timeout: GENERATION_TIMEOUT,
  handle: (run, resource) =>
    resource.resourceType === 'Slot' ? watchSlot(run, resource) : keepTaken(run, resource.id),
});

/** What another program wrote: taken, shut, or gone again. */
async function watchSlot(run: Run, delivered: WithId<Slot>): Promise<void> {
  const {
    id,
    schedule: { reference = '' },
    start,
    end,
  } = delivered;
  if (isGenerated(delivered)) {
    // One that somebody had a place in is not anybody's to delete.
    await restore(run, (cachedTaken(delivered) ?? 0) > 0 ? [id] : []);
    return;
  }
  const [current = [], found = []] = await readTogether(run.fhir, [`Slot/${id}`, reference]);
  const [slot] = ofType(current, 'Slot');
  const [schedule] = ofType(found, 'Schedule');
  const time = { start: new Date(start), end: new Date(end) };
  if (!schedule) {
    return;
  }
  if ((slot ?? delivered).status === 'busy-unavailable') {
    await (slot ? settleBlocked : fillAround)(run, schedule, time);
  } else if (slot) {
    await watchSlots(run, [id]);
  } else {
    await recountTime(run, schedule, time);
  }
}
