import type { MedplumClient, WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type { Appointment, CarePlan, Communication, Encounter, Patient, Subscription, Task } from '@medplum/fhirtypes';
import type { Clinic } from './clinic.ts';
import { STAGE_CODE } from '../bots/journeys/names.ts';
import { stageOf } from '../bots/journeys/parts.ts';

/** What a client sees of a visit: states only, no ids and no times. */
export interface Outcome {
  readonly appointment: string;
  readonly journeys: readonly string[];
  readonly linked: boolean;
  readonly stages: Readonly<Record<string, string>>;
  /** Template and status of every message, sorted. */
  readonly messages: readonly string[];
  /** Requests for messages by status, sorted. */
  readonly requests: readonly string[];
  readonly encounters: readonly string[];
}

/** Books as a program would that does not use the operations: the Appointment is simply there. */
export async function bookDirectly(
  clinic: Clinic,
  patient: WithId<Patient>,
  start: string,
  over: Partial<Appointment> = {},
): Promise<WithId<Appointment>> {
  const end = new Date(Date.parse(start) + 30 * 60_000).toISOString();
  const actors = [patient, clinic.demo('provider-1'), clinic.demo('room')];
  return clinic.medplum.createResource<Appointment>({
    resourceType: 'Appointment',
    status: 'booked',
    start,
    end,
    participant: actors.map((actor) => ({ actor: createReference(actor) as never, status: 'accepted' })),
    ...over,
  });
}

export const setStatus = (
  { medplum }: Clinic,
  resource: WithId<Appointment | Encounter | CarePlan | Task>,
  status: string,
): Promise<unknown> =>
  medplum.patchResource(resource.resourceType, resource.id, [{ op: 'replace', path: '/status', value: status }]);

/** Everything that came of an appointment. */
export async function outcomeOf({ medplum }: Clinic, appointment: WithId<Appointment>): Promise<Outcome> {
  medplum.invalidateAll();
  const reference = `Appointment/${appointment.id}`;
  const plans = await medplum.searchResources('CarePlan', `activity-reference=${reference}`);
  const [plan] = plans;
  const tasks = plan ? await medplum.searchResources('Task', `based-on=CarePlan/${plan.id}&_count=100`) : [];
  const messages = await messagesOf(medplum, appointment);
  const requests = plan
    ? await medplum.searchResources('CommunicationRequest', `based-on=CarePlan/${plan.id}&_count=100`)
    : [];
  const encounters = await medplum.searchResources('Encounter', `appointment=${reference}`);
  const stages = tasks.filter(({ code }) => code?.coding?.some(({ system }) => system === STAGE_CODE));
  return {
    appointment: (await medplum.readResource('Appointment', appointment.id)).status,
    journeys: plans.map(({ status }) => status),
    linked: plan?.encounter !== undefined,
    stages: Object.fromEntries(stages.map((task) => [stageOf(task), task.status])),
    messages: messages
      .map(({ instantiatesCanonical, status }) => `${instantiatesCanonical?.[0]?.split('/').at(-1)} ${status}`)
      .sort(),
    requests: requests.map(({ status }) => status).sort(),
    encounters: encounters.map(({ status }) => status).sort(),
  };
}

/** The messages about an appointment. */
export async function messagesOf(
  medplum: MedplumClient,
  appointment: WithId<Appointment>,
): Promise<WithId<Communication>[]> {
  medplum.invalidateAll();
  const all = await medplum.searchResources('Communication', { _count: '1000' });
  return all.filter(({ about }) => about?.some(({ reference }) => reference === `Appointment/${appointment.id}`));
}

/** Switches every Subscription off (nothing is delivered any more) or on again. */
export async function setDeliveries({ medplum, server }: Clinic, status: 'active' | 'off'): Promise<void> {
  await server.drain();
  medplum.invalidateAll();
  const subscriptions: WithId<Subscription>[] = await medplum.searchResources('Subscription', { _count: '1000' });
  for (const subscription of subscriptions) {
    await medplum.updateResource<Subscription>({ ...subscription, status });
  }
  await server.drain();
}

/** Lets time go by in one step, and what fell due on the way run once. */
export async function skipTo({ clock, server }: Clinic, instant: string): Promise<void> {
  await server.drain();
  clock.moveTo(Date.parse(instant));
  // The sweeps run every five minutes and take a minute before they count a delivery as lost.
  await server.advance({ minutes: 6 });
}

/**
 * Lets time go by in steps of six minutes, in each of which every sweep runs once: what a lost delivery left undone is
 * found in one of them, and what follows from that in the next.
 */
export async function passes({ clock, server }: Clinic, times: number): Promise<void> {
  for (let pass = 0; pass < times; pass++) {
    await server.drain();
    clock.moveTo(clock.now() + 5 * 60_000);
    await server.advance({ minutes: 1 });
  }
}
