import { describe, expect, test } from '@jest/globals';
import type { PlanDefinition, PlanDefinitionAction } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { readDefinition } from '../../bots/journeys/definition.ts';
import { STAGE_CODE } from '../../bots/journeys/names.ts';
import { OFFSET_UNITS } from '../../bots/journeys/relation.ts';
import { readEvent } from '../../bots/journeys/simulate.ts';
import { SIMULATED_EVENTS } from '../../bots/journeys/simulation.ts';
import outpatient from '../../resources/journeys/outpatient-visit.json' with { type: 'json' };
import chronic from '../../resources/journeys/chronic-care.json' with { type: 'json' };
import {
  addStage,
  addStep,
  codeFor,
  EDGES,
  eventsOf,
  moved,
  timingOf,
  withEvents,
  withStage,
  withStep,
  withTiming,
} from '../../web/src/staff/journeys/edit.ts';
import {
  conditionsOf,
  repeatOf,
  startConditionOf,
  whensOf,
  withConditions,
  withRepeat,
  withStartCondition,
  withWhens,
} from '../../web/src/staff/journeys/edit-lists.ts';
import { COURSE_EVENTS, COURSES, eventsIn, problemIn, simulationOf } from '../../web/src/staff/journeys/simulation.ts';

/** A stage that has everything more than once, with more to each than the form shows. */
const rich: PlanDefinitionAction = {
  id: 'rich',
  code: [{ coding: [{ system: STAGE_CODE, code: 'rich' }] }],
  trigger: [
    { type: 'named-event', name: 'condition-confirmed', condition: { language: 'text/fhirpath', expression: 'true' } },
    {
      type: 'data-changed',
      data: [{ type: 'Patient' }],
      condition: { language: 'text/fhirpath', expression: 'active', description: 'In use' },
    },
    { type: 'named-event', name: 'appointment-booked' },
    { type: 'data-changed', data: [{ type: 'Patient' }], condition: { language: 'text/fhirpath', expression: 'true' } },
  ],
  condition: [
    { kind: 'applicability', expression: { language: 'text/fhirpath', expression: 'active', name: 'inUse' } },
    { kind: 'applicability', expression: { language: 'text/fhirpath', expression: 'true' } },
  ],
  timingTiming: { repeat: { count: 3, period: 30, periodUnit: 'd', boundsPeriod: { start: '2026-01-01' } } },
};
const plans = [outpatient, chronic, { ...outpatient, action: [rich] }] as unknown as PlanDefinition[];

