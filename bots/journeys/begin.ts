import type { WithId } from '@medplum/core';
import { isReference } from '@medplum/core';
import type { Appointment, CarePlan, Patient } from '@medplum/fhirtypes';
import { visitOf, visitUrls, zoneOf } from '../messages/visit.ts';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { createOnce, unchanged, update } from '../runtime/writes.ts';
import type { Decision, Write } from '../runtime/writes.ts';
import { reportBroken } from './broken.ts';
import type { JourneyDefinition } from './definition.ts';
import type { Facts } from './facts.ts';
import { isCalledOff } from './facts.ts';
import { causedBy, journeyKey, newCarePlan, newJourney, writesOf } from './journey.ts';
import { JOURNEY_ACCESS, loadJourneys, loadSources } from './load.ts';
import { advance } from './moves.ts';
import { JOURNEY_SID } from './names.ts';
import type { Cause } from './shown.ts';

export const BEGIN_ACCESS: Access = { ...JOURNEY_ACCESS, Appointment: 'write' };

/** What a journey is started from. */
export interface Beginning {
  readonly definition: JourneyDefinition;
  readonly facts: Facts;
  /** Journeys that there are for this appointment, or of this patient and definition. */
  readonly running: readonly WithId<CarePlan>[];
}

/**
 * Starts a journey for an appointment, once: the Appointment lists the CarePlan, so of two starts at the same time
 * `ifMatch` lets one through.
 * @param anyDefinition - Whether a journey of another definition counts as started, too (a booking starts just one).
 * @returns The CarePlan, new or as it was; undefined if the appointment has been called off.
 */
export async function beginForAppointment(
  run: Run,
  definition: JourneyDefinition,
  appointmentId: string,
  anyDefinition: boolean,
  requestedBy?: string,
): Promise<CarePlan | undefined> {
  return settle({
    fhir: run.fhir,
    load: async () => {
      const loaded = await loadBeginning(run, definition, appointmentId);
      await (loaded && reportBroken(run, definition, loaded.facts));
      return loaded;
    },
    decide: (loaded) => (loaded ? decideBeginning(loaded, anyDefinition, run.now) : unchanged(undefined)),
    ...(requestedBy && { requestedBy }),
  });
}

/** The first decision about a journey: it is made, and is at once where the appointment already is. */
export function decideBeginning(
  { definition, facts, running }: Beginning,
  anyDefinition: boolean,
  now: Date,
): Decision<CarePlan | undefined> {
  const { patient, appointment } = facts;
  const key = journeyKey(appointment ?? patient, definition.source);
  const started = running.find((plan) => anyDefinition || plan.identifier?.some(({ value }) => value === key));
  if (started || isCalledOff(appointment)) {
    return unchanged(started);
  }
  const carePlan = newCarePlan(definition.source, patient, appointment, now);
  const writes = writesOf(undefined, advance(newJourney(definition, carePlan, now), facts, now));
  const plan = writes.find(({ resource }) => resource.resourceType === 'CarePlan') as Write<CarePlan>;
  return { writes: [...(appointment ? [lists(appointment, plan)] : []), ...writes], result: plan };
}

function lists(appointment: WithId<Appointment>, plan: Write<CarePlan>): Write<Appointment> {
  const supportingInformation = [...(appointment.supportingInformation ?? []), { reference: plan.fullUrl }];
  return update({ ...appointment, supportingInformation });
}

/**
 * Starts a journey that belongs to no appointment: one of a definition and patient at a time. The CarePlan is made
 * once, by a condition on its own as a draft; what else belongs to it follows, guarded by the CarePlan's version. A
 * start that broke off in between goes on when it is repeated, or with the sweep.
 * @param cause - The resource that shows the event by which it starts, if nobody asked for it.
 */
export async function beginForPatient(
  run: Run,
  definition: JourneyDefinition,
  patient: WithId<Patient>,
  requestedBy?: string,
  cause?: WithId<Cause>,
): Promise<CarePlan> {
  const asked: CarePlan = { ...newCarePlan(definition.source, patient, undefined, run.now), status: 'draft' };
  const draft = cause ? causedBy(asked, cause, definition.source) : asked;
  const key = `${JOURNEY_SID}|${journeyKey(patient, definition.source)}`;
  const plan = await settle<undefined, CarePlan>({
    fhir: run.fhir,
    load: async () => undefined,
    decide: () => {
      const write = createOnce(draft, `identifier=${encodeURIComponent(key)}&status=draft,active,on-hold`);
      return { writes: [write], result: write };
    },
    ...(requestedBy && { requestedBy }),
  });
  return plan.status === 'draft' ? wake(run, plan.id ?? '', requestedBy) : plan;
}

/** A journey that is a draft becomes active. */
export async function wake(run: Run, planId: string, requestedBy?: string): Promise<CarePlan> {
  return settle({
    fhir: run.fhir,
    load: () => loadJourneys(run, `_id=${planId}`),
    decide: ([loaded]): Decision<CarePlan> => {
      if (!loaded) {
        throw new Error(`CarePlan/${planId} is no journey that can be started.`);
      }
      const { journey, facts } = loaded;
      if (journey.carePlan.status !== 'draft') {
        return unchanged(journey.carePlan);
      }
      const active = { ...journey, carePlan: { ...journey.carePlan, status: 'active' as const } };
      const writes = writesOf(journey, advance(active, facts, run.now));
      const plan = writes.find(({ resource }) => resource.resourceType === 'CarePlan') as Write<CarePlan>;
      return { writes, result: plan };
    },
    ...(requestedBy && { requestedBy }),
  });
}

async function loadBeginning(
  run: Run,
  definition: JourneyDefinition,
  appointmentId: string,
): Promise<Beginning | undefined> {
  const [found = [], encounters = [], plans = []] = await readTogether(run.fhir, [
    `Appointment/${appointmentId}`,
    `Encounter?appointment=Appointment/${appointmentId}&_count=1000`,
    `CarePlan?activity-reference=Appointment/${appointmentId}&_count=1000`,
  ]);
  const [appointment] = ofType(found, 'Appointment');
  const patientReference = patientOf(appointment);
  if (!appointment || !patientReference) {
    return undefined;
  }
  const [around, sources] = await Promise.all([
    readTogether(run.fhir, [patientReference, ...visitUrls(appointment)]).then((read) => read.flat()),
    loadSources(run, [definition]),
  ]);
  const [patient] = ofType(around, 'Patient');
  if (!patient) {
    return undefined;
  }
  return {
    definition,
    facts: {
      patient,
      appointment,
      encounters: ofType(encounters, 'Encounter'),
      zone: zoneOf(visitOf(appointment, around), run.secrets),
      sources,
      sending: false,
    },
    running: ofType(plans, 'CarePlan').filter((plan) => plan.identifier?.some(({ system }) => system === JOURNEY_SID)),
  };
}

/** The patient of an Appointment, as a reference. */
export function patientOf(appointment: Appointment | undefined): string | undefined {
  const actors = appointment?.participant.map(({ actor }) => actor) ?? [];
  return actors.find((actor) => isReference<Patient>(actor, 'Patient'))?.reference;
}
