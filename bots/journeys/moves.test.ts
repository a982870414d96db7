import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import type { WithId } from '@medplum/core';
import { createReference } from '@medplum/core';
import type {
  ActivityDefinition,
  Appointment,
  CommunicationRequest,
  Encounter,
  Patient,
  PlanDefinition,
  PlanDefinitionAction,
  Questionnaire,
  Resource,
  Task,
} from '@medplum/fhirtypes';
import { readDefinition } from './definition.ts';
import type { Facts, StepSource } from './facts.ts';
import { newCarePlan, newJourney, referenceTo, writesOf } from './journey.ts';
import type { Journey } from './journey.ts';
import { moveByHand } from './advance-journey.ts';
import { advance, revoke } from './moves.ts';
import { stageOf } from './parts.ts';

const NOW = new Date('2030-03-04T12:00:00Z');
const BASE = 'https://careline.dev/fhir';
const patient: WithId<Patient> = { resourceType: 'Patient', id: 'pat', gender: 'female' };
const outpatient = JSON.parse(
  readFileSync(new URL('../../resources/journeys/outpatient-visit.json', import.meta.url), 'utf8'),
) as PlanDefinition;
/** Without the stage of a missed visit, which `visit.test.ts` looks at. */
const shipped: PlanDefinition = {
  ...outpatient,
  action: (outpatient.action ?? []).filter(({ id }) => id !== 'missed-visit'),
};

const message = (url: string): ActivityDefinition => ({
  resourceType: 'ActivityDefinition',
  status: 'active',
  kind: 'CommunicationRequest',
  url,
});
const sources = new Map<string, StepSource>(
  ['appointment-confirmation', 'appointment-reminder', 'after-visit'].map((name) => {
    const url = `${BASE}/ActivityDefinition/${name}`;
    return [url, message(url)];
  }),
);

const booked = (over: Partial<Appointment> = {}): WithId<Appointment> => ({
  resourceType: 'Appointment',
  id: 'app',
  status: 'booked',
  start: '2030-03-14T14:00:00Z',
  end: '2030-03-14T14:30:00Z',
  participant: [{ actor: createReference(patient), status: 'accepted' }],
  ...over,
});

const encounter = (status: Encounter['status']): WithId<Encounter> => ({
  resourceType: 'Encounter',
  id: 'enc',
  status,
  class: { code: 'AMB' },
});

const facts = (over: Partial<Facts> = {}): Facts => ({
  patient,
  appointment: booked(),
  encounters: [],
  zone: 'America/New_York',
  sources,
  sending: false,
  ...over,
});

/** What a server makes of a decision: ids, versions, and references to them. */
function stored(before: Journey | undefined, after: Journey): Journey {
  const ids = new Map<Resource, string>();
  const places = new Map<string, string>();
  for (const [index, { resource, fullUrl }] of writesOf(before, after).entries()) {
    const id = resource.id ?? `${before ? 'late' : 'new'}-${index}`;
    ids.set(resource, id);
    if (fullUrl) {
      places.set(fullUrl, `${resource.resourceType}/${id}`);
    }
  }
  const store = <T extends Resource>(resource: T, id = resource.id): T => {
    let text = JSON.stringify({ ...resource, id, meta: { versionId: '1' } });
    for (const [from, to] of places) {
      text = text.replaceAll(from, to);
    }
    return JSON.parse(text) as T;
  };
  // The CarePlan as it is written lists what was added; the one of the journey does not yet.
  const plan = [...ids.keys()].find(({ resourceType }) => resourceType === 'CarePlan') as typeof after.carePlan;
  const idOf = (resource: Resource): string | undefined =>
    resource.id ?? places.get(referenceTo(resource as Task).reference)?.split('/')[1];
  return {
    ...after,
    carePlan: plan ? store(plan, ids.get(plan)) : after.carePlan,
    stages: after.stages.map((task) => store(task, idOf(task))),
    steps: after.steps.map((step) => store(step, idOf(step))),
    messages: [],
  };
}

function begin(world: Facts, source: PlanDefinition = shipped, now = NOW): Journey {
  const { definition, problems } = readDefinition({ ...source, id: 'plan', meta: { versionId: '1' } });
  expect(problems).toEqual([]);
  const plan = newCarePlan(definition.source, world.patient, world.appointment, now);
  return stored(undefined, advance(newJourney(definition, plan, now), world, now));
}

const follow = (journey: Journey, world: Facts, now = NOW): Journey => stored(journey, advance(journey, world, now));
const stagesOf = ({ stages }: Journey): Record<string, string> =>
  Object.fromEntries(stages.map((task) => [stageOf(task), task.status]));
const requests = ({ steps }: Journey): CommunicationRequest[] =>
  steps.filter((step): step is CommunicationRequest => step.resourceType === 'CommunicationRequest');
