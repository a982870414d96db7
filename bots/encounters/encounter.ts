import type { WithId } from '@medplum/core';
import { createReference, getExtensionValue, isCoding, isDefined, SchedulingEncounterCodingURI } from '@medplum/core';
import type {
  Appointment,
  Coding,
  Encounter,
  EncounterParticipant,
  HealthcareService,
  Location,
  Patient,
  Reference,
} from '@medplum/fhirtypes';

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const AMBULATORY: Coding = { system: ACT_CODE, code: 'AMB', display: 'ambulatory' };
const VIRTUAL: Coding = { system: ACT_CODE, code: 'VR', display: 'virtual' };
const PRIMARY_PERFORMER = {
  coding: [
    {
      system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
      code: 'PPRF',
      display: 'primary performer',
    },
  ],
};

/** What an Encounter is made from. */
export interface Source {
  readonly appointment: WithId<Appointment>;
  readonly patient: Reference<Patient>;
  /** Who sees the patient; if absent, whoever the appointment is with. */
  readonly practitioner?: Reference;
  readonly service?: HealthcareService;
  /** Those of the appointment. */
  readonly locations: readonly WithId<Location>[];
}

/** The Encounter of an appointment, in progress from now on. */
export function newEncounter(source: Source, now: Date): Encounter {
  const { appointment, patient, service, locations } = source;
  const participant = participantsOf(source, now);
  const serviceProvider =
    service?.providedBy ?? locations.find((place) => place.managingOrganization)?.managingOrganization;
  const start = now.toISOString();
  return {
    resourceType: 'Encounter',
    status: 'in-progress',
    class: classOf(appointment, service),
    ...(appointment.serviceType?.[0] && { serviceType: appointment.serviceType[0] }),
    subject: patient,
    appointment: [createReference(appointment)],
    ...(participant.length > 0 && { participant }),
    period: { start },
    ...(appointment.basedOn && { basedOn: appointment.basedOn }),
    ...(appointment.reasonCode && { reasonCode: appointment.reasonCode }),
    ...(appointment.reasonReference && { reasonReference: appointment.reasonReference }),
    ...(locations.length > 0 && {
      location: locations.map((place) => ({
        location: createReference(place),
        status: 'active' as const,
        period: { start },
      })),
    }),
    ...(serviceProvider && { serviceProvider }),
  };
}

/** An Encounter that was planned (or whose patient waits) is in progress from now on. */
export function started(encounter: WithId<Encounter>, now: Date): WithId<Encounter> {
  const end = now.toISOString();
  const before = encounter.meta?.lastUpdated;
  return {
    ...encounter,
    status: 'in-progress',
    statusHistory: [
      ...(encounter.statusHistory ?? []),
      { status: encounter.status, period: { ...(before && before <= end && { start: before }), end } },
    ],
    period: { ...encounter.period, start: end },
  };
}

/**
 * The class that the service says (Medplum's `SchedulingEncounterCoding`), VR where the appointment is of HL7's
 * virtual kind, else AMB.
 */
function classOf(appointment: Appointment, service: HealthcareService | undefined): Coding {
  const coding = getExtensionValue(service, SchedulingEncounterCodingURI);
  if (isCoding(coding)) {
    return coding;
  }
  const kinds = [
    appointment.appointmentType,
    ...(appointment.serviceCategory ?? []),
    ...(appointment.serviceType ?? []),
  ];
  const isVirtual = kinds
    .flatMap((kind) => kind?.coding ?? [])
    .some(({ system, code }) => system === ACT_CODE && code === VIRTUAL.code);
  return isVirtual ? VIRTUAL : AMBULATORY;
}

function participantsOf({ appointment, practitioner }: Source, now: Date): EncounterParticipant[] {
  const period = { start: now.toISOString() };
  const booked = appointment.participant
    .map(({ actor }) => actor)
    .filter(isDefined)
    .filter(({ reference = '' }) => /^(Practitioner|PractitionerRole|RelatedPerson)\//.test(reference));
  const primary = practitioner ?? booked.find(({ reference = '' }) => reference.startsWith('Practitioner'));
  const others = booked.filter(({ reference }) => reference !== primary?.reference);
  return [
    ...(primary ? [{ type: [PRIMARY_PERFORMER], individual: primary as Individual, period }] : []),
    ...others.map((individual) => ({ individual: individual as Individual, period })),
  ];
}

type Individual = NonNullable<EncounterParticipant['individual']>;
