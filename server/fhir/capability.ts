import { getSearchParameters, globalSchema, isResourceType } from '@medplum/core';
import type { CapabilityStatement, CapabilityStatementRestResource, ResourceType } from '@medplum/fhirtypes';

const INTERACTIONS = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'create',
  'search-type',
] as const;

/** What the server can do, from what it knows about types and parameters. */
export function capabilityStatement(baseUrl: string, startedAt: Date): CapabilityStatement {
  const types = Object.keys(globalSchema.types).filter((type) => isResourceType(type));
  return {
    resourceType: 'CapabilityStatement',
    id: 'careline',
    name: 'Careline',
    title: 'Careline embedded FHIR server',
    status: 'active',
    date: startedAt.toISOString(),
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['json'],
    patchFormat: ['application/json-patch+json'],
    software: { name: 'Careline' },
    implementation: { description: 'Careline embedded FHIR server', url: `${baseUrl}/fhir/R4` },
    rest: [
      {
        mode: 'server',
        security: {
          cors: true,
          service: [
            {
              coding: [
                { system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' },
              ],
            },
          ],
          extension: [
            {
              url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
              extension: ['authorize', 'token'].map((url) => ({ url, valueUri: `${baseUrl}/oauth2/${url}` })),
            },
          ],
        },
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
        resource: types.sort().map((type) => typeCapability(type)),
      },
    ],
  };
}

function typeCapability(type: ResourceType): CapabilityStatementRestResource {
  const parameters = Object.values(getSearchParameters(type) ?? {});
  return {
    type,
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    interaction: INTERACTIONS.map((code) => ({ code })),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: false,
    conditionalCreate: true,
    conditionalRead: 'not-match',
    conditionalUpdate: true,
    conditionalDelete: 'single',
    searchParam: parameters
      .filter((parameter) => parameter.type !== 'composite' && parameter.type !== 'special')
      .map((parameter) => ({ name: parameter.code, type: parameter.type })),
  };
}
