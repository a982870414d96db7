import type { WithId } from '@medplum/core';
import type { Appointment, Patient, PlanDefinition, QuestionnaireResponse } from '@medplum/fhirtypes';
import { IANAZone } from 'luxon';
import { operation } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { checkStructure } from '../runtime/draft.ts';
import { read } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { described, instant, many, optional, reference, resource, text } from '../runtime/parameters.ts';
import type { Ref } from '../runtime/parameters.ts';
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
    definition: described(optional(reference('PlanDefinition')), 'One that is stored.'),
    draft: described(optional(resource('PlanDefinition')), 'Or one that is not: what would be saved.'),
    start: described(optional(instant()), 'When the appointment starts; there is none without this and `appointment`.'),
    appointment: described(optional(reference('Appointment')), 'Whose times are taken; it counts as booked.'),
    patient: described(optional(reference('Patient')), 'Whom conditions are asked about.'),
    events: described(
      optional(many(text(100))),
      'What happens, each as name@time, such as appointment-arrived@2026-03-01T09:00:00+01:00; appointment-rebooked@time@start.',
    ),
    zone: described(optional(text(64)), "IANA zone in which days are counted; the clinic's if absent."),
    answers: described(
      optional(many(resource('QuestionnaireResponse'))),
      'What the patient answers, each at its `authored`; conditions on answers see them from then on.',
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
    const [parameter, source] = await sourceOf(run, input.definition, input.draft);
    const { definition, sources } = await usableDefinition(run, source, parameter);
    const named = input.appointment && (await read(run.fhir, input.appointment, 'appointment'));
    const patient = input.patient && (await read(run.fhir, input.patient, 'patient'));
    const visit = visitTimes(named, input.start);
    const events = [...(input.events ?? []).map(readEvent), ...(input.answers ?? []).map(answered)];
    if (!visit && events.some(({ name }) => name.startsWith('appointment-'))) {
      refuse('value', 'events', 'Without start or appointment nothing can happen to an appointment.');
    }
    return simulate({
      definition,
      sources,
      ...(visit && { visit }),
      patient: patient ?? NOBODY,
      zone: zoneOf(input.zone) ?? run.secrets.CLINIC_TIMEZONE ?? 'UTC',
      begun: run.now,
      events,
    });
  },
});

/** @throws Refusal `value` for what is no zone. */
function zoneOf(zone: string | undefined): string | undefined {
  return zone === undefined || IANAZone.isValidZone(zone)
    ? zone
    : refuse('value', 'zone', 'zone must be an IANA time zone, such as Europe/Vienna.');
}

/** @throws Refusal for neither or both of them, or a draft that is no PlanDefinition. */
async function sourceOf(
  run: Run,
  definition: Ref<'PlanDefinition'> | undefined,
  draft: PlanDefinition | undefined,
): Promise<['definition' | 'draft', PlanDefinition]> {
  if (definition && !draft) {
    return ['definition', await read(run.fhir, definition, 'definition')];
  }
  if (!draft || definition) {
    return refuse('required', 'definition', 'Either definition or draft is required.');
  }
  await checkStructure(run.fhir, draft, 'draft');
  return ['draft', { ...draft, id: 'draft', meta: { versionId: 'draft' } }];
}

/** @throws Refusal `value` for answers that do not say when they were given. */
function answered(answer: QuestionnaireResponse, index: number): SimulatedEvent {
  const at = new Date(answer.authored ?? NaN);
  return Number.isNaN(at.getTime())
    ? refuse('value', 'answers', 'Each of the answers needs its time in authored.')
    : { name: 'questionnaire-answered', at, answer: { ...answer, id: `simulated-${index + 1}` } };
}

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
