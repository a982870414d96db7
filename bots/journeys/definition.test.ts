import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { PlanDefinition, PlanDefinitionAction } from '@medplum/fhirtypes';
import { readDefinition } from './definition.ts';

const shipped = JSON.parse(
  readFileSync(new URL('../../resources/journeys/outpatient-visit.json', import.meta.url), 'utf8'),
) as PlanDefinition;

const withActions = (...action: PlanDefinitionAction[]): PlanDefinition => ({
  resourceType: 'PlanDefinition',
  status: 'active',
  action,
});

const stage = (over: PlanDefinitionAction = {}): PlanDefinitionAction => ({
  id: 'one',
  code: [{ coding: [{ code: 'one' }] }],
  ...over,
});

const step = (over: PlanDefinitionAction = {}): PlanDefinitionAction =>
  stage({ action: [{ id: 'message', definitionCanonical: 'https://example.org/a', ...over }] });

describe('A PlanDefinition as a journey', () => {
  test('the shipped one has its stages, triggers and steps', () => {
    const { definition, problems } = readDefinition(shipped);
    expect(problems).toEqual([]);
    expect(definition.stages.map(({ code, triggers }) => [code, triggers])).toEqual([
      ['pre-visit', ['appointment-booked']],
      ['day-of-visit', ['appointment-arrived']],
      ['post-visit', ['encounter-finished', 'appointment-fulfilled']],
      ['missed-visit', ['appointment-noshow']],
    ]);
    const due = definition.stages[0]?.steps.map((one) => [
      one.id,
      one.due.anchor,
      one.due.direction,
      one.due.offset?.value,
    ]);
    expect(due).toEqual([
      ['confirmation', 'stage-entry', 'after', undefined],
      ['reminder-3-days', 'appointment-start', 'before', 3],
      ['reminder-1-day', 'appointment-start', 'before', 1],
    ]);
  });

  test('a canonical is read without its version, and a step without a time is due at the entry', () => {
    const { definition, problems } = readDefinition(
      withActions(step({ definitionCanonical: 'https://example.org/a|2' })),
    );
    expect(problems).toEqual([]);
    expect(definition.stages[0]?.steps[0]).toMatchObject({
      canonical: 'https://example.org/a',
      due: { anchor: 'stage-entry' },
    });
  });

  const days = { value: 3, unit: 'd', code: 'd' };
  test.each<[string, PlanDefinition, RegExp]>([
    ['no stages', withActions(), /^action: /],
    ['a stage without code', withActions({ id: 'one' }), /^action\[0\].code: /],
    ['a stage twice', withActions(stage(), stage()), /"one" stands there twice/],
    ['a trigger without name', withActions(stage({ trigger: [{ type: 'named-event' }] })), /trigger\[0\]/],
    ['a periodic trigger', withActions(stage({ trigger: [{ type: 'periodic', timingDate: '2030' }] })), /trigger\[0\]/],
    ['a step of nothing', withActions(step({ definitionCanonical: undefined })), /definitionCanonical/],
    ['a step id with a slash', withActions(step({ id: 'a/b' })), /action\[0\].action\[0\].id/],
    [
      'a relation to something else',
      withActions(step({ relatedAction: [{ actionId: 'two', relationship: 'after-start' }] })),
      /relatedAction.actionId/,
    ],
    [
      'a time before the stage itself',
      withActions(step({ relatedAction: [{ actionId: 'one', relationship: 'before-start', offsetDuration: days }] })),
      /relatedAction.relationship/,
    ],
    [
      'an unknown unit',
      withActions(
        step({
          relatedAction: [{ actionId: 'one', relationship: 'after-start', offsetDuration: { value: 1, unit: 'moon' } }],
        }),
      ),
      /offsetDuration/,
    ],
    [
      'a range',
      withActions(step({ relatedAction: [{ actionId: 'one', relationship: 'after-start', offsetRange: {} }] })),
      /relatedAction: /,
    ],
    [
      'a broken condition',
      withActions(
        stage({
          condition: [{ kind: 'applicability', expression: { language: 'text/fhirpath', expression: 'gender = (' } }],
        }),
      ),
      /condition\[0\].expression/,
    ],
    [
      'a condition that goes on where FHIRPath ends',
      withActions(
        stage({
          condition: [
            { kind: 'applicability', expression: { language: 'text/fhirpath', expression: 'active = true nonsense' } },
          ],
        }),
      ),
      /condition\[0\].expression/,
    ],
    [
      'a condition in CQL',
      withActions(
        stage({ condition: [{ kind: 'applicability', expression: { language: 'text/cql', expression: 'true' } }] }),
      ),
      /condition\[0\]/,
    ],
    [
      'more than one transaction takes',
      withActions(
        stage({ action: Array.from({ length: 20 }, () => ({ definitionCanonical: 'https://example.org/a' })) }),
      ),
      /too many/,
    ],
    [
      'more than one transaction takes with what ends beside it',
      withActions(
        stage({ action: Array.from({ length: 12 }, () => ({ definitionCanonical: 'https://example.org/a' })) }),
        stage({
          id: 'two',
          code: [{ coding: [{ code: 'two' }] }],
          action: Array.from({ length: 12 }, () => ({ definitionCanonical: 'https://example.org/a' })),
        }),
      ),
      /too many/,
    ],
    [
      'an event that starts journeys in a later stage',
      withActions(
        stage(),
        stage({
          id: 'two',
          code: [{ coding: [{ code: 'two' }] }],
          trigger: [{ type: 'named-event', name: 'patient-registered' }],
        }),
      ),
      /^action\[1\].trigger: "patient-registered"/,
    ],
    [
      'a condition of an event in a later stage',
      withActions(
        stage(),
        stage({
          id: 'two',
          code: [{ coding: [{ code: 'two' }] }],
          trigger: [
            {
              type: 'named-event',
              name: 'encounter-finished',
              condition: { language: 'text/fhirpath', expression: "class.code = 'IMP'" },
            },
          ],
        }),
      ),
      /^action\[1\].trigger: a condition of "encounter-finished"/,
    ],
  ])('%s is a problem that says where', (_what, source, problem) => {
    const { problems } = readDefinition(source);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });
});
