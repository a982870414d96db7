import { isDefined } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Appointment, Bundle, Communication, Encounter, Patient, QuestionnaireResponse } from '@medplum/fhirtypes';
import type { JourneyDefinition } from './definition.ts';
import type { Facts, StepSource } from './facts.ts';
import { newCarePlan, newJourney, referenceTo, withActivities } from './journey.ts';
import type { Journey, JourneyResource } from './journey.ts';
import { advance } from './moves.ts';
import { timeOf } from './parts.ts';
import type { Step } from './parts.ts';
import { stageDue } from './timers.ts';
import { runStep } from './steps.ts';

/** Something that happens to a simulated patient or appointment. */
export interface SimulatedEvent {
  readonly name: string;
  readonly at: Date;
  /** Of a rebooking: when the appointment starts from then on. */
  readonly start?: Date;
  /** What the patient answered. */
  readonly answer?: WithId<QuestionnaireResponse>;
}

export interface Simulation {
  readonly definition: JourneyDefinition;
  readonly sources: ReadonlyMap<string, StepSource>;
  readonly patient: WithId<Patient>;
  /** When the appointment is, if there is one. */
  readonly visit?: { readonly start: Date; readonly end: Date };
  readonly zone: string;
  /** When the journey begins, unless something happens before. */
  readonly begun: Date;
  readonly events: readonly SimulatedEvent[];
}

export const REBOOKED = 'appointment-rebooked';

/** What each event leaves behind. */
const EFFECTS: Readonly<Record<string, (facts: Facts, event: SimulatedEvent) => Facts>> = {
  'appointment-booked': (facts) => withStatus(facts, 'booked'),
  'appointment-arrived': (facts) => withStatus(facts, 'arrived'),
  'appointment-noshow': (facts) => withStatus(facts, 'noshow'),
  'appointment-cancelled': (facts) => withStatus(facts, 'cancelled'),
  'appointment-fulfilled': (facts) => withStatus(facts, 'fulfilled'),
  [REBOOKED]: (facts, { start }) => withTime(facts, start ?? new Date(0)),
  'encounter-started': (facts) => withEncounter(withStatus(facts, 'arrived'), 'in-progress'),
  'encounter-finished': (facts) => withEncounter(withStatus(facts, 'fulfilled'), 'finished'),
  'encounter-discharged': (facts) => withEncounter(withStatus(facts, 'fulfilled'), 'finished', 'IMP'),
  'condition-confirmed': (facts) => ({ ...facts, cause: 'Condition' }),
  'patient-registered': (facts) => ({ ...facts, cause: 'Patient' }),
  'questionnaire-answered': (facts, { answer }) =>
    answer ? { ...facts, answers: [answer, ...(facts.answers ?? [])] } : { ...facts, cause: 'QuestionnaireResponse' },
};

/** The events that a simulation knows. */
export const SIMULATED_EVENTS = Object.keys(EFFECTS);

/** A definition that goes on for ever is played for so many moves. */
const MOST_MOVES = 500;

/**
 * Plays a definition through, by the same rules as in real life, with every message leaving at once.
 * @returns All that would have been made, as it would be in the end, in the order in which it was made.
 */
export function simulate(simulation: Simulation): Bundle {
  const { patient, visit, definition } = simulation;
  const events = [...simulation.events].sort((a, b) => a.at.getTime() - b.at.getTime());
  const isBooked = events.some(({ name }) => name === 'appointment-booked');
  const [earliest = Infinity] = events.map(({ at }) => at.getTime());
  const first = new Date(isBooked ? earliest : Math.min(simulation.begun.getTime(), earliest));
  const appointment = visit && appointmentAt(patient, visit);
  let facts: Facts = {
    patient,
    ...(appointment && { appointment }),
    encounters: [],
    zone: simulation.zone,
    sources: simulation.sources,
    sending: false,
  };
  let messages: readonly Communication[] = [];
  const plan = newCarePlan(definition.source, patient, appointment, first);
  let journey = newJourney(definition, plan, first);
  const settle = (moved: Journey, at: Date): void => {
    messages = [...messages, ...moved.messages.map((message) => sent(message, at))];
    journey = advance({ ...moved, messages: [] }, facts, at);
  };
  const playUntil = (until: Date | undefined): void => {
    for (let moves = 0; moves < MOST_MOVES; moves++) {
      const next = nextMove(journey, facts, until);
      if (!next) {
        return;
      }
      settle(next.play(), next.at);
    }
  };
  // What happens first is what it starts with.
  const atOnce = events.filter(({ at }) => at.getTime() === first.getTime());
  facts = atOnce.reduce((world, event) => EFFECTS[event.name]?.(world, event) ?? world, facts);
  settle(advance(journey, facts, first), first);
  for (const event of events.slice(atOnce.length)) {
    playUntil(event.at);
    facts = EFFECTS[event.name]?.(facts, event) ?? facts;
    settle(advance(journey, facts, event.at), event.at);
  }
  playUntil(undefined);
  const { carePlan, stages, steps } = withActivities(journey);
  return bundleOf([carePlan, ...stages, ...steps, ...messages]);
}

/** What happens next by itself: a step that falls due, or a stage whose time comes. */
function nextMove(
  journey: Journey,
  facts: Facts,
  until: Date | undefined,
): { at: Date; play: () => Journey } | undefined {
  const steps = journey.steps.filter(waits).map((step) => {
    const at = timeOf(step) ?? new Date(0);
    return { at, play: () => withStep(journey, step, at) };
  });
  const stages = journey.stages
    .map((_task, index) => stageDue(journey, index, facts))
    .filter(isDefined)
    .map((at) => ({ at, play: () => advance(journey, facts, at) }));
  return [...steps, ...stages]
    .filter(({ at }) => !until || at <= until)
    .sort((a, b) => a.at.getTime() - b.at.getTime())[0];
}

function withStep(journey: Journey, due: Step, at: Date): Journey {
  const { step, message } = runStep<Step>(due, at);
  const steps = journey.steps.map((other) => (other === due ? step : other));
  return { ...journey, steps, messages: message ? [message] : [] };
}

function appointmentAt(patient: WithId<Patient>, { start, end }: { start: Date; end: Date }): WithId<Appointment> {
  return {
    resourceType: 'Appointment',
    id: 'simulated',
    status: 'booked',
    start: start.toISOString(),
    end: end.toISOString(),
    participant: [{ actor: { reference: `Patient/${patient.id}` }, status: 'accepted' }],
  };
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

function withTime(facts: Facts, start: Date): Facts {
  if (!facts.appointment) {
    return facts;
  }
  const length = Date.parse(facts.appointment.end ?? '') - Date.parse(facts.appointment.start ?? '');
  const end = new Date(start.getTime() + length).toISOString();
  return { ...facts, appointment: { ...facts.appointment, status: 'booked', start: start.toISOString(), end } };
}

function withEncounter(facts: Facts, status: Encounter['status'], code = 'AMB'): Facts {
  const encounter: WithId<Encounter> = { resourceType: 'Encounter', id: 'simulated', status, class: { code } };
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
