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

/** Looked for in the text, which is made and searched many times faster than the resource is walked. */
const MAY_NEED = /"reference":"[^"]*\?|"(?:url|path)":"[^"]*\//;

const mayNeedIt = (resource: Resource): boolean => MAY_NEED.test(JSON.stringify(resource));
