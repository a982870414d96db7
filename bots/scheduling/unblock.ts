import type { WithId } from '@medplum/core';
import type { Schedule, Slot } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import { ofType } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { reference } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { settle } from '../runtime/settle.ts';
import { change, unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { fillAround } from './block.ts';
import { loadCalendar } from './calendar.ts';
import { GENERATION_ACCESS, GENERATION_QUOTA, GENERATION_TIMEOUT } from './generation.ts';
import { recountAll, recountWrites } from './giving.ts';
import { isGenerated } from './names.ts';
import { recounted } from './places.ts';
import type { Calendar } from './places.ts';
import { askedSlots } from './taking.ts';
import { idsOf } from './visit.ts';

export default operation({
  name: 'scheduling/unblock',
  description: 'Opens a Slot, or some time of a Schedule, that was shut.',
  code: 'unblock',
  resource: 'Slot',
  input: { slot: reference('Slot') },
  returns: 'Slot',
  access: GENERATION_ACCESS,
  quota: GENERATION_QUOTA,
  timeout: GENERATION_TIMEOUT,
  who: staff('administrator', 'practitioner', 'front-desk'),
  run: async (run, { slot }) => {
    const { fhir, now, requester } = run;
    let schedule: WithId<Schedule> | undefined;
    const opened = await settle<{ calendar: Calendar }, Slot>({
      fhir,
      load: async () => {
        const { calendar } = await loadCalendar(fhir, idsOf([slot]), [], 2);
        schedule = ofType([...calendar.schedules], 'Schedule')[0];
        return { calendar };
      },
      decide: ({ calendar }) => open(askedSlots(idsOf([slot]), calendar), calendar, now),
      requestedBy: requester.reference,
    });
    if (schedule) {
      await fillAround(run, schedule, { start: new Date(opened.start), end: new Date(opened.end) });
    }
    if (opened.status !== 'entered-in-error') {
      // What overlaps it may have been shut, or opened, at the same moment.
      await recountAll(run, idsOf([slot]));
    }
    return opened;
  },
});

/**
 * A slot of the pattern becomes free again, or what its places say. A block over some time is withdrawn
 * (`entered-in-error`): as a free Slot it would offer that time to Medplum's own scheduling.
 */
export function open([slot]: readonly WithId<Slot>[], calendar: Calendar, now: Date): Decision<Slot> {
  if (!slot || (slot.status !== 'busy-unavailable' && slot.status !== 'free' && slot.status !== 'entered-in-error')) {
    return refuse('business-rule', 'slot', 'This slot is not blocked.');
  }
  if (slot.status !== 'busy-unavailable') {
    return unchanged(slot);
  }
  const opened: WithId<Slot> = {
    ...slot,
    status: isGenerated(slot) ? 'free' : 'entered-in-error',
    comment: undefined,
  };
  const after = { ...calendar, slots: calendar.slots.map((other) => (other.id === slot.id ? opened : other)) };
  const right = isGenerated(slot) ? recounted(opened, after, now) : opened;
  return change(right, ...recountWrites([right], after, now).filter(({ resource }) => resource.id !== slot.id));
}