const timesOf = (journey: Journey, status: string): (string | undefined)[] =>
  requests(journey).flatMap((request) => (request.status === status ? [request.occurrenceDateTime] : []));

const stage = (code: string, over: PlanDefinitionAction = {}): PlanDefinitionAction => ({
  id: code,
  code: [{ coding: [{ code }] }],
  ...over,
});
const on = (...names: string[]): Pick<PlanDefinitionAction, 'trigger'> => ({
  trigger: names.map((name) => ({ type: 'named-event', name })),
});
const plan = (...action: PlanDefinitionAction[]): PlanDefinition => ({
  resourceType: 'PlanDefinition',
  status: 'active',
  action,
});

describe('A journey that starts', () => {
  test('is as the contract says', () => {
    const journey = begin(facts(), { ...shipped, url: `${BASE}/PlanDefinition/outpatient-visit` });
    expect(journey.carePlan).toMatchObject({
      status: 'active',
      intent: 'plan',
      identifier: [{ system: `${BASE}/sid/journey`, value: 'Appointment/app/PlanDefinition/plan' }],
      instantiatesCanonical: [`${BASE}/PlanDefinition/outpatient-visit`],
      instantiatesUri: ['PlanDefinition/plan/_history/1'],
      subject: { reference: 'Patient/pat' },
    });
    const listed = journey.carePlan.activity?.map(({ reference }) => reference?.reference);
    expect(listed).toEqual([
      'Appointment/app',
      ...journey.stages.map(({ id }) => `Task/${id}`),
      ...journey.steps.map(({ id }) => `CommunicationRequest/${id}`),
    ]);
    expect(journey.stages[0]).toMatchObject({
      intent: 'order',
      status: 'in-progress',
      basedOn: [{ reference: `CarePlan/${journey.carePlan.id}` }],
      executionPeriod: { start: NOW.toISOString() },
      for: { reference: 'Patient/pat' },
    });
  });

  test('gives the confirmation to be sent and has the reminders wait', () => {
    const { definition } = readDefinition({ ...shipped, id: 'plan' });
    const journey = advance(
      newJourney(definition, newCarePlan(definition.source, patient, booked(), NOW), NOW),
      facts(),
      NOW,
    );
    expect(journey.messages).toHaveLength(1);
    expect(journey.messages[0]).toMatchObject({
      status: 'preparation',
      instantiatesCanonical: [`${BASE}/ActivityDefinition/appointment-confirmation`],
      about: [{ reference: 'Appointment/app' }],
      recipient: [{ reference: 'Patient/pat' }],
    });
    // 10:00 in New York, on either side of the change of the clocks.
    expect(timesOf(journey, 'active')).toEqual(['2030-03-11T14:00:00.000Z', '2030-03-13T14:00:00.000Z']);
  });

  test('makes no reminder whose time is past', () => {
    const world = facts({ appointment: booked({ start: '2030-03-06T14:00:00Z', end: '2030-03-06T14:30:00Z' }) });
    expect(timesOf(begin(world), 'active')).toEqual(['2030-03-05T14:00:00.000Z']);
  });

  test('too late is at once where the visit is, and sends no confirmation any more', () => {
    const journey = begin(facts({ appointment: booked({ status: 'arrived' }) }));
    expect(stagesOf(journey)).toEqual({
      'pre-visit': 'completed',
      'day-of-visit': 'in-progress',
      'post-visit': 'requested',
    });
    expect(journey.steps).toEqual([]);
  });

  test('without an event begins with its first stage', () => {
    const world: Facts = { patient, encounters: [], zone: 'UTC', sources, sending: false };
    expect(stagesOf(begin(world))).toMatchObject({ 'pre-visit': 'in-progress' });
  });
});

/** The states through which a visit goes, each with what a delivery would find. */
const VISIT: readonly Partial<Facts>[] = [
  { appointment: booked() },
  { appointment: booked({ status: 'arrived' }) },
  { appointment: booked({ status: 'arrived' }), encounters: [encounter('in-progress')] },
  { appointment: booked({ status: 'arrived' }), encounters: [encounter('finished')] },
  { appointment: booked({ status: 'fulfilled' }), encounters: [encounter('finished')] },
];

