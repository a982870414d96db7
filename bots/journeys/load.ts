import type { WithId } from '@medplum/core';
import { getIdentifier, getReferenceString, isDefined } from '@medplum/core';
import type {
  Appointment,
  CarePlan,
  Encounter,
  PlanDefinition,
  QuestionnaireResponse,
  Resource,
} from '@medplum/fhirtypes';
import { visitOf, visitUrls, zoneOf } from '../messages/visit.ts';
import type { Access, Run } from '../runtime/definition.ts';
import { ofType, readTogether } from '../runtime/load.ts';
import { answeredAt } from './answered.ts';
import { readDefinition } from './definition.ts';
import type { JourneyDefinition } from './definition.ts';
import type { Facts, StepSource } from './facts.ts';
import { newJourney } from './journey.ts';
import type { Journey } from './journey.ts';
import { CAUSE_SID, JOURNEY_SID, STEP_SID } from './names.ts';
import { stageOf } from './parts.ts';
import { canBeStopped } from './stopping.ts';
import type { Step } from './parts.ts';

/** A journey as it stands, and the world that it stands in. */
export interface Loaded {
  readonly journey: Journey;
  readonly facts: Facts;
}

/** What every bot that moves journeys reads and writes. */
export const JOURNEY_ACCESS: Access = {
  ActivityDefinition: 'read',
  Appointment: 'read',
  CarePlan: 'write',
  Communication: 'write',
  CommunicationRequest: 'write',
  Encounter: 'read',
  HealthcareService: 'read',
  Location: 'read',
  Patient: 'read',
  PlanDefinition: 'read',
  Practitioner: 'read',
  PractitionerRole: 'read',
  Questionnaire: 'read',
  QuestionnaireResponse: 'read',
  Schedule: 'read',
  Slot: 'read',
  Task: 'write',
};

export const JOURNEY_SECRETS = ['CLINIC_TIMEZONE'];

/** How many journeys are loaded together: with what they list they stay below a page of 1,000. */
export const TOGETHER = 20;

/**
 * Loads the journeys that a search for CarePlans finds, in three requests however many they are.
 * @param query - Such as `_id=1` or `activity-reference=Appointment/1`. CarePlans that are no journeys are left out.
 */
export async function loadJourneys({ fhir, secrets }: Run, query: string): Promise<Loaded[]> {
  const include = '_include=CarePlan:activity-reference';
  const [found = []] = await readTogether(fhir, [`CarePlan?${query}&${include}&_count=${TOGETHER}`]);
  const plans = ofType(found, 'CarePlan').filter((plan) => getIdentifier(plan, JOURNEY_SID));
  if (plans.length === 0) {
    return [];
  }
  const appointments = ofType(found, 'Appointment');
  const around = (
    await readTogether(fhir, [
      ...new Set([
        ...plans.map(({ instantiatesUri }) => instantiatesUri?.[0]).filter(isDefined),
        ...plans.map(({ subject }) => subject.reference).filter(isDefined),
        ...appointments.flatMap(visitUrls),
        ...plans.flatMap((plan) => missingOf(plan, appointments)),
        ...openMessagesUrls(plans),
        ...encountersUrls(appointments),
        ...plans.map(({ encounter }) => encounter?.reference).filter(isDefined),
        ...answersUrls(plans),
      ]),
    ])
  ).flat();
  const definitions = definitionsOf(around);
  const sources = await loadSources(
    { fhir },
    definitions.map(({ definition }) => definition),
  );
  return plans.flatMap((plan): Loaded[] => {
    const pinned = definitions.find(({ uri }) => uri === plan.instantiatesUri?.[0]);
    const patient = ofType(around, 'Patient').find((person) => getReferenceString(person) === plan.subject.reference);
    if (!pinned || !patient) {
      return [];
    }
    const present = [...appointments, ...ofType(around, 'Appointment')];
    const appointment = present.find((candidate) => lists(plan, candidate)) ?? goneOf(plan, present);
    const leaving = ofType(around, 'Communication').filter((message) =>
      message.basedOn?.some(({ reference }) => reference === `CarePlan/${plan.id}`),
    );
    return [
      {
        journey: { ...journeyOf(plan, pinned.definition, found), waiting: leaving.filter(canBeStopped) },
        facts: {
          patient,
          ...(appointment && { appointment }),
          encounters: encountersOf(plan, appointment, ofType(around, 'Encounter')),
          answers: answersOf(plan, ofType(around, 'QuestionnaireResponse')),
          ...causeOf(plan),
          zone: zoneOf(appointment ? visitOf(appointment, around) : {}, secrets),
          sources,
          sending: leaving.length > 0,
        },
      },
    ];
  });
}

/** What the steps of these definitions are instances of, by url. */
export async function loadSources(
  { fhir }: Pick<Run, 'fhir'>,
  definitions: readonly JourneyDefinition[],
): Promise<Map<string, StepSource>> {
  const urls = definitions.flatMap(({ stages }) => stages.flatMap(({ steps }) => steps.map((step) => step.canonical)));
  if (urls.length === 0) {
    return new Map();
  }
  const query = `url=${[...new Set(urls)].map(encodeURIComponent).join(',')}&status=active&_count=1000`;
  const found = (await readTogether(fhir, [`ActivityDefinition?${query}`, `Questionnaire?${query}`])).flat();
  const sources = [...ofType(found, 'ActivityDefinition'), ...ofType(found, 'Questionnaire')];
  return new Map(sources.map((source) => [source.url ?? '', source]));
}

