import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { CarePlan, Communication, CommunicationRequest, Resource, Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { JOURNEY_SID, STAGE_CODE, STEP_SID } from '../../bots/journeys/names.ts';
import { codeSystem, TASK_CODE } from '../../bots/runtime/contract.ts';
import { assemble, columnsOf, stuckFirst } from '../../web/src/staff/journeys/live.ts';
import { formTask } from './form-task.ts';
import type { LiveJourney } from '../../web/src/staff/journeys/live.ts';

const NOW = new Date('2026-03-10T12:00:00Z');
const hoursAgo = (hours: number): string => new Date(NOW.getTime() - hours * 3_600_000).toISOString();

const plan = (id: string, status: CarePlan['status'] = 'active'): WithId<CarePlan> => ({
  resourceType: 'CarePlan',
  id,
  status,
  intent: 'plan',
  subject: { reference: 'Patient/p' },
  identifier: [{ system: JOURNEY_SID, value: id }],
  created: hoursAgo(200),
  activity: [{ reference: { reference: 'Appointment/a' } }],
});
const stage = (of: string, code: string, over: Partial<Task> = {}): WithId<Task> => ({
  resourceType: 'Task',
  id: `${of}-${code}`,
  status: 'in-progress',
  intent: 'order',
  description: code.toUpperCase(),
  basedOn: [{ reference: `CarePlan/${of}` }],
  code: { coding: [{ system: STAGE_CODE, code }] },
  executionPeriod: { start: hoursAgo(100) },
  ...over,
});
const task = (of: string, due: string, over: Partial<Task> = {}): WithId<Task> => ({
  resourceType: 'Task',
  id: `${of}-task`,
  status: 'requested',
  intent: 'order',
  basedOn: [{ reference: `CarePlan/${of}` }],
  identifier: [{ system: STEP_SID, value: `${of}/now/call` }],
  restriction: { period: { start: due } },
  ...over,
});
const request = (of: string, due: string): WithId<CommunicationRequest> => ({
  resourceType: 'CommunicationRequest',
  id: `${of}-request`,
  status: 'active',
  basedOn: [{ reference: `CarePlan/${of}` }],
  identifier: [{ system: STEP_SID, value: `${of}/now/remind` }],
  occurrenceDateTime: due,
});
const message = (of: string, id: string, over: Partial<Communication> = {}): WithId<Communication> => ({
  resourceType: 'Communication',
  id,
  status: 'not-done',
  statusReason: { coding: [{ system: codeSystem('message-status-reason'), code: 'no-address' }] },
  basedOn: [{ reference: `CommunicationRequest/${of}-request` }, { reference: `CarePlan/${of}` }],
  meta: { lastUpdated: hoursAgo(5) },
  ...over,
});
const ticket = (focus: string): WithId<Task> => ({
  resourceType: 'Task',
  id: `ticket-${focus}`,
  status: 'requested',
  intent: 'order',
  code: { coding: [{ system: TASK_CODE, code: 'ticket' }] },
  focus: { reference: focus },
  authoredOn: hoursAgo(3),
});
const kinds = (...found: WithId<Resource>[]): string[] =>
  assemble([plan('j'), stage('j', 'now'), ...found], NOW)[0]?.stuck.map(({ kind }) => kind) ?? [];

describe('a journey is stuck', () => {
  test('by a message of the present stage that did not go out, unless the patient does not want it', () => {
    expect(kinds(message('j', 'm'))).toEqual(['message']);
    expect(kinds(message('j', 'm', { status: 'unknown', statusReason: undefined }))).toEqual(['message']);
    expect(kinds(message('j', 'm', { statusReason: { coding: [{ code: 'opted-out' }] } }))).toEqual([]);
    expect(kinds(message('j', 'm', { meta: { lastUpdated: hoursAgo(101) } }))).toEqual([]);
  });

  test('until another message of the same step has left', () => {
    const later = { status: 'completed', statusReason: undefined, meta: { lastUpdated: hoursAgo(1) } } as const;
    expect(kinds(message('j', 'm'), message('j', 'n', later))).toEqual([]);
    expect(kinds(message('j', 'm'), message('other', 'n', later))).toEqual(['message']);
  });

  test('by a task that staff has had for more than a day, a questionnaire that a patient has had for three', () => {
    const questions = { input: formTask('Patient/p').input };
    expect(kinds(task('j', hoursAgo(23)))).toEqual([]);
    expect(kinds(task('j', hoursAgo(25)))).toEqual(['task']);
    expect(kinds(task('j', hoursAgo(25), { status: 'completed' }))).toEqual([]);
    expect(kinds(task('j', hoursAgo(71), questions))).toEqual([]);
    expect(kinds(task('j', hoursAgo(73), questions))).toEqual(['answer']);
    const ends = { restriction: { period: { start: hoursAgo(5), end: hoursAgo(1) } } };
    expect(kinds(task('j', hoursAgo(5), ends))).toEqual(['task']);
  });

  test('by what should have happened by itself: a message, a task, a stage', () => {
    expect(kinds(request('j', hoursAgo(0.5)))).toEqual([]);
    expect(kinds(request('j', hoursAgo(2)))).toEqual(['late']);
    expect(kinds(task('j', hoursAgo(2), { status: 'draft' }))).toEqual(['late']);
    const timed = { status: 'requested', restriction: { period: { start: hoursAgo(2) } } } as const;
    expect(kinds(stage('j', 'next', { ...timed, executionPeriod: undefined }))).toEqual(['late']);
  });

  test('by an open ticket about it, its visit, a step or a message; one that rests by nothing else', () => {
    for (const focus of ['CarePlan/j', 'Appointment/a', 'Communication/m']) {
      const sent = message('j', 'm', { status: 'completed', statusReason: undefined });
      expect(kinds(sent, ticket(focus))).toEqual(['ticket']);
    }
    expect(kinds(ticket('Appointment/other'))).toEqual([]);
    const rests = assemble(
      [plan('j', 'on-hold'), stage('j', 'now'), task('j', hoursAgo(99)), ticket('CarePlan/j')],
      NOW,
    );
    expect(rests[0]?.stuck.map(({ kind }) => kind)).toEqual(['ticket']);
  });
});

describe('the board', () => {
  const journey = (id: string, code: string, overdueFor: number | undefined): LiveJourney => {
    const due = overdueFor === undefined ? [] : [task(id, hoursAgo(24 + overdueFor))];
    const [made] = assemble(
      [
        plan(id),
        stage(id, code),
        ...due.map((one) => ({ ...one, identifier: [{ system: STEP_SID, value: `${id}/${code}/call` }] })),
      ],
      NOW,
    );
    return made as LiveJourney;
  };

  test('has every journey once, stuck ones first and of these the longest stuck', () => {
    const arbitrary = fc.array(
      fc.record({
        code: fc.constantFrom('a', 'b', 'old'),
        late: fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined }),
      }),
    );
    fc.assert(
      fc.property(arbitrary, (drawn) => {
        const journeys = drawn.map(({ code, late }, index) => journey(`j${index}`, code, late));
        const stages = [
          { code: 'a', title: 'A' },
          { code: 'b', title: 'B' },
        ];
        const columns = columnsOf(stages, journeys, 'between');
        expect(columns.slice(0, 2).map(({ code }) => code)).toEqual(['a', 'b']);
        expect(columns.flatMap((column) => column.journeys.map(({ plan: { id } }) => id)).toSorted()).toEqual(
          journeys.map(({ plan: { id } }) => id).toSorted(),
        );
        for (const column of columns) {
          const since = column.journeys.map(({ stuck }) => stuck[0]?.since ?? Infinity);
          expect(since).toEqual(since.toSorted((a, b) => a - b));
        }
      }),
    );
  });

  test('puts those in no stage, and those in a stage that the definition has no longer, last', () => {
    const [waiting] = assemble([plan('w')], NOW);
    const columns = columnsOf(
      [{ code: 'a', title: 'A' }],
      stuckFirst([journey('o', 'old', undefined), waiting as LiveJourney]),
      'between',
    );
    expect(columns.map(({ title }) => title)).toEqual(['A', 'OLD', 'between']);
  });
});
