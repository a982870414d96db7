import type { WithId } from '@medplum/core';
import type { Appointment, Bundle, Communication, Encounter, Patient } from '@medplum/fhirtypes';
import type { JourneyDefinition } from './definition.ts';
import type { Facts, StepSource } from './facts.ts';
import { newCarePlan, newJourney, referenceTo, withActivities } from './journey.ts';
import type { Journey, JourneyResource, Step } from './journey.ts';
import { advance } from './moves.ts';
import { runStep, timeOf } from './steps.ts';

/** Something that happens to a simulated appointment. */
export interface SimulatedEvent {
  readonly name: string;
  readonly at: Date;
}

export interface Simulation {
  readonly definition: JourneyDefinition;
  readonly sources: ReadonlyMap<string, StepSource>;
  /** Of the appointment. */
  readonly start: Date;
  readonly end: Date;
  readonly zone: string;
  /** When it is booked, unless an event says so or something happens before. */
  readonly booked: Date;
  readonly events: readonly SimulatedEvent[];
}

const PATIENT: WithId<Patient> = { resourceType: 'Patient', id: 'simulated' };

/** What each event leaves behind. Those that are not here leave the world as it is. */
const EFFECTS: Readonly<Record<string, (facts: Facts) => Facts>> = {
  'appointment-booked': (facts) => withStatus(facts, 'booked'),
  'appointment-arrived': (facts) => withStatus(facts, 'arrived'),
  'appointment-noshow': (facts) => withStatus(facts, 'noshow'),
  'appointment-cancelled': (facts) => withStatus(facts, 'cancelled'),
  'appointment-fulfilled': (facts) => withStatus(facts, 'fulfilled'),
  'encounter-started': (facts) => withEncounter(withStatus(facts, 'arrived'), 'in-progress'),
  'encounter-finished': (facts) => withEncounter(withStatus(facts, 'fulfilled'), 'finished'),
};

/** The events that a simulation knows. */
export const SIMULATED_EVENTS = Object.keys(EFFECTS);

/**
 * Plays a definition through, by the same rules as in real life, with every message leaving at once.
 * @returns All that would have been made, as it would be in the end, in the order in which it was made.
 */
export function simulate(simulation: Simulation): Bundle {
  const events = [...simulation.events].sort((a, b) => a.at.getTime() - b.at.getTime());
  const isBooked = events.some(({ name }) => name === 'appointment-booked');
  const [earliest = Infinity] = events.map(({ at }) => at.getTime());
  const first = new Date(isBooked ? earliest : Math.min(simulation.booked.getTime(), earliest));
  const appointment: WithId<Appointment> = {
    resourceType: 'Appointment',
    id: 'simulated',
    status: 'booked',
    start: simulation.start.toISOString(),
    end: simulation.end.toISOString(),
    participant: [{ actor: { reference: 'Patient/simulated' }, status: 'accepted' }],
  };
  let facts: Facts = {
    patient: PATIENT,
    appointment,
    encounters: [],
    zone: simulation.zone,
    sources: simulation.sources,
    sending: false,
  };
  let messages: readonly Communication[] = [];
  const plan = newCarePlan(simulation.definition.source, PATIENT, appointment, first);
  let journey = newJourney(simulation.definition, plan, first);
  const settle = (moved: Journey, at: Date): void => {
    messages = [...messages, ...moved.messages.map((message) => sent(message, at))];
    journey = advance({ ...moved, messages: [] }, facts, at);
  };
  settle(advance(journey, facts, first), first);
  for (const event of events) {
    runUntil(event.at, () => journey, settle);
    facts = EFFECTS[event.name]?.(facts) ?? facts;
    settle(advance(journey, facts, event.at), event.at);
  }
  runUntil(undefined, () => journey, settle);
  const { carePlan, stages, steps } = withActivities(journey);
  return bundleOf([carePlan, ...stages, ...steps, ...messages]);
}

/** Runs the steps that fall due, each at its time; all that are left if there is no end. */
function runUntil(until: Date | undefined, current: () => Journey, settle: (journey: Journey, at: Date) => void): void {
  for (;;) {
    const next = current()
      .steps.filter(waits)
      .map((step) => ({ step, at: timeOf(step) ?? new Date(0) }))
      .filter(({ at }) => !until || at <= until)
      .sort((a, b) => a.at.getTime() - b.at.getTime())[0];
    if (!next) {
      return;
    }
    const journey = current();
    const { step, message } = runStep<Step>(next.step, next.at);
    const steps = journey.steps.map((other) => (other === next.step ? step : other));
    settle({ ...journey, steps, messages: message ? [message] : [] }, next.at);
  }
}

const waits = (step: Step): boolean =>
  step.resourceType === 'Task' ? step.status === 'draft' : step.status === 'active';

const sent = (message: Communication, at: Date): Communication => ({
  ...message,
  status: 'completed',
  sent: at.toISOString(),
});

function withStatus(facts: Facts, status: Appointment['status']): Facts {
  return facts.appointment ? { ...facts, appointment: { ...facts.appointment, status } } : facts;
}

function withEncounter(facts: Facts, status: Encounter['status']): Facts {
  const encounter: WithId<Encounter> = { resourceType: 'Encounter', id: 'simulated', status, class: { code: 'AMB' } };
  return { ...facts, encounters: [encounter] };
}

function bundleOf(resources: readonly JourneyResource[]): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({
      fullUrl: referenceTo(resource).reference,
      resource,
    })),
  };
}
