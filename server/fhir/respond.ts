import { ContentType, getStatus, isCreated, isOk, notModified } from '@medplum/core';
import type { BundleEntry, Meta, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { withCharset } from '../http/body.ts';
import { versionHeaders } from '../http/messages.ts';
import { bundleText } from '../search/texts.ts';
import type { FhirHttpRequest, FhirHttpResponse } from './http.ts';

/** What of `meta` is Medplum's own. */
const OWN_META = new Set(['author', 'project', 'account', 'accounts', 'compartment'] as const);
const NOTHING = new Set<string>();

/** Makes the response of an outcome and a resource: status, validators and body, as the request prefers it. */
export function respond(
  request: FhirHttpRequest,
  outcome: OperationOutcome,
  resource: Resource | undefined,
  fhirUrl: string,
  contentType: string = ContentType.FHIR_JSON,
): FhirHttpResponse {
  const headers: Record<string, string> = { 'content-type': withCharset(contentType) };
  if (!resource) {
    return { status: getStatus(outcome), headers, body: JSON.stringify(outcome) };
  }
  Object.assign(headers, versionHeaders(resource));
  const versionId = resource.meta?.versionId;
  if (isCreated(outcome)) {
    headers.location = `${fhirUrl}/${resource.resourceType}/${resource.id}`;
  }
  if (request.method === 'GET' && versionId && matchesVersion(request.headers['if-none-match'], versionId)) {
    return { status: getStatus(notModified), headers, body: '' };
  }
  return { status: getStatus(outcome), headers, body: bodyOf(request, outcome, resource) };
}

function matchesVersion(ifNoneMatch: string | undefined, versionId: string): boolean {
  return ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${versionId}"`) ?? false;
}

function bodyOf(request: FhirHttpRequest, outcome: OperationOutcome, resource: Resource): string {
  const isWrite = ['POST', 'PUT', 'PATCH'].includes(request.method) && Boolean(resource.meta?.versionId);
  const preference =
    isWrite && isOk(outcome) ? /return=(\w+)/.exec(String(request.headers.prefer ?? ''))?.[1] : undefined;
  switch (preference) {
    case 'minimal':
      return '';
    case 'OperationOutcome':
      return JSON.stringify(outcome);
    default:
      return textOf(resource, isExtended(request));
  }
}

/** What a search found goes out as it is stored, but for what of `meta` not every client gets. */
function textOf(resource: Resource, extended: boolean): string {
  const text = resource.resourceType === 'Bundle' ? bundleText(resource, extended ? NOTHING : OWN_META) : undefined;
  return text ?? JSON.stringify(extended ? sent(resource, (same) => same) : plain(resource));
}

/** Medplum's own clients ask for the fields of `meta` that are Medplum's own. */
function isExtended({ headers }: FhirHttpRequest): boolean {
  return headers['x-medplum'] === 'extended';
}

/** A resource as clients see it that do not ask for Medplum's own fields of `meta`. */
export function plain(resource: Resource): Resource {
  return sent(resource, withPlainMeta);
}

/** A resource as it goes out: FHIR has no empty lists, and a search that finds nothing has no entries. */
function sent(resource: Resource, change: <T extends Resource>(resource: T) => T): Resource {
  if (resource.resourceType !== 'Bundle' || !resource.entry) {
    return change(resource);
  }
  const { entry, ...bundle } = change(resource);
  return entry?.length ? { ...bundle, entry: entry.map((item: BundleEntry) => withResource(item, change)) } : bundle;
}

function withResource(entry: BundleEntry, change: <T extends Resource>(resource: T) => T): BundleEntry {
  return entry.resource ? { ...entry, resource: sent(entry.resource, change) } : entry;
}

function withPlainMeta<T extends Resource>(resource: T): T {
  if (!resource.meta) {
    return resource;
  }
  return { ...resource, meta: plainMeta(resource.meta) };
}

/** Without what is Medplum's own. */
function plainMeta(all: Meta): Meta {
  const meta: Meta = { ...all };
  OWN_META.forEach((name) => delete meta[name]);
  return meta;
}
