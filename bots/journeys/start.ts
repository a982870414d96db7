import type { WithId } from '@medplum/core';
import type { Appointment, PlanDefinition } from '@medplum/fhirtypes';
import { subscriber } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { each } from '../runtime/each.ts';
import { BEGIN_ACCESS, beginForAppointment } from './begin.ts';
import { checkDefinition } from './check.ts';
import { chooseDefinition, chooseDefinitions } from './choose.ts';
import { followJourneys } from './follow.ts';
import { JOURNEY_SECRETS, TOGETHER } from './load.ts';
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

/** Starts the journey of a booking, unless it has one. */
async function startFor(run: Run, appointmentId: string): Promise<void> {
  const appointment = await run.fhir.readResource('Appointment', appointmentId, { cache: 'reload' });
  const source = await chooseDefinition(run, appointment);
  await (source && startWith(run, source, appointmentId));
}

/**
 * Starts the journeys of bookings that nobody was woken by. Each only if the definition was there before the booking, so
 * that a layer that has just been installed does not start journeys for what was booked before it came. Bookings that
 * start none cost one request for many, however often they are looked at.
 */
export async function startLost(run: Run, appointments: readonly WithId<Appointment>[]): Promise<void> {
  const groups = Array.from({ length: Math.ceil(appointments.length / TOGETHER) }, (_one, index) => ({
    resourceType: 'Appointment',
    appointments: appointments.slice(index * TOGETHER, (index + 1) * TOGETHER),
  }));
  await each(groups, async (group) => {
    const sources = await chooseDefinitions(run, group.appointments);
    await each(group.appointments, async ({ id, meta }) => {
      const source = sources[group.appointments.findIndex((other) => other.id === id)];
      const isEarlier = (meta?.lastUpdated ?? '') < (source?.meta?.lastUpdated ?? '');
      await (source && !isEarlier && startWith(run, source, id));
    });
  });
}

async function startWith(run: Run, source: WithId<PlanDefinition>, appointmentId: string): Promise<void> {
  const { definition, problems } = await checkDefinition(run, source);
  if (problems.length > 0) {
    await reportDefinition(run, source.id);
    return;
  }
  await beginForAppointment(run, definition, appointmentId, true);
}
