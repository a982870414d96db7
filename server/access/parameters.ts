import { getSearchParameter } from '@medplum/core';
import { patientCompartmentCodes } from '../fhir/definitions.ts';

/**
 * Could a search parameter of a type tell anything of a field? Either may be a part of the other: `name` tells of
 * `name.family`, and `family` of `name`. In doubt it could.
 */
export function tellsOf(type: string, code: string, fields: readonly string[]): boolean {
  if (fields.length === 0) {
    return false;
  }
  const codes = code === '_compartment' ? [code, ...patientCompartmentCodes(type)] : [code];
  return codes.flatMap((name) => pathsOf(type, name)).some((path) => fields.some((field) => overlap(path, field)));
}

/** The paths that a parameter looks at, as far as they are names: `Patient.name.where(…).family` is `name`, `Observation` all. */
function pathsOf(type: string, code: string): string[][] {
  if (code === '_lastUpdated') {
    return [['meta', 'lastUpdated']];
  }
  const expression = getSearchParameter(type, code)?.expression ?? '';
  return expression.split('|').flatMap((alternative) => {
    const [, root, path = ''] = /^[\s(]*(\w+)\.?([\w.]*)/.exec(alternative) ?? [];
    if (root !== type && root !== 'Resource' && root !== 'DomainResource') {
      return [];
    }
    const names = path.split('.').filter((name) => name !== '');
    const call = names.findIndex((name) => /^(where|as|ofType|resolve|exists|first|extension)$/.test(name));
    return [call < 0 ? names : names.slice(0, call)];
  });
}

function overlap(path: readonly string[], field: string): boolean {
  return field
    .split('.')
    .slice(0, path.length)
    .every((name, index) => sameElement(name.replace('[x]', ''), path[index] as string));
}

/** `valueQuantity` is `value`, as FHIR writes a choice. */
function sameElement(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return long.startsWith(short) && (long.length === short.length || /[A-Z]/.test(long.charAt(short.length)));
}
