import type { SearchRequest } from '@medplum/core';
import { formatSearchQuery } from '@medplum/core';
import type { BundleLink } from '@medplum/fhirtypes';

/** Where the page behind one begins. */
export type NextPage = Pick<SearchRequest, 'cursor'> | Pick<SearchRequest, 'offset'>;

/**
 * The links of a page of a search: itself, the first, the one before and the next.
 * @param next - Undefined where there is nothing more.
 */
export function searchLinks(
  fhirUrl: string,
  request: SearchRequest,
  count: number,
  offset: number,
  next: NextPage | undefined,
): BundleLink[] {
  const url = (at: NextPage): string => searchUrl(fhirUrl, { ...request, cursor: undefined, offset: undefined, ...at });
  const links: BundleLink[] = [{ relation: 'self', url: searchUrl(fhirUrl, request) }];
  if (count === 0) {
    return links;
  }
  links.push({ relation: 'first', url: url({ offset: 0 }) });
  if (next) {
    links.push({ relation: 'next', url: url(next) });
  }
  if (offset > 0) {
    links.push({ relation: 'previous', url: url({ offset: Math.max(0, offset - count) }) });
  }
  return links;
}

function searchUrl(fhirUrl: string, request: SearchRequest): string {
  const query = formatSearchQuery(request);
  const summary = request.summary ? `${query ? '&' : '?'}_summary=${request.summary}` : '';
  const path = request.types ? '' : `/${request.resourceType}`;
  return `${fhirUrl}${path}${query}${summary}`;
}