describe('editing a definition', () => {
  test('saying again what it says changes nothing', () => {
    for (const plan of plans) {
      for (const [at, stage] of (plan.action ?? []).entries()) {
        const same = withStage(plan, at, (before) =>
          withRepeat(
            withConditions(withWhens(withEvents(before, eventsOf(before)), whensOf(before)), conditionsOf(before)),
            repeatOf(before),
          ),
        );
        expect(same).toEqual(plan);
        for (const [index, step] of (stage.action ?? []).entries()) {
          const again = withTiming(step, timingOf(step, stage.id), stage.id);
          const read = (of: PlanDefinition): unknown => readDefinition(of).definition.stages[at]?.steps[index]?.due;
          expect(read(withStage(plan, at, () => withStep(stage, index, () => again)))).toMatchObject({
            anchor: readDefinition(plan).definition.stages[at]?.steps[index]?.due.anchor,
          });
        }
      }
    }
  });

  test('one of several is changed, added or taken out; what else the others say stays', () => {
    expect(readDefinition({ resourceType: 'PlanDefinition', status: 'draft', action: [rich] }).problems).toEqual([]);
    const [first, second] = rich.condition ?? [];
    expect(withConditions(rich, ['true']).condition).toEqual([second]);
    expect(withConditions(rich, ['active']).condition).toEqual([first]);
    expect(withConditions(rich, []).condition).toBeUndefined();
    expect(withConditions(rich, ['active', 'false', 'true']).condition).toMatchObject([
      { expression: { name: 'inUse' } },
      { expression: { expression: 'false' } },
      { kind: 'applicability', expression: { language: 'text/fhirpath', expression: 'true' } },
    ]);
    const [confirmed, , booked, always] = rich.trigger ?? [];
    expect(withWhens(rich, ['true']).trigger).toEqual([confirmed, booked, always]);
    expect(withWhens(rich, ['active', 'true', 'deceased']).trigger).toMatchObject([
      ...(rich.trigger ?? []),
      { type: 'data-changed', condition: { expression: 'deceased' } },
    ]);
    expect(startConditionOf(withStartCondition(rich, 'condition-confirmed', 'x'), 'condition-confirmed')).toBe('x');
    expect(withStartCondition(rich, 'condition-confirmed', '').trigger?.[0]?.condition).toBeUndefined();
    expect(withRepeat(rich, { count: 5, period: 2, unit: 'wk' }).timingTiming?.repeat).toEqual({
      count: 5,
      period: 2,
      periodUnit: 'wk',
      boundsPeriod: { start: '2026-01-01' },
    });
    expect(repeatOf(withRepeat(rich, undefined))).toBeUndefined();
  });

  test('a time is read as it was written', () => {
    const timing = fc.record({
      anchor: fc.constantFrom('none' as const, ...EDGES),
      value: fc.integer({ min: 1, max: 500 }),
      unit: fc.constantFrom(...OFFSET_UNITS),
    });
    fc.assert(
      fc.property(timing, (wanted) => {
        expect(timingOf(withTiming({ id: 'step' }, wanted, 'stage'), 'stage')).toEqual(wanted);
      }),
    );
    expect(timingOf(withTiming({}, { anchor: 'stage:first', value: 3, unit: 'd' }))).toEqual({
      anchor: 'stage:first',
      value: 3,
      unit: 'd',
    });
    expect(
      withTiming(
        { relatedAction: [{ actionId: 'stage', relationship: 'after-start' }] },
        { anchor: 'none', value: 0, unit: 'd' },
        'stage',
      ),
    ).toEqual({});
  });

  test('stages and steps that are added can be started, once it is said what the steps are', () => {
    const [plan = { resourceType: 'PlanDefinition', status: 'draft' }] = plans;
    const longer = addStage(addStage(plan, 'Größe & Gewicht'), 'Größe & Gewicht');
    const ids = longer.action?.map(({ id }) => id) ?? [];
    expect(new Set(ids).size).toBe(ids.length);
    const last = ids.length - 1;
    const filled = withStage(longer, last, (stage) => addStep(stage, 'Weigh'));
    expect(readDefinition(longer).problems).toEqual([]);
    expect(readDefinition(filled).problems).toEqual([expect.stringMatching(/definitionCanonical/)]);
  });

  test('codes are free and can be part of identifiers', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (title, taken) => {
        const code = codeFor(title, taken);
        expect(code).toMatch(/^[A-Za-z0-9.-]{1,64}$/);
        expect(taken).not.toContain(code);
      }),
    );
  });

  test('what is moved is all there, and back where it was after it was moved back', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { minLength: 2 }), fc.nat(), (list, drawn) => {
        const at = drawn % (list.length - 1);
        expect(moved(moved(list, at, 1), at + 1, -1)).toEqual(list);
      }),
    );
  });
});

describe('the course of a simulation', () => {
  const [visit, now] = [new Date('2026-03-09T14:00:00Z'), new Date('2026-03-02T13:00:00Z')];
  const [draft = { resourceType: 'PlanDefinition', status: 'draft' }] = plans;

  test('can have every event that the server can play', () => {
    expect([...COURSE_EVENTS].toSorted()).toEqual(SIMULATED_EVENTS.toSorted());
  });

  test('those to choose from are events that the server reads', () => {
    for (const course of COURSES) {
      const { events, start } = simulationOf(draft, eventsIn(course, visit, now), visit, 'America/New_York');
      expect(events.map((event) => readEvent(event).name)).toEqual(
        eventsIn(course, visit, now).map(({ name }) => name),
      );
      expect(start).toBe(visit.toISOString());
    }
  });

  test('nothing happens to a visit that there is none of', () => {
    const events = eventsIn('seen', visit, now);
    expect(problemIn(events, undefined)).toBe('needsVisit');
    expect(problemIn(events, visit)).toBeUndefined();
    expect(problemIn([{ name: 'patient-registered', at: now }], undefined)).toBeUndefined();
    expect(problemIn([{ name: 'appointment-rebooked', at: now }], visit)).toBe('needsTime');
    expect(problemIn([{ name: 'appointment-arrived', at: new Date(NaN) }], visit)).toBe('needsTime');
  });
});