describe('Whatever is delivered', () => {
  test('a visit ends the same, if only its end is seen', () => {
    const seen = fc.array(fc.nat(VISIT.length - 1), { maxLength: 12 }).map((states) => states.sort((a, b) => a - b));
    fc.assert(
      fc.property(seen, (states) => {
        let journey = begin(facts(VISIT[states[0] ?? 0]));
        for (const state of [...states, VISIT.length - 1, VISIT.length - 1]) {
          journey = follow(journey, facts(VISIT[state]));
        }
        expect(journey.carePlan).toMatchObject({ status: 'completed', encounter: { reference: 'Encounter/enc' } });
        expect(Object.values(stagesOf(journey))).toEqual(['completed', 'completed', 'completed']);
        expect(timesOf(journey, 'active')).toEqual([]);
        const after = requests(journey).filter(({ extension }) =>
          extension?.[0]?.valueCanonical?.endsWith('after-visit'),
        );
        expect(after.map(({ status }) => status)).toEqual(['completed']);
      }),
    );
  });

  test('what was seen already changes nothing', () => {
    const moved = fc.array(fc.nat(VISIT.length - 1), { maxLength: 6 });
    fc.assert(
      fc.property(moved, (states) => {
        let journey = begin(facts());
        for (const state of states) {
          const world = facts({ ...VISIT[state], sending: true });
          journey = follow(journey, world);
          const later = new Date(NOW.getTime() + 60_000);
          expect(writesOf(journey, advance(journey, world, later))).toEqual([]);
        }
      }),
    );
  });

  test('an arrival that is seen after the end does not take the journey back', () => {
    const end = follow(begin(facts()), facts({ ...VISIT[4], sending: true }));
    expect(stagesOf(follow(end, facts({ ...VISIT[1], sending: true })))).toEqual(stagesOf(end));
  });
});

describe('A journey on its way', () => {
  test('waits with its completion until the last message has left', () => {
    const waiting = follow(begin(facts()), facts({ ...VISIT[4], sending: true }));
    expect(waiting.carePlan.status).toBe('active');
    expect(follow(waiting, facts(VISIT[4])).carePlan.status).toBe('completed');
  });

  test('takes its open reminders along to a new time, and makes those again that the new time wants', () => {
    const start = begin(facts({ appointment: booked({ start: '2030-03-06T14:00:00Z', end: '2030-03-06T14:30:00Z' }) }));
    const moved = follow(start, facts());
    expect(timesOf(moved, 'active').sort()).toEqual(['2030-03-11T14:00:00.000Z', '2030-03-13T14:00:00.000Z']);

    const sent = { ...moved, steps: moved.steps.map((step) => ({ ...step, status: 'completed' as const })) } as Journey;
    const again = follow(sent, facts({ appointment: booked({ start: '2030-04-14T14:00:00Z' }) }));
    expect(timesOf(again, 'active').sort()).toEqual(['2030-04-11T14:00:00.000Z', '2030-04-13T14:00:00.000Z']);
    const replaced = requests(again).flatMap(({ replaces }) => (replaces ?? []).map(({ reference }) => reference));
    expect(replaced).toHaveLength(2);
    expect(new Set(replaced)).toEqual(new Set(moved.steps.slice(1).map(({ id }) => `CommunicationRequest/${id}`)));
  });

  test('drops a reminder for which the new time is too near', () => {
    const moved = follow(begin(facts()), facts({ appointment: booked({ start: '2030-03-06T14:00:00Z' }) }));
    expect(timesOf(moved, 'active')).toEqual(['2030-03-05T14:00:00.000Z']);
    expect(timesOf(moved, 'revoked')).toHaveLength(1);
  });

  test('goes back when a check-in is undone, with its reminders and without another confirmation', () => {
    const arrived = follow(begin(facts()), facts(VISIT[1]));
    expect(timesOf(arrived, 'active')).toEqual([]);
    const undone = advance(arrived, facts(), NOW);
    expect(undone.messages).toEqual([]);
    const back = stored(arrived, undone);
    expect(stagesOf(back)).toMatchObject({ 'pre-visit': 'in-progress', 'day-of-visit': 'requested' });
    expect(timesOf(back, 'active')).toEqual(['2030-03-11T14:00:00.000Z', '2030-03-13T14:00:00.000Z']);
    expect(writesOf(back, advance(back, facts(), NOW))).toEqual([]);
    expect(stagesOf(follow(back, facts(VISIT[1])))).toEqual(stagesOf(arrived));
  });

  test('does not go back from where somebody took it by hand, or where the patient is being seen', () => {
    const byHand = stored(undefined, moveByHand({ journey: begin(facts()), facts: facts() }, 1, NOW));
    expect(stagesOf(follow(byHand, facts()))).toMatchObject({ 'day-of-visit': 'in-progress' });
    const seen = follow(begin(facts()), facts(VISIT[2]));
    const odd = facts({ appointment: booked(), encounters: [encounter('in-progress')] });
    expect(stagesOf(follow(seen, odd))).toMatchObject({ 'day-of-visit': 'in-progress' });
  });

  test('ends with its appointment', () => {
    for (const status of ['cancelled', 'entered-in-error'] as const) {
      const ended = follow(begin(facts()), facts({ appointment: booked({ status }) }));
      expect(ended.carePlan.status).toBe('revoked');
      expect(Object.values(stagesOf(ended))).toEqual(['cancelled', 'cancelled', 'cancelled']);
      expect(timesOf(ended, 'active')).toEqual([]);
    }
  });

  test('takes the stage that is there for a cancelled appointment', () => {
    const source = plan(stage('before', on('appointment-booked')), stage('sorry', on('appointment-cancelled')));
    const cancelled = facts({ appointment: booked({ status: 'cancelled' }) });
    const ended = follow(begin(facts(), source), cancelled);
    expect(stagesOf(ended)).toEqual({ before: 'completed', sorry: 'completed' });
    expect(ended.carePlan.status).toBe('completed');
  });

  test('passes over a stage that does not apply', () => {
    const condition = (expression: string): Pick<PlanDefinitionAction, 'condition'> => ({
      condition: [{ kind: 'applicability', expression: { language: 'text/fhirpath', expression } }],
    });
    const source = plan(
      stage('before', on('appointment-booked')),
      stage('men', { ...on('appointment-arrived'), ...condition("gender = 'male'") }),
      stage('women', {
        ...on('appointment-arrived'),
        ...condition("gender = 'female' and %appointment.start.exists()"),
      }),
      stage('never', condition("%appointment.comment = 'x'")),
    );
    const arrived = follow(begin(facts(), source), facts({ ...VISIT[1], sending: true }));
    expect(stagesOf(arrived)).toEqual({
      before: 'completed',
      men: 'cancelled',
      women: 'in-progress',
      never: 'requested',
    });
    expect(follow(arrived, facts(VISIT[1])).carePlan.status).toBe('completed');
  });

  test('is not complete while a task of its last stage is open', () => {
    const questionnaire: Questionnaire = {
      resourceType: 'Questionnaire',
      status: 'active',
      url: 'https://example.org/q',
    };
    const source = plan(
      stage('after', {
        ...on('appointment-booked'),
        action: [{ id: 'ask', definitionCanonical: 'https://example.org/q' }],
      }),
    );
    const world = facts({ sources: new Map([['https://example.org/q', questionnaire]]) });
    const journey = begin(world, source);
    const [task] = journey.steps;
    expect(task).toMatchObject({
      resourceType: 'Task',
      status: 'requested',
      owner: { reference: 'Patient/pat' },
      restriction: { period: { start: NOW.toISOString() } },
      input: [{ valueCanonical: 'https://example.org/q' }],
    });
    expect(follow(journey, world).carePlan.status).toBe('active');
    const answered = { ...journey, steps: [{ ...(task as Task), status: 'completed' as const }] };
    expect(follow(answered, world).carePlan.status).toBe('completed');
  });

  test('shows a person the step whose definition is gone', () => {
    const source = plan(
      stage('one', { action: [{ id: 'lost', title: 'Call', definitionCanonical: 'https://example.org/gone' }] }),
    );
    expect(begin(facts(), source).steps).toMatchObject([
      { resourceType: 'Task', status: 'requested', description: 'Call' },
    ]);
  });
});

