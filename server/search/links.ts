import type { SearchRequest } from '@medplum/core';
import { formatSearchQuery } from '@medplum/core';
import type { BundleLink } from '@medplum/fhirtypes';

/** The links of a page of a search: itself, the first, the one before and the next. */
export function searchLinks(
  fhirUrl: string,
  request: SearchRequest,
  count: number,
  offset: number,
  hasMore: boolean,
): BundleLink[] {
  const url = (at: number): string => searchUrl(fhirUrl, { ...request, offset: at });
  const links: BundleLink[] = [{ relation: 'self', url: searchUrl(fhirUrl, request) }];
  if (count === 0) {
    return links;
  }
  links.push({ relation: 'first', url: url(0) });
  if (hasMore) {
    links.push({ relation: 'next', url: url(offset + count) });
  }
  if (offset > 0) {
    links.push({ relation: 'previous', url: url(Math.max(0, offset - count)) });
  }
  return links;
}

function searchUrl(fhirUrl: string, request: SearchRequest): string {
  const query = formatSearchQuery(request);
  const summary = request.summary ? `${query ? '&' : '?'}_summary=${request.summary}` : '';
  const path = request.types ? '' : `/${request.resourceType}`;
  return `${fhirUrl}${path}${query}${summary}`;
}
