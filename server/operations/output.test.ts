import { describe, expect, test } from '@jest/globals';
import type { OperationDefinition, OperationDefinitionParameter } from '@medplum/fhirtypes';
import { loadDefinitions } from '../fhir/definitions.ts';
import { buildOutput } from './output.ts';

loadDefinitions();

function definition(...out: Partial<OperationDefinitionParameter>[]): OperationDefinition {
  return {
    resourceType: 'OperationDefinition',
    name: 'test',
    status: 'active',
    kind: 'operation',
    code: 'test',
    system: false,
    type: true,
    instance: false,
    parameter: out.map((p) => ({ use: 'out', min: 0, max: '1', ...p }) as OperationDefinitionParameter),
  };
}

describe('the answer of an operation', () => {
  test('with one out parameter `return` is the resource, which must be of its type', () => {
    const patient = { resourceType: 'Patient' as const, id: '1' };
    expect(buildOutput(definition({ name: 'return', type: 'Patient' }), patient)).toEqual(patient);
    expect(() => buildOutput(definition({ name: 'return', type: 'Bundle' }), patient)).toThrow(
      'Expected Bundle output, but got unexpected object',
    );
    expect(() => buildOutput(definition({ name: 'return', type: 'Patient' }), undefined)).toThrow('undefined');
  });

  test('without out parameters is empty', () => {
    expect(buildOutput(definition(), { ignored: true })).toEqual({ resourceType: 'Parameters' });
  });

  test('otherwise takes values by name, in the order of the definition, and drops the rest', () => {
    const output = buildOutput(
      definition(
        { name: 'created', type: 'integer' },
        { name: 'what', type: 'Reference', max: '*' },
        { name: 'none', type: 'string' },
        { name: 'detail', part: [{ use: 'out', name: 'note', type: 'string', min: 0, max: '1' }] },
      ),
      { what: [{ reference: 'Slot/1' }, { reference: 'Slot/2' }], created: 2, detail: { note: 'x' }, more: 1 },
    );
    expect(output).toEqual({
      resourceType: 'Parameters',
      parameter: [
        { name: 'created', valueInteger: 2 },
        { name: 'what', valueReference: { reference: 'Slot/1' } },
        { name: 'what', valueReference: { reference: 'Slot/2' } },
        { name: 'detail', part: [{ name: 'note', valueString: 'x' }] },
      ],
    });
  });

  test('keeps false and 0, and is empty where nothing is left', () => {
    const flag = { name: 'flag', type: 'boolean' as const };
    expect(buildOutput(definition(flag), { flag: false })).toMatchObject({ parameter: [{ valueBoolean: false }] });
    expect(buildOutput(definition(flag), 'a string')).toEqual({ resourceType: 'Parameters' });
  });

  test('must have as many values as the definition says, of the right type', () => {
    const count = { name: 'count', type: 'integer' as const, min: 1, max: '1' };
    expect(() => buildOutput(definition(count), {})).toThrow("Expected 1 or more values for output parameter 'count'");
    expect(() => buildOutput(definition(count), { count: [1, 2] })).toThrow('Expected at most 1 values');
    expect(() => buildOutput(definition({ name: 'text', type: 'string' }), { text: 5 })).toThrow();
  });
});
