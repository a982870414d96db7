import { capitalize, isEmpty, isResource, isTypedValue, validateResource } from '@medplum/core';
import type {
  OperationDefinition,
  OperationDefinitionParameter,
  Parameters,
  ParametersParameter,
  Resource,
  ResourceType,
} from '@medplum/fhirtypes';
import { isRecord } from '../http/records.ts';

const ALLOWED_TYPE = 'http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type';

/**
 * The answer of an operation: with the one out parameter `return`, the resource that its bot returned; otherwise a
 * Parameters resource, filled from the object that the bot returned by the names of the out parameters. Throws an Error
 * where the bot did not return what its definition promises.
 */
export function buildOutput(definition: OperationDefinition, output: unknown): Resource {
  const parameters = definition.parameter?.filter(({ use }) => use === 'out') ?? [];
  const [first] = parameters;
  if (first && parameters.length === 1 && first.name === 'return') {
    const type = first.type as ResourceType | undefined;
    if (!isResource(output, type)) {
      throw new Error(`Expected ${type ?? 'Resource'} output, but got unexpected ${typeof output}`);
    }
    return output;
  }
  const response: Parameters = { resourceType: 'Parameters' };
  if (parameters.length > 0) {
    const parts = buildParts(parameters, output);
    Object.assign(response, parts.length > 0 && { parameter: parts });
    validateResource(response);
  }
  return response;
}

function buildParts(definitions: OperationDefinitionParameter[], output: unknown): ParametersParameter[] {
  const values = isRecord(output) ? output : {};
  return definitions.flatMap((definition) => {
    const value = Object.hasOwn(values, definition.name ?? '') ? values[definition.name] : undefined;
    checkCardinality(definition, value);
    if (isEmpty(value)) {
      return [];
    }
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.flatMap((item) => buildParameter(definition, item) ?? []);
  });
}

function checkCardinality({ name, min, max }: OperationDefinitionParameter, value: unknown): void {
  const count = Array.isArray(value) ? value.length : Number(value !== undefined);
  if (min && count < min) {
    throw new Error(`Expected ${min} or more values for output parameter '${name}', got ${count}`);
  }
  if (max && max !== '*' && count > Number(max)) {
    throw new Error(`Expected at most ${max} values for output parameter '${name}', got ${count}`);
  }
}

function buildParameter(definition: OperationDefinitionParameter, value: unknown): ParametersParameter | undefined {
  const { name, part, type, extension } = definition;
  if (part && isRecord(value)) {
    return { name: name, part: buildParts(part, value) };
  }
  if (type && type !== 'Element') {
    return withValue(name, type, value);
  }
  const allowed = extension?.filter(({ url }) => url === ALLOWED_TYPE).map(({ valueUri }) => valueUri);
  if (allowed?.length === 1) {
    return withValue(name, allowed[0] as string, value);
  }
  return isTypedValue(value) && allowed?.includes(value.type) ? withValue(name, value.type, value.value) : undefined;
}

function withValue(name: string | undefined, type: string, value: unknown): ParametersParameter {
  return { name, [`value${capitalize(type)}`]: value } as unknown as ParametersParameter;
}
