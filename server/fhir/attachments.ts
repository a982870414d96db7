import type { WithId } from '@medplum/core';
import type { Binary, Resource } from '@medplum/fhirtypes';
import type { FhirRepository } from '@medplum/fhir-router';

/** What signs the address of a Binary's content. */
export interface SignsUrls {
  sign(binary: WithId<Binary>): string;
}

/**
 * A JSON body with every address of a Binary (`Binary/1`, the FHIR address, or a signed one) signed anew, as far as the
 * requester may read that Binary. What they may not read stays a reference. A Binary itself is left as it is.
 */
export async function signAttachments(
  body: string,
  repository: FhirRepository,
  urls: SignsUrls,
  baseUrl: string,
): Promise<string> {
  const wanted = new Set<string>();
  const parsed = JSON.parse(body) as unknown;
  changeUrls(parsed, ({ id, version }) => void wanted.add(`${id} ${version ?? ''}`), baseUrl);
  if (wanted.size === 0) {
    return body;
  }
  const signed = new Map<string, string>();
  for (const key of wanted) {
    const [id = '', version] = key.split(' ');
    const binary = await readable(repository, id, version);
    signed.set(key, binary ? urls.sign(binary) : `Binary/${id}`);
  }
  changeUrls(parsed, ({ id, version }) => signed.get(`${id} ${version ?? ''}`), baseUrl);
  return JSON.stringify(parsed);
}

async function readable(
  repository: FhirRepository,
  id: string,
  version: string | undefined,
): Promise<WithId<Binary> | undefined> {
  try {
    return version
      ? await repository.readVersion<Binary>('Binary', id, version)
      : await repository.readResource<Binary>('Binary', id);
  } catch {
    return undefined;
  }
}

/** A resource as it is kept: an address of a Binary of this server is a reference to it. A copy where there is one. */
export function withStoredUrls<T extends Resource>(resource: T, baseUrl: string): T {
  let found = false;
  changeUrls(resource, (_binary, url) => void (found ||= !/^Binary\/[^/]+$/.test(url)), baseUrl);
  if (!found) {
    return resource;
  }
  const copy = structuredClone(resource);
  changeUrls(copy, ({ id }) => `Binary/${id}`, baseUrl);
  return copy;
}

interface Address {
  id: string;
  /** The version that the address names; undefined means the present one. */
  version?: string;
}

function changeUrls(
  value: unknown,
  change: (binary: Address, url: string) => string | undefined | void,
  baseUrl: string,
) {
  if (typeof value !== 'object' || value === null || (value as Resource).resourceType === 'Binary') {
    return;
  }
  for (const [key, child] of Object.entries(value) as [string, unknown][]) {
    if (typeof child !== 'string') {
      // The requests and links of a bundle are addresses of resources, not of content.
      if (key !== 'request' && key !== 'link') {
        changeUrls(child, change, baseUrl);
      }
      continue;
    }
    const address = key === 'url' || key === 'path' ? addressOf(child, baseUrl) : undefined;
    const changed = address && change(address, child);
    if (changed !== undefined) {
      (value as Record<string, unknown>)[key] = changed;
    }
  }
}

function addressOf(url: string, baseUrl: string): Address | undefined {
  if (url.startsWith(`${baseUrl}/storage/`)) {
    // A signed address names the version that was there when it was signed; what is meant is the Binary.
    return { id: url.slice(`${baseUrl}/storage/`.length).split(/[/?]/, 1)[0] as string };
  }
  const path = url.startsWith(`${baseUrl}/fhir/R4/`) ? url.slice(`${baseUrl}/fhir/R4/`.length) : url;
  const [, id, version] = /^Binary\/([^/?]+)(?:\/_history\/([^/?]+))?$/.exec(path) ?? [];
  return id === undefined ? undefined : { id, ...(version !== undefined && { version }) };
}
