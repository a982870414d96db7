import type { WithId } from '@medplum/core';
import { createReference, getIdentifier } from '@medplum/core';
import type { Slot } from '@medplum/fhirtypes';
import type { Access, Run } from '../runtime/definition.ts';
import { raise } from '../runtime/raise.ts';
import { settle } from '../runtime/settle.ts';
import { loadCalendar } from './calendar.ts';
import { correct, GIVING_ACCESS } from './giving.ts';
import { TAKEN_BY } from './names.ts';
import { isOurs, keyOf, overlapsAt } from './overlaps.ts';
import type { Overlap } from './overlaps.ts';
import { rivalsOf } from './places.ts';
import type { Calendar } from './places.ts';
import { patientOf } from './visit.ts';

/** What the bots need that look at what came another way than by the operations. */
export const WATCHING_ACCESS: Access = { ...GIVING_ACCESS, Slot: 'delete', Task: 'create' };

/** Slots that are looked at together, each with what is near it. */
const AT_ONCE = 10;
const MAX_WRITES = 39;

/**
 * Looks at slots that something was written about, whoever wrote it: brings them, and ours that they shut, to what the
 * live Appointments and other programs' slots say, and raises a ticket for every overlap that nobody allowed.
 * @returns The overlaps.
 */
export async function watchSlots(run: Run, ids: readonly string[]): Promise<Overlap[]> {
  const all = [...new Set(ids)];
  const overlaps: Overlap[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const found = await lookAt(run, all.slice(from, from + AT_ONCE));
    for (const overlap of found) {
      await raiseOverlap(run, overlap);
    }
    overlaps.push(...found);
  }
  return overlaps;
}

/** In as many transactions as it takes. */
async function lookAt({ fhir, now }: Run, ids: readonly string[]): Promise<Overlap[]> {
  let overlaps: Overlap[] = [];
  let written: number;
  do {
    written = await settle<{ calendar: Calendar }, number>({
      fhir,
      load: () => loadCalendar(fhir, ids, [], 2),
      decide: ({ calendar }) => {
        const slots = calendar.slots.filter(({ id }) => ids.includes(id));
        overlaps = overlapsAt(slots, calendar, now);
        // Of somebody else's Schedules nothing is touched.
        const ours = [...slots, ...slots.flatMap((slot) => rivalsOf(slot, calendar))].filter(isOurs);
        const writes = correct(ours, calendar, now).slice(0, MAX_WRITES);
        return { writes, result: writes.length };
      },
    });
  } while (written === MAX_WRITES);
  return overlaps;
}

async function raiseOverlap(run: Run, overlap: Overlap): Promise<void> {
  const { appointment, other } = overlap;
  const stands = isSlot(other) ? getIdentifier(other, TAKEN_BY) : other.id;
  const what = stands
    ? `another appointment, Appointment/${stands}`
    : `time that another program has taken, Slot/${other.id}`;
  const patient = patientOf(appointment);
  await raise(run, {
    key: keyOf(overlap),
    text: `This appointment overlaps ${what}, and nobody allowed it. Move one of them.`,
    focus: createReference(appointment),
    ...(patient && { patient: { reference: patient } }),
    priority: 'urgent',
  });
}

const isSlot = (other: Overlap['other']): other is WithId<Slot> => other.resourceType === 'Slot';
