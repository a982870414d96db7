import type { WithId } from '@medplum/core';
import { createReference, extractServiceTypeReferences, isDefined, isReference } from '@medplum/core';
import type { Appointment, Encounter, HealthcareService, Location, Patient, Practitioner } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import type { OperationRun } from '../runtime/definition.ts';
import { ofType, read, readTogether } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { described, optional, reference } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { create, temporary, unchanged, update } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { move } from '../scheduling/appointment-states.ts';
import { newEncounter, started } from './encounter.ts';

export default operation({
  name: 'encounters/start-encounter',
  description: 'Starts the Encounter of an Appointment, which has arrived by that.',
  code: 'start-encounter',
  resource: 'Appointment',
  input: {
    appointment: reference('Appointment'),
    practitioner: described(
      optional(reference('Practitioner')),
      'Who sees the patient; if absent, whoever the appointment is with, else the practitioner who asks.',
    ),
  },
  returns: 'Encounter',
  access: {
    Appointment: 'write',
    Encounter: 'write',
    HealthcareService: 'read',
    Location: 'read',
    Practitioner: 'read',
  },
  who: staff('administrator', 'practitioner', 'nurse'),
  load: async (run, input) =>
    loadStart(run, await read(run.fhir, input.appointment, 'appointment'), input.practitioner),
  decide: (loaded, _input, { now }) => startEncounter(loaded, now),
});

/** What the decision is made on. */
export interface Start {
  readonly appointment: WithId<Appointment>;
  /** All of the appointment. */
  readonly encounters: readonly WithId<Encounter>[];
  readonly practitioner?: WithId<Practitioner>;
  readonly service?: WithId<HealthcareService>;
  readonly locations: readonly WithId<Location>[];
}

const LIVE: readonly Encounter['status'][] = ['in-progress', 'onleave', 'finished'];
const WAITING: readonly Encounter['status'][] = ['planned', 'arrived', 'triaged'];

/**
 * One Encounter for an appointment, in progress. If there is one already, it is the answer; one that was planned is
 * started.
 *
 * An appointment that has not been checked in is checked in by this, in the same transaction: whoever starts to see the
 * patient knows that they are there, and must not be sent back to the desk for it. The Appointment lists the Encounter,
 * so of two starts at the same time `ifMatch` lets one through.
 * @throws Refusal `business-rule` for an appointment that cannot arrive (a hold, one that is cancelled or over).
 */
export function startEncounter(start: Start, now: Date): Decision<Encounter> {
  const { appointment, encounters, practitioner, service, locations } = start;
  const live = encounters.find(({ status }) => LIVE.includes(status));
  if (live) {
    return unchanged(live);
  }
  const arrived = appointment.status === 'checked-in' ? appointment : move(appointment, 'arrived', now);
  const waiting = encounters.find(({ status }) => WAITING.includes(status));
  if (waiting) {
    const write = update(started(waiting, now));
    return { writes: [...(arrived === appointment ? [] : [update(arrived)]), write], result: write };
  }
  const patient = appointment.participant
    .map(({ actor }) => actor)
    .find((actor) => isReference<Patient>(actor, 'Patient'));
  if (!patient) {
    return refuse('business-rule', 'appointment', 'This appointment has no patient.');
  }
  const encounter = create(
    newEncounter(
      {
        appointment,
        patient,
        locations,
        ...(service && { service }),
        ...(practitioner && { practitioner: createReference(practitioner) }),
      },
      now,
    ),
    'encounter',
  );
  const supportingInformation = [...(appointment.supportingInformation ?? []), { reference: temporary('encounter') }];
  return { writes: [update({ ...arrived, supportingInformation }), encounter], result: encounter };
}

async function loadStart(
  { fhir, requester }: OperationRun,
  appointment: WithId<Appointment>,
  practitioner: `Practitioner/${string}` | undefined,
): Promise<Start> {
  const actors = appointment.participant.map(({ actor }) => actor?.reference).filter(isDefined);
  const isWithSomebody = actors.some((actor) => actor.startsWith('Practitioner'));
  const asks = requester.reference.startsWith('Practitioner/') ? requester.reference : undefined;
  const sees = practitioner ?? (isWithSomebody ? undefined : asks);
  const read = (
    await readTogether(fhir, [
      `Encounter?appointment=Appointment/${appointment.id}&_count=1000`,
      ...actors.filter((actor) => actor.startsWith('Location/')),
      ...extractServiceTypeReferences(appointment.serviceType).map(({ reference: service }) => service),
      ...(sees ? [sees] : []),
    ])
  ).flat();
  const [found] = ofType(read, 'Practitioner');
  if (practitioner && !found) {
    refuse('not-found', 'practitioner', `There is no ${practitioner}.`);
  }
  const [service] = ofType(read, 'HealthcareService');
  return {
    appointment,
    encounters: ofType(read, 'Encounter'),
    locations: ofType(read, 'Location'),
    ...(found && { practitioner: found }),
    ...(service && { service }),
  };
}