describe('By hand', () => {
  const to = (journey: Journey, index: number, world = facts()): Journey =>
    stored(journey, moveByHand({ journey, facts: world }, index, NOW));

  test('a stage is reached over others, which are skipped', () => {
    expect(stagesOf(to(begin(facts()), 2, facts({ sending: true })))).toEqual({
      'pre-visit': 'completed',
      'day-of-visit': 'cancelled',
      'post-visit': 'in-progress',
    });
  });

  test('a stage is taken up again, with its steps, and no event moves on what was put back', () => {
    const arrived = follow(begin(facts()), facts(VISIT[1]));
    const back = to(arrived, 0, facts(VISIT[1]));
    expect(stagesOf(back)).toEqual({
      'pre-visit': 'in-progress',
      'day-of-visit': 'on-hold',
      'post-visit': 'requested',
    });
    expect(timesOf(back, 'active')).toHaveLength(2);
    expect(stagesOf(follow(back, facts(VISIT[1])))).toEqual(stagesOf(back));
    expect(stagesOf(to(back, 1, facts(VISIT[1])))).toMatchObject({ 'day-of-visit': 'in-progress' });
  });

  test('the stage that it is in already is no move', () => {
    const journey = begin(facts());
    expect(moveByHand({ journey, facts: facts() }, 0, NOW)).toBe(journey);
  });

  test('a journey that is over is not moved', () => {
    const journey = stored(undefined, revoke(begin(facts()), { text: 'test' }, NOW));
    expect(() => moveByHand({ journey, facts: facts() }, 1, NOW)).toThrow(/revoked/);
  });
});
