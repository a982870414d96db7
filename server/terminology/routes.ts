import { allOk, badRequest, notFound, OperationOutcomeError } from '@medplum/core';
import type { CodeSystem, Parameters, ParametersParameter, ValueSet } from '@medplum/fhirtypes';
import type { Clock } from '../clock.ts';
import type { FhirService, RouteReply, RouteRequest } from '../fhir/service.ts';
import { conceptsOf, parentCode } from './concepts.ts';
import { membersOf } from './expand.ts';
import { expansion } from './expansion.ts';
import { findByUrl, requireByUrl } from './find.ts';
import { Input } from './input.ts';

/** `$expand`, `$lookup` and `$validate-code`, over the code systems and value sets that the requester may read. */
export function addTerminologyRoutes(fhir: FhirService, clock: Clock): void {
  for (const method of ['GET', 'POST'] as const) {
    for (const at of ['', ':id/']) {
      fhir.addRoute(method, `ValueSet/${at}$expand`, (request) => expand(request, clock));
      fhir.addRoute(method, `ValueSet/${at}$validate-code`, validateInSet);
      fhir.addRoute(method, `CodeSystem/${at}$lookup`, lookup);
      fhir.addRoute(method, `CodeSystem/${at}$validate-code`, validateInSystem);
    }
  }
}

async function expand(request: RouteRequest, clock: Clock): Promise<RouteReply> {
  const input = new Input(request);
  const valueSet = input.valueSet() ?? (await valueSetOf(request, input));
  const members = await membersOf(request.repository, valueSet);
  const wanted = {
    filter: input.text('filter'),
    offset: input.number('offset') ?? 0,
    count: input.number('count'),
    excludeNotForUI: input.flag('excludeNotForUI'),
    includeDesignations: input.flag('includeDesignations'),
    displayLanguage: input.text('displayLanguage'),
  };
  return [allOk, { ...valueSet, expansion: expansion(members, wanted, new Date(clock.now())) }];
}

async function validateInSet(request: RouteRequest): Promise<RouteReply> {
  const input = new Input(request);
  const valueSet = input.valueSet() ?? (await valueSetOf(request, input));
  const codings = input.codings(input.text('system'));
  const members = await membersOf(request.repository, valueSet);
  const found = members.find(({ system, code }) =>
    codings.some((coding) => coding.code === code && (coding.system === undefined || coding.system === system)),
  );
  const display = input.text('display');
  return verdict(found !== undefined && (display === undefined || found.display === display), found?.display);
}

async function validateInSystem(request: RouteRequest): Promise<RouteReply> {
  const input = new Input(request);
  const url = input.text('url') ?? input.text('system');
  const codings = input.codings(url);
  const [coding] = codings;
  const address = url ?? coding?.system;
  const system = await codeSystemOf(request, address, input.text('version'));
  if (!system) {
    throw new OperationOutcomeError(
      badRequest(address === undefined ? 'No code system specified' : `CodeSystem ${address} not found`, 'url'),
    );
  }
  const isOfSystem = coding?.system === undefined || coding.system === system.url;
  const concept = isOfSystem ? conceptsOf(system).get(coding?.code as string)?.concept : undefined;
  return verdict(concept !== undefined, concept?.display);
}

async function lookup(request: RouteRequest): Promise<RouteReply> {
  const input = new Input(request);
  const url = input.text('system');
  const [coding] = input.codings(url);
  const address = url ?? coding?.system;
  const system = await codeSystemOf(request, address, input.text('version'));
  if (!system) {
    throw new OperationOutcomeError(
      badRequest(address === undefined ? 'No code system specified' : `CodeSystem ${address} not found`, 'system'),
    );
  }
  const concepts = conceptsOf(system);
  const placed = concepts.get(coding?.code as string);
  if (!placed) {
    throw new OperationOutcomeError(notFound);
  }
  const { concept, parents } = placed;
  return parameters([
    { name: 'name', valueString: system.title ?? system.name ?? system.url },
    { name: 'version', valueString: system.version },
    { name: 'display', valueString: concept.display ?? concept.code },
    { name: 'definition', valueString: concept.definition },
    ...(concept.designation ?? []).map(({ language, use, value }) => ({
      name: 'designation',
      part: filled([
        { name: 'language', valueCode: language },
        { name: 'use', valueCoding: use },
        { name: 'value', valueString: value },
      ]),
    })),
    ...(concept.property ?? [])
      .filter(({ code }) => code !== parentCode(system))
      .map(({ code, ...value }) => ({
        name: 'property',
        part: [
          { name: 'code', valueCode: code },
          { name: 'value', ...value },
        ],
      })),
    ...parents.map((parent) => ({
      name: 'property',
      part: filled([
        { name: 'code', valueCode: parentCode(system) },
        { name: 'value', valueCode: parent },
        { name: 'description', valueString: concepts.get(parent)?.concept.display },
      ]),
    })),
  ]);
}

async function valueSetOf({ repository, params }: RouteRequest, input: Input): Promise<ValueSet> {
  if (params.id) {
    return repository.readResource<ValueSet>('ValueSet', params.id);
  }
  const url = input.text('url');
  if (url === undefined) {
    throw new OperationOutcomeError(badRequest('Missing url', 'url'));
  }
  return requireByUrl<ValueSet>(repository, 'ValueSet', url, input.text('valueSetVersion'));
}

async function codeSystemOf(
  { repository, params }: RouteRequest,
  url: string | undefined,
  version: string | undefined,
): Promise<CodeSystem | undefined> {
  if (params.id) {
    return repository.readResource<CodeSystem>('CodeSystem', params.id);
  }
  return url === undefined ? undefined : findByUrl<CodeSystem>(repository, 'CodeSystem', url, version);
}

function verdict(result: boolean, display: string | undefined): RouteReply {
  return parameters([
    { name: 'result', valueBoolean: result },
    { name: 'display', valueString: display },
  ]);
}

function parameters(list: readonly ParametersParameter[]): RouteReply {
  const resource: Parameters = { resourceType: 'Parameters', parameter: filled(list) };
  return [allOk, resource];
}

/** Those that have a value. */
function filled(list: readonly ParametersParameter[]): ParametersParameter[] {
  return list.filter((parameter) =>
    Object.entries(parameter).some(([key, value]) => key !== 'name' && value !== undefined),
  );
}
