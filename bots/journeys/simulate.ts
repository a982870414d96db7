import type { WithId } from '@medplum/core';
import type { Appointment, Patient } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { described, instant, many, optional, reference, text } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { JOURNEY_SECRETS } from './load.ts';
import { usableDefinition } from './operations.ts';
import { REBOOKED, simulate, SIMULATED_EVENTS } from './simulation.ts';
import type { SimulatedEvent } from './simulation.ts';

/** The visit that is simulated takes so long, if no appointment says. */
const VISIT_MS = 30 * 60_000;

export default operation({
  name: 'journeys/simulate',
  description: 'Plays a journey through for an appointment and events. Nothing is written.',
  code: 'simulate',
  resource: 'PlanDefinition',
  input: {
    definition: reference('PlanDefinition'),
    start: described(optional(instant()), 'When the appointment starts; there is none without this and `appointment`.'),
    appointment: described(optional(reference('Appointment')), 'Whose times are taken; it counts as booked.'),
    patient: described(optional(reference('Patient')), 'Whom conditions are asked about.'),
    events: described(
      optional(many(text(100))),
      'What happens, each as name@time, such as appointment-arrived@2026-03-01T09:00:00+01:00; appointment-rebooked@time@start.',
    ),
  },
  returns: 'Bundle',
  access: {
    PlanDefinition: 'read',
    ActivityDefinition: 'read',
    Questionnaire: 'read',
    Appointment: 'read',
    Patient: 'read',
  },
  secrets: JOURNEY_SECRETS,
  who: staff('administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'),
  run: async (run, input) => {
    const source = await read(run.fhir, input.definition, 'definition');
    const { definition, sources } = await usableDefinition(run, source, 'definition');
    const named = input.appointment && (await read(run.fhir, input.appointment, 'appointment'));
    const patient = input.patient && (await read(run.fhir, input.patient, 'patient'));
    const visit = visitTimes(named, input.start);
    const events = (input.events ?? []).map(readEvent);
    if (!visit && events.some(({ name }) => name.startsWith('appointment-'))) {
      refuse('value', 'events', 'Without start or appointment nothing can happen to an appointment.');
    }
    return simulate({
      definition,
      sources,
      ...(visit && { visit }),
      patient: patient ?? NOBODY,
      zone: run.secrets.CLINIC_TIMEZONE ?? 'UTC',
      begun: run.now,
      events,
    });
  },
});

const NOBODY: WithId<Patient> = { resourceType: 'Patient', id: 'simulated' };

/** @throws Refusal `value` for an appointment that has no time. */
function visitTimes(
  appointment: WithId<Appointment> | undefined,
  start: Date | undefined,
): { start: Date; end: Date } | undefined {
  if (start) {
    return { start, end: new Date(start.getTime() + VISIT_MS) };
  }
  if (!appointment) {
    return undefined;
  }
  const from = appointment.start ?? refuse('value', 'appointment', 'This appointment has no start.');
  const end = appointment.end ? new Date(appointment.end) : new Date(Date.parse(from) + VISIT_MS);
  return { start: new Date(from), end };
}

/** @throws Refusal `value` for what is no known event with a time. */
export function readEvent(written: string): SimulatedEvent {
  const [name = '', time = '', start] = written.split('@');
  if (!SIMULATED_EVENTS.includes(name) || (name === REBOOKED) !== (start !== undefined)) {
    return refuse(
      'value',
      'events',
      `An event is one of ${SIMULATED_EVENTS.join(', ')}, and @ with its time; ${REBOOKED} has @ and the new start, too.`,
    );
  }
  const at = instant().parse(time, 'events') as Date;
  return { name, at, ...(start && { start: instant().parse(start, 'events') as Date }) };
}
