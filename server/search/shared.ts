import type { SearchRequest, WithId } from '@medplum/core';
import { badRequest, OperationOutcomeError } from '@medplum/core';
import type { Bundle, BundleLink, Resource } from '@medplum/fhirtypes';
import { searchLinks } from './links.ts';
import { pageOffset, pageSize } from './request.ts';

type Find<T extends Resource> = (request: SearchRequest<T>) => Promise<Bundle<WithId<T>>>;

/**
 * One search over two stores: what the project has itself, in its order, and then what belongs to everybody.
 * @param own - Searches the project.
 * @param shared - Searches what belongs to everybody.
 */
export async function searchBoth<T extends Resource>(
  request: SearchRequest<T>,
  own: Find<T>,
  shared: Find<T>,
  fhirUrl: string,
): Promise<Bundle<WithId<T>>> {
  if (request.cursor !== undefined) {
    throw new OperationOutcomeError(badRequest('What belongs to everybody has no _cursor', '_cursor'));
  }
  const count = pageSize(request);
  const offset = pageOffset(request);
  const first = await own(request);
  const matches = first.entry?.filter(({ search }) => search?.mode === 'match') ?? [];
  const left = count - matches.length;
  const before = matches.length > 0 ? offset + matches.length : await totalOf(own, request);
  // Where the page is full, it remains to be seen whether the others have anything to go on with.
  const second = await shared({ ...request, count: Math.max(left, 1), offset: Math.max(0, offset - before) });
  const more = left > 0 ? second.link?.some(isNext) : first.link?.some(isNext) || second.entry?.length;
  const entry = [...(first.entry ?? []), ...(left > 0 ? (second.entry ?? []) : [])];
  return {
    ...first,
    ...(count > 0 && { entry }),
    ...(first.total !== undefined && { total: first.total + (second.total ?? 0) }),
    ...(first.link && {
      link: searchLinks(fhirUrl, request, count, offset, more ? { offset: offset + count } : undefined),
    }),
  };
}

const isNext = ({ relation }: BundleLink): boolean => relation === 'next';

async function totalOf<T extends Resource>(find: Find<T>, request: SearchRequest<T>): Promise<number> {
  const { total } = await find({ ...request, count: 0, offset: 0, total: 'accurate' });
  return total ?? 0;
}
