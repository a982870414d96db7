import { AccessPolicyInteraction, allOk, badRequest, getReferenceString, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Bundle, BundleEntry, Patient, Resource, ResourceType } from '@medplum/fhirtypes';
import { Access } from '../access/access.ts';
import { patientCompartmentTypes } from '../fhir/definitions.ts';
import type { Repository } from '../fhir/repository.ts';
import type { FhirService, RouteReply, RouteRequest } from '../fhir/service.ts';
import { isRecord } from '../http/records.ts';
import { Input } from '../terminology/input.ts';
import { isOfCareTime } from './care-time.ts';

/** On a page unless asked otherwise; as in Medplum. */
const PAGE = 1000;

/** What is in nobody's compartment and is needed to read what is. */
const CONTEXT = /^(Organization|Location|Practitioner|PractitionerRole|Medication|Device)\//;

/** `Patient/:id/$everything`: what there is about a patient, and who and what it names, as far as the requester may see it. */
export function addEverythingRoutes(fhir: FhirService, baseUrl: string): void {
  for (const method of ['GET', 'POST'] as const) {
    fhir.addRoute(method, 'Patient/:id/$everything', (request) => everything(request, `${baseUrl}/fhir/R4`));
  }
}

async function everything(request: RouteRequest, fhirUrl: string): Promise<RouteReply> {
  const { repository, context, params } = request;
  const input = new Input(request);
  const patient = await repository.readResource<Patient>('Patient', params.id as string);
  const since = input.text('_since');
  const count = Math.min(input.number('_count') ?? PAGE, PAGE);
  const offset = input.number('_offset') ?? 0;
  const access = new Access(context);
  const types = typesOf(input.text('_type')).filter((type) => access.supports(AccessPolicyInteraction.SEARCH, type));
  const page: Bundle<WithId<Resource>> = await repository.search<Resource>({
    resourceType: 'Patient',
    types,
    count,
    offset,
    filters: [
      { code: '_compartment', operator: 'eq', value: getReferenceString(patient) },
      ...(since === undefined ? [] : [{ code: '_lastUpdated', operator: 'ge' as const, value: since }]),
    ],
    // In an order that stays, so that pages neither repeat nor lose a resource.
    sortRules: [{ code: '_id' }],
  });
  const care = { start: input.text('start'), end: input.text('end') };
  const found = (page.entry ?? []).filter(({ resource }) => resource && isOfCareTime(resource, care));
  const entry = [...found, ...(await contextOf(repository, found, fhirUrl))];
  const next = page.link?.some(({ relation }) => relation === 'next')
    ? [{ relation: 'next', url: pageUrl(request, input, fhirUrl, count, offset + count) }]
    : [];
  return [allOk, { resourceType: 'Bundle', type: 'searchset', link: next, entry }];
}

function typesOf(wanted: string | undefined): ResourceType[] {
  const all = patientCompartmentTypes() as ResourceType[];
  if (wanted === undefined) {
    return all;
  }
  // Whose it is, is told whatever is asked for.
  const types = ['Patient', ...wanted.split(',').map((type) => type.trim())];
  const unknown = types.find((type) => !all.includes(type as ResourceType));
  if (unknown !== undefined) {
    throw new OperationOutcomeError(badRequest(`${unknown} is not a type of what belongs to a patient`, '_type'));
  }
  return [...new Set(types)] as ResourceType[];
}

/** What the resources name of the clinic, and what that names in turn; what may not be seen is left out. */
async function contextOf(
  repository: Repository,
  entries: readonly BundleEntry[],
  fhirUrl: string,
): Promise<BundleEntry<WithId<Resource>>[]> {
  const seen = new Set(entries.map(({ resource }) => getReferenceString(resource as WithId<Resource>)));
  const named: BundleEntry<WithId<Resource>>[] = [];
  let page: readonly BundleEntry[] = entries;
  while (page.length > 0) {
    const references = [...new Set(page.flatMap(({ resource }) => referencesIn(resource)))].filter(
      (reference) => CONTEXT.test(reference) && !seen.has(reference),
    );
    references.forEach((reference) => seen.add(reference));
    const read = await repository.readReferences<Resource>(references.map((reference) => ({ reference })));
    const resources = read.filter((one): one is WithId<Resource> => !(one instanceof Error));
    const added = resources.map((resource) => ({
      fullUrl: `${fhirUrl}/${resource.resourceType}/${resource.id}`,
      search: { mode: 'include' as const },
      resource,
    }));
    named.push(...added);
    page = added;
  }
  return named;
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(referencesIn);
  }
  if (!isRecord(value)) {
    return [];
  }
  const own = typeof value.reference === 'string' ? [value.reference] : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}

/** The next page, with all that was asked for: by the query, or by the body of a POST. */
function pageUrl(
  { params, query }: RouteRequest,
  input: Input,
  fhirUrl: string,
  count: number,
  offset: number,
): string {
  const search = new URLSearchParams();
  Object.entries(query).forEach(([name, value]) => search.append(name, String(value)));
  for (const name of ['_type', '_since', 'start', 'end']) {
    const value = input.text(name);
    if (value !== undefined) {
      search.set(name, value);
    }
  }
  search.set('_count', String(count));
  search.set('_offset', String(offset));
  return `${fhirUrl}/Patient/${params.id}/$everything?${search.toString()}`;
}
