import { operation } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { described, instant, many, optional, reference, text } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { JOURNEY_SECRETS, loadSources } from './load.ts';
import { usableDefinition } from './operations.ts';
import { simulate, SIMULATED_EVENTS } from './simulation.ts';
import type { SimulatedEvent } from './simulation.ts';

/** The visit that is simulated takes so long. */
const VISIT_MS = 30 * 60_000;

export default operation({
  name: 'journeys/simulate',
  description: 'Plays a journey through for an appointment and events. Nothing is written.',
  code: 'simulate',
  resource: 'PlanDefinition',
  input: {
    definition: reference('PlanDefinition'),
    start: described(instant(), 'When the appointment starts.'),
    events: described(
      optional(many(text(100))),
      'What happens, each as name@time, such as appointment-arrived@2026-03-01T09:00:00+01:00.',
    ),
  },
  returns: 'Bundle',
  access: { PlanDefinition: 'read', ActivityDefinition: 'read', Questionnaire: 'read' },
  secrets: JOURNEY_SECRETS,
  who: staff('administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'),
  run: async (run, { definition: named, start, events }) => {
    const definition = usableDefinition(await read(run.fhir, named, 'definition'), 'definition');
    return simulate({
      definition,
      sources: await loadSources(run, [definition]),
      start,
      end: new Date(start.getTime() + VISIT_MS),
      zone: run.secrets.CLINIC_TIMEZONE ?? 'UTC',
      booked: run.now,
      events: (events ?? []).map(readEvent),
    });
  },
});

/** @throws Refusal `value` for what is no known event with a time. */
export function readEvent(written: string): SimulatedEvent {
  const [name = '', time = ''] = written.split('@');
  if (!SIMULATED_EVENTS.includes(name)) {
    return refuse('value', 'events', `An event is one of ${SIMULATED_EVENTS.join(', ')}, and @ with its time.`);
  }
  return { name, at: instant().parse(time, 'events') as Date };
}
