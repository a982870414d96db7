import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Schedule, Slot } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import type { OperationRun, Run } from '../runtime/definition.ts';
import { ofType, read, readTogether } from '../runtime/load.ts';
import { isForLater, refuse } from '../runtime/outcome.ts';
import { described, instant, optional, reference, text } from '../runtime/parameters.ts';
import type { Ref } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { settle } from '../runtime/settle.ts';
import { change, createOnce, unchanged } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { loadCalendar } from './calendar.ts';
import { GENERATION_ACCESS, GENERATION_QUOTA, GENERATION_TIMEOUT } from './generation.ts';
import { correct, recountAll, recountTime } from './giving.ts';
import { fillOrRaise } from './horizon.ts';
import { BLOCK_SID, BLOCKED, CLOSED, GENERATED, isClosed } from './names.ts';
import { rivalsOf, takersOf } from './places.ts';
import type { Calendar } from './places.ts';
import { raiseMisfits, standingIn } from './standing.ts';
import { askedSlots, MAX_WRITES } from './taking.ts';
import { idsOf } from './visit.ts';
import { windowOf } from './window.ts';
import type { Interval } from './wall-clock.ts';

export default operation({
  name: 'scheduling/block',
  description: 'Shuts a Slot, or some time of a Schedule: nobody can book there.',
  code: 'block',
  resource: 'Slot',
  input: {
    slot: optional(described(reference('Slot'), 'Shut this one; or give schedule, start and end.')),
    schedule: optional(reference('Schedule')),
    start: optional(instant()),
    end: optional(instant()),
    reason: text(),
  },
  returns: 'Slot',
  access: GENERATION_ACCESS,
  quota: GENERATION_QUOTA,
  timeout: GENERATION_TIMEOUT,
  who: staff('administrator', 'practitioner', 'front-desk'),
  run: (run, { slot, schedule, start, end, reason }) => {
    if (slot) {
      if (schedule || start || end) {
        return refuse('value', 'slot', 'Give a slot, or schedule, start and end, not both.');
      }
      return blockSlot(run, slot, reason);
    }
    if (!schedule || !start || !end) {
      const missing = !schedule ? 'schedule' : !start ? 'start' : 'end';
      return refuse('required', missing, 'Give a slot, or schedule, start and end.');
    }
    return blockTime(run, schedule, windowOf({ start, end }, run.now), reason);
  },
});

async function blockSlot({ fhir, now, requester }: OperationRun, slot: Ref<'Slot'>, reason: string): Promise<Slot> {
  const blocked = await settle({
    fhir,
    load: () => loadCalendar(fhir, idsOf([slot]), [], 2),
    decide: ({ calendar }) => shut(askedSlots(idsOf([slot]), calendar), calendar, reason, now),
    requestedBy: requester.reference,
  });
  // What overlaps it may have been opened, or shut, at the same moment.
  await recountAll({ fhir, now }, idsOf([slot]));
  return blocked;
}

/** A slot that nobody has taken becomes `busy-unavailable`. One that is taken has to be given back or moved first. */
export function shut([slot]: readonly WithId<Slot>[], calendar: Calendar, reason: string, now: Date): Decision<Slot> {
  if (!slot || slot.status === 'busy-unavailable') {
    return unchanged(slot ?? refuse('not-found', 'slot', 'There is no such slot.'));
  }
  if (slot.status === 'entered-in-error' || takersOf(slot, calendar.appointments, now).length > 0) {
    return refuse('conflict', 'slot', 'This slot is taken. Move or cancel what is booked there first.');
  }
  const blocked: WithId<Slot> = { ...slot, status: 'busy-unavailable', comment: reason };
  const after = { ...calendar, slots: calendar.slots.map((other) => (other.id === slot.id ? blocked : other)) };
  // A block has no buffers, so that it can shut less than the slot did.
  const writes = correct([...rivalsOf(slot, calendar), ...rivalsOf(blocked, after)], after, now).slice(0, MAX_WRITES);
  return change(blocked, ...writes);
}

