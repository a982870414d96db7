import type { WithId } from '@medplum/core';
import type { FhirRepository } from '@medplum/fhir-router';
import type { Resource } from '@medplum/fhirtypes';
import { withStoredUrls } from './attachments.ts';
import { withResolvedReferences } from './conditional-references.ts';

/**
 * A resource as it is kept: references that are searches lead to what they find, and addresses of content are references
 * to it. Most have neither, and are looked through once.
 */
export async function withOwnReferences<T extends Resource>(
  repository: FhirRepository,
  resource: WithId<T>,
  baseUrl: string,
): Promise<WithId<T>> {
  return mayNeedIt(resource) ? withStoredUrls(await withResolvedReferences(repository, resource), baseUrl) : resource;
}

function mayNeedIt(value: object): boolean {
  for (const key in value) {
    const child = (value as Record<string, unknown>)[key];
    if (
      typeof child === 'object' ? child !== null && mayNeedIt(child) : typeof child === 'string' && mayBeOne(key, child)
    ) {
      return true;
    }
  }
  return false;
}

function mayBeOne(key: string, value: string): boolean {
  switch (key) {
    case 'reference':
      return value.includes('?');
    case 'url':
    case 'path':
      return value.includes('/');
    default:
      return false;
  }
}
