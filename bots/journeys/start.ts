import type { PlanDefinition } from '@medplum/fhirtypes';
import type { WithId } from '@medplum/core';
import { subscriber } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { settle } from '../runtime/settle.ts';
import { ticket } from '../runtime/ticket.ts';
import { BEGIN_ACCESS, beginForAppointment } from './begin.ts';
import { chooseDefinition } from './choose.ts';
import { readDefinition } from './definition.ts';
import { followJourneys } from './follow.ts';
import { JOURNEY_SECRETS } from './load.ts';

export default subscriber({
  name: 'journeys/start',
  description: "Starts the patient's journey when an Appointment is booked: the service's own, else the default.",
  on: 'Appointment',
  access: BEGIN_ACCESS,
  secrets: JOURNEY_SECRETS,
  handle: async (run, appointment) => {
    // Booked again, with its journey: a check-in was undone.
    const isUnderWay = appointment.supportingInformation?.some(({ reference }) => reference?.startsWith('CarePlan/'));
    await (isUnderWay
      ? followJourneys(run, `activity-reference=Appointment/${appointment.id}&status=active`)
      : startFor(run, appointment.id));
  },
});

/**
 * Starts the journey of a booking, unless it has one.
 * @param wasLost - Nobody was woken by it: then only if the definition was there before the booking, so that a layer that
 * has just been installed does not start journeys for what was booked before it came.
 */
export async function startFor(run: Run, appointmentId: string, wasLost = false): Promise<void> {
  const appointment = await run.fhir.readResource('Appointment', appointmentId, { cache: 'reload' });
  const source = await chooseDefinition(run, appointment);
  const isEarlier = (appointment.meta?.lastUpdated ?? '') < (source?.meta?.lastUpdated ?? '');
  if (!source || (wasLost && isEarlier)) {
    return;
  }
  const { definition, problems } = readDefinition(source);
  if (problems.length > 0) {
    await reportDefinition(run, source, problems);
    return;
  }
  await beginForAppointment(run, definition, appointmentId, true);
}

/** A definition that cannot be started is one ticket for each of its versions, and not a silence. */
async function reportDefinition(run: Run, source: WithId<PlanDefinition>, problems: readonly string[]): Promise<void> {
  const reported = ticket(
    {
      key: `journey-definition/${source.id}/${source.meta?.versionId}`,
      text: `This journey cannot be started. ${problems.join(' ')}`,
      focus: { reference: `PlanDefinition/${source.id}` },
      priority: 'urgent',
    },
    run.now,
  );
  await settle({
    fhir: run.fhir,
    load: async () => undefined,
    decide: () => ({ writes: [reported], result: undefined }),
  });
}
