import type { WithId } from '@medplum/core';
import { createReference, isDefined } from '@medplum/core';
import type { Appointment } from '@medplum/fhirtypes';
import type { Run } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { raise } from '../runtime/raise.ts';
import { isAfterItsDay } from './appointment-states.ts';
import { isOurs } from './overlaps.ts';
import { keyOfTime } from './standing.ts';
import { patientOf, slotIdsOf } from './visit.ts';
import { watchSlots } from './watching.ts';

/** Histories in one request, and the versions of one: an Appointment is not written more often between two sweeps. */
const TOGETHER = 20;
const VERSIONS = 20;

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

/**
 * Finds what nobody was told of.
 * @param recent - Appointments that were written lately; those that a bot wrote last have been looked at.
 * @param since - What was written before has been looked at, too.
 */
export async function sweepUnchecked(run: Run, recent: readonly WithId<Appointment>[], since: Date): Promise<void> {
  const suspects = recent.filter((appointment) => slotIdsOf(appointment).length > 0 && !isByBot(appointment));
  for (let from = 0; from < suspects.length; from += TOGETHER) {
    const some = suspects.slice(from, from + TOGETHER);
    const histories = await readTogether(
      run.fhir,
      some.map(({ id }) => `Appointment/${id}/_history?_count=${VERSIONS}`),
    );
    const found = histories.flatMap((history) => {
      const versions = ofType(history.filter(isDefined), 'Appointment');
      return versions.filter((version, index) => needsALook(version, versions[index + 1], since));
    });
    await each(found, (version) => raiseUnchecked(run, version));
  }
}

/** The same as the conditions of the Subscriptions. */
function needsALook(version: Appointment, before: Appointment | undefined, since: Date): boolean {
  if (isByBot(version) || Date.parse(version.meta?.lastUpdated ?? '') < since.getTime()) {
    return false;
  }
  const had = before ? slotIdsOf(before) : [];
  return takesPlace(version)
    ? !before || !takesPlace(before) || slotIdsOf(version).some((id) => !had.includes(id))
    : before?.status === 'noshow' && ['arrived', 'checked-in'].includes(version.status);
}

const takesPlace = ({ status }: Appointment): boolean => status === 'booked' || status === 'pending';

const isByBot = ({ meta }: Appointment): boolean => meta?.author?.reference?.startsWith('Bot/') ?? false;

/** What nobody has looked at; undefined for a no-show who came late on the same day. */
function problemOf(written: Appointment): { code: string; text: string } | undefined {
  if (takesPlace(written)) {
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
