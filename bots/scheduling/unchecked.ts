import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { raise } from '../runtime/raise.ts';
import { isAfterItsDay } from './appointment-states.ts';
import { isOurs } from './overlaps.ts';
import { keyOfTime } from './standing.ts';
import { patientOf, slotIdsOf } from './visit.ts';
import { watchSlots } from './watching.ts';

/**
 * Somebody has to look at what an administrator, or another program, wrote about an Appointment in one of our slots where
 * only an operation would have looked at the rules. What overlaps has a ticket of its own, which says more.
 * @param written - As it was written, whatever became of it since.
 */
export async function raiseUnchecked(run: Run, written: WithId<Appointment>): Promise<void> {
  const ids = slotIdsOf(written);
  const found = await readTogether(
    run.fhir,
    ids.map((id) => `Slot/${id}`),
  );
  const problem = ofType(found.flat(), 'Slot').some(isOurs) ? problemOf(written) : undefined;
  if (!problem) {
    return;
  }
  const overlaps = await watchSlots(run, ids);
  if (overlaps.some(({ appointment, other }) => appointment.id === written.id || other.id === written.id)) {
    return;
  }
  const patient = patientOf(written);
  await raise(run, {
    key: `appointment/${written.id}/${keyOfTime(written.start)}/${problem.code}`,
    text: problem.text,
    focus: createReference(written),
    ...(patient && { patient: { reference: patient } }),
  });
}

/** What nobody has looked at; undefined for a no-show who came late on the same day. */
function problemOf(written: Appointment): { code: string; text: string } | undefined {
  if (written.status === 'booked' || written.status === 'pending') {
    return {
      code: 'unchecked',
      text: 'This appointment took its place past the booking operations, and no rule was looked at. Move it, or agree on it.',
    };
  }
  const at = new Date(written.meta?.lastUpdated ?? '');
  return isAfterItsDay(written, at)
    ? {
        code: 'late-arrival',
        text: 'This appointment was a no-show and has arrived on a later day. See which visit is meant, and correct this one.',
      }
    : undefined;
}