/** Those of the appointment, and the one that the journey is about. A resource that was found twice counts once. */
function encountersOf(
  plan: CarePlan,
  appointment: WithId<Appointment> | undefined,
  found: readonly WithId<Encounter>[],
): WithId<Encounter>[] {
  const own = found.filter(
    (encounter) =>
      plan.encounter?.reference === `Encounter/${encounter.id}` ||
      (appointment && encounter.appointment?.some(({ reference }) => reference === `Appointment/${appointment.id}`)),
  );
  return own.filter(({ id }, index) => own.findIndex((other) => other.id === id) === index);
}

/** The latest first. */
function answersOf(plan: CarePlan, found: readonly WithId<QuestionnaireResponse>[]): WithId<QuestionnaireResponse>[] {
  const since = new Date(plan.created ?? 0);
  return found
    .filter((answer) => answer.subject?.reference === plan.subject.reference && answeredAt(answer) >= since)
    .sort((a, b) => answeredAt(b).getTime() - answeredAt(a).getTime());
}

/** What a journey was started by, if not by a booking, is its supporting information. */
function causeOf({ identifier, supportingInfo }: CarePlan): Pick<Facts, 'cause'> {
  const isCaused = identifier?.some(({ system }) => system === CAUSE_SID);
  const cause = isCaused && supportingInfo?.[0]?.reference?.split('/')[0];
  return cause ? { cause } : {};
}

/** The steps stand in the order in which they were made, which is that of the CarePlan's list. */
function journeyOf(plan: WithId<CarePlan>, definition: JourneyDefinition, found: readonly WithId<Resource>[]): Journey {
  const listed = (plan.activity ?? []).map(({ reference }) => reference?.reference);
  const own = listed.flatMap((reference) => found.filter((resource) => getReferenceString(resource) === reference));
  const steps = own.filter(
    (resource): resource is WithId<Step> =>
      (resource.resourceType === 'Task' || resource.resourceType === 'CommunicationRequest') &&
      getIdentifier(resource, STEP_SID) !== undefined,
  );
  // A stage whose Task somebody deleted gets a new one.
  const fresh = newJourney(definition, plan, new Date(plan.created ?? 0));
  const tasks = ofType(own, 'Task');
  const stages = fresh.stages.map((task) => tasks.find((stored) => stageOf(stored) === stageOf(task)) ?? task);
  return { ...fresh, stages, steps };
}

function definitionsOf(read: readonly WithId<Resource>[]): { uri: string; definition: JourneyDefinition }[] {
  return ofType(read, 'PlanDefinition').map((source) => ({
    uri: pinOf(source),
    definition: readDefinition(source).definition,
  }));
}

/** Answers that were stored since the first of these journeys began. */
function answersUrls(plans: readonly WithId<CarePlan>[]): string[] {
  const [first] = plans.map(({ created }) => created ?? '').sort();
  const subjects = [...new Set(plans.map(({ subject }) => subject.reference).filter(isDefined))].join(',');
  return first && subjects
    ? [
        `QuestionnaireResponse?subject=${subjects}&status=completed,amended&_lastUpdated=ge${encodeURIComponent(first)}&_count=1000`,
      ]
    : [];
}

const pinOf = ({ id, meta }: PlanDefinition): string => `PlanDefinition/${id}/_history/${meta?.versionId}`;

/** The Appointments that a journey lists and that did not come with it. */
function missingOf(plan: CarePlan, present: readonly WithId<Appointment>[]): string[] {
  const listed = (plan.activity ?? []).map(({ reference }) => reference?.reference).filter(isDefined);
  return listed
    .filter((reference) => reference.startsWith('Appointment/'))
    .filter((reference) => !present.some(({ id }) => reference === `Appointment/${id}`));
}

/** An Appointment that was deleted, as the error that it was. */
function goneOf(plan: CarePlan, present: readonly WithId<Appointment>[]): WithId<Appointment> | undefined {
  const [gone] = missingOf(plan, present);
  return gone === undefined
    ? undefined
    : {
        resourceType: 'Appointment',
        id: gone.slice('Appointment/'.length),
        status: 'entered-in-error',
        participant: [],
      };
}

const lists = (plan: CarePlan, { id }: WithId<Appointment>): boolean =>
  plan.activity?.some(({ reference }) => reference?.reference === `Appointment/${id}`) ?? false;

function openMessagesUrls(plans: readonly WithId<CarePlan>[]): string[] {
  const basedOn = plans.map(({ id }) => `CarePlan/${id}`).join(',');
  return [`Communication?based-on=${basedOn}&status=preparation,in-progress,on-hold&_count=1000`];
}

function encountersUrls(appointments: readonly WithId<Appointment>[]): string[] {
  const ids = appointments.map(({ id }) => `Appointment/${id}`).join(',');
  return ids ? [`Encounter?appointment=${ids}&_count=1000`] : [];
}
