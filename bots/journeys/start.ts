import { subscriber } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { BEGIN_ACCESS, beginForAppointment } from './begin.ts';
import { checkDefinition } from './check.ts';
import { chooseDefinition } from './choose.ts';
import { followJourneys } from './follow.ts';
import { JOURNEY_SECRETS } from './load.ts';
import { reportDefinition } from './report.ts';

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
  const { definition, problems } = await checkDefinition(run, source);
  if (problems.length > 0) {
    await reportDefinition(run, source.id);
    return;
  }
  await beginForAppointment(run, definition, appointmentId, true);
}
