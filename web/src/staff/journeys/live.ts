import type { WithId } from '@medplum/core';
import { getIdentifier, getReferenceString } from '@medplum/core';
import type { Appointment, CarePlan, Communication, Patient, Resource, Task } from '@medplum/fhirtypes';
import { JOURNEY_SID } from '../../../../bots/journeys/names.ts';
import { isOpen, placeOf, stageOf, timeOf } from '../../../../bots/journeys/parts.ts';
import type { Step } from '../../../../bots/journeys/parts.ts';
import { TASK_CODE } from '../../../../bots/runtime/contract.ts';
import { among } from '../../fhir/together.ts';
import { reasonsOf, since } from './stuck.ts';
import type { Reason } from './stuck.ts';

/** One patient's journey as it stands, with what is there of it. */
export interface LiveJourney {
  readonly plan: WithId<CarePlan>;
  readonly patient?: WithId<Patient>;
  readonly appointment?: WithId<Appointment>;
  /** The Tasks of its stages, in the order of the definition. */
  readonly stages: readonly WithId<Task>[];
  /** The stage that the patient is in. */
  readonly current?: WithId<Task>;
  readonly steps: readonly WithId<Step>[];
  readonly messages: readonly WithId<Communication>[];
  /** Open ones about it, or about something of it. */
  readonly tickets: readonly WithId<Task>[];
  /** Why it is stuck, the first that it was first; empty for one that goes its way. */
  readonly stuck: readonly Reason[];
  /** What happens next by itself, and when. */
  readonly next?: WithId<Step>;
}

/** The id of the PlanDefinition that a journey goes by. */
export const definitionIdOf = ({ instantiatesUri }: CarePlan): string | undefined =>
  /^PlanDefinition\/([^/]+)\/_history\//.exec(instantiatesUri?.[0] ?? '')?.[1];

const isJourney = (plan: CarePlan): boolean => getIdentifier(plan, JOURNEY_SID) !== undefined;

export const isTicket = (task: Task): boolean =>
  task.code?.coding?.some(({ system, code }) => system === TASK_CODE && code === 'ticket') ?? false;

/** The journeys among what was found, each with its own; CarePlans that are no journeys are left out. */
export function assemble(found: readonly WithId<Resource>[], now: Date): LiveJourney[] {
  const unique = [...new Map(found.map((resource) => [getReferenceString(resource), resource])).values()];
  return among(unique, 'CarePlan')
    .filter(isJourney)
    .map((plan) => journeyOf(plan, unique, now));
}

function journeyOf(plan: WithId<CarePlan>, found: readonly WithId<Resource>[], now: Date): LiveJourney {
  const reference = `CarePlan/${plan.id}`;
  const listed = new Map((plan.activity ?? []).map((activity, index) => [activity.reference?.reference, index]));
  const order = (resource: WithId<Resource>): number => listed.get(getReferenceString(resource)) ?? Infinity;
  const ofPlan = ({ basedOn }: Task | Communication | Step): boolean =>
    basedOn?.some((basis) => basis.reference === reference) ?? false;

  const tasks = among(found, 'Task').filter(ofPlan);
  const steps = [...tasks, ...among(found, 'CommunicationRequest').filter(ofPlan)]
    .filter((step) => placeOf(plan, step))
    .sort((a, b) => order(a) - order(b));
  const stages = tasks.filter((task) => stageOf(task) !== '').sort((a, b) => order(a) - order(b));
  const messages = among(found, 'Communication').filter(ofPlan);
  const patient = among(found, 'Patient').find(({ id }) => plan.subject.reference === `Patient/${id}`);
  const appointment = among(found, 'Appointment').find((visit) => listed.has(`Appointment/${visit.id}`));
  const own = new Set([reference, ...listed.keys(), ...messages.map(getReferenceString)]);
  const tickets = among(found, 'Task').filter((task) => isTicket(task) && own.has(task.focus?.reference));
  const current = stages.find(({ status }) => status === 'in-progress');
  const journey = { plan, stages, steps, messages, tickets, ...(current && { current }) };
  const [next] = steps
    .filter((step) => isOpen(step) && (timeOf(step)?.getTime() ?? 0) > now.getTime())
    .sort((a, b) => (timeOf(a)?.getTime() ?? 0) - (timeOf(b)?.getTime() ?? 0));
  return {
    ...journey,
    ...(patient && { patient }),
    ...(appointment && { appointment }),
    ...(next && { next }),
    stuck: reasonsOf(journey, now),
  };
}

/** Stuck ones first, of these the one that has been stuck longest; then by when they were last in motion, latest first. */
export function stuckFirst(journeys: readonly LiveJourney[]): LiveJourney[] {
  return journeys.toSorted(
    (a, b) =>
      Number(b.stuck.length > 0) - Number(a.stuck.length > 0) ||
      (a.stuck.length > 0 ? since(a.stuck) - since(b.stuck) : movedAt(b) - movedAt(a)) ||
      a.plan.id.localeCompare(b.plan.id),
  );
}

const movedAt = ({ current, plan }: LiveJourney): number =>
  Date.parse(current?.executionPeriod?.start ?? plan.created ?? plan.meta?.lastUpdated ?? '') || 0;

/** A column of the board: a stage, and who is in it. */
export interface Column {
  readonly code: string;
  readonly title: string;
  readonly journeys: readonly LiveJourney[];
}

/**
 * The journeys by the stage that they are in. Stages that only journeys of an earlier version have come last.
 * @param stages - Of the definition as it is now.
 * @param between - The name of the column for those that are in no stage at present.
 */
export function columnsOf(
  stages: readonly { readonly code: string; readonly title: string }[],
  journeys: readonly LiveJourney[],
  between: string,
): Column[] {
  const known = new Map(stages.map(({ code, title }) => [code, title]));
  for (const { current } of journeys) {
    const code = current ? stageOf(current) : '';
    if (!known.has(code)) {
      known.set(code, current?.description ?? (code || between));
    }
  }
  return [...known].map(([code, title]) => ({
    code,
    title,
    journeys: stuckFirst(journeys.filter(({ current }) => (current ? stageOf(current) : '') === code)),
  }));
}