/**
 * A Slot `busy-unavailable` over the time. The free slots that it touches go away after it; a booking that it touches
 * stands and raises a ticket.
 */
async function blockTime(run: OperationRun, schedule: Ref<'Schedule'>, time: Interval, reason: string): Promise<Slot> {
  const shutSchedule = await read(run.fhir, schedule, 'schedule');
  const blocked = await placeBlock(run, shutSchedule, time, { reason, requestedBy: run.requester.reference });
  try {
    await settleBlocked(run, shutSchedule, time);
  } catch (thrown) {
    // Nobody can book there any more; what is left is for the sweep.
    if (!isForLater(thrown)) {
      throw thrown;
    }
  }
  return blocked;
}

interface Shut {
  /** For the staff. */
  readonly reason: string;
  readonly requestedBy?: string | undefined;
  /** Whether a closing looks after whoever is booked there. */
  readonly isClosing?: boolean;
}

/** The Slot that shuts just this time; the one that there is, or a new one. From now on nobody can book there. */
export function placeBlock(
  run: Run,
  schedule: WithId<Schedule>,
  time: Interval,
  { reason, requestedBy, isClosing = false }: Shut,
): Promise<Slot> {
  return settle<Slot | undefined, Slot>({
    fhir: run.fhir,
    load: () => findBlock(run, schedule, time),
    decide: (found) => {
      if (found) {
        return unchanged(found);
      }
      const [start, end] = [time.start.toISOString(), time.end.toISOString()];
      const key = `${schedule.id}/${start}/${end}`;
      const block: Slot = {
        resourceType: 'Slot',
        meta: { tag: [{ ...BLOCKED }, ...(isClosing ? [{ ...CLOSED }] : [])] },
        identifier: [{ system: BLOCK_SID, value: key }],
        schedule: createReference(schedule),
        status: 'busy-unavailable',
        start,
        end,
        comment: reason,
      };
      // Of two that shut it at once both get the same one: whoever opens it again opens it.
      const token = encodeURIComponent(`${BLOCK_SID}|${key}`);
      const write = createOnce(block, `identifier=${token}&status=busy-unavailable`);
      return { writes: [write], result: write };
    },
    ...(requestedBy && { requestedBy }),
  });
}

/** The Slot that shuts just this time, if it is shut. */
export async function findBlock({ fhir }: Run, schedule: WithId<Schedule>, time: Interval): Promise<Slot | undefined> {
  const query = {
    schedule: `Schedule/${schedule.id}`,
    status: 'busy-unavailable',
    start: `eq${time.start.toISOString()}`,
  };
  const found = await fhir.searchResources('Slot', query, { cache: 'reload' });
  return found.find(({ end }) => Date.parse(end) === time.end.getTime());
}

/** Brings the slots that touch some time in line with what is blocked there now, if the Schedule has any. */
export async function fillAround(run: Run, schedule: WithId<Schedule>, time: Interval): Promise<void> {
  const touching = await run.fhir.searchOne('Slot', {
    schedule: `Schedule/${schedule.id}`,
    _tag: `${GENERATED.system}|${GENERATED.code}`,
  });
  if (touching) {
    await fillOrRaise(run, schedule, time, { isTouching: true });
  }
  await recountTime(run, schedule, time);
}

/** The same around a block that stands; whoever is booked there, in whatever slot, is raised. */
export async function settleBlocked(run: Run, schedule: WithId<Schedule>, time: Interval): Promise<void> {
  await fillAround(run, schedule, time);
  await raiseMisfits(run, await standingIn(run, schedule, time));
}

/** The same, for a block of which only the Slot is known. Who is under one of a closing is on the list of that. */
export async function settleBlock(run: Run, block: Slot): Promise<void> {
  const [found = []] = await readTogether(run.fhir, [block.schedule.reference ?? '']);
  const [schedule] = ofType(found, 'Schedule');
  if (schedule) {
    const time = { start: new Date(block.start), end: new Date(block.end) };
    await (isClosed(block) ? fillAround : settleBlocked)(run, schedule, time);
  }
}
