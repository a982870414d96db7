import type { QueryTypes, WithId } from '@medplum/core';
import { OperationOutcomeError, normalizeOperationOutcome } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Bundle, ExtractResource, Resource, ResourceType } from '@medplum/fhirtypes';
import { QueryClient, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useCallback } from 'react';

/**
 * Loading, by React Query: what several parts of a page ask for is asked once, and is asked again when it may have
 * changed. The first part of a key is the resource type (`['Slot', …]`), by which changes are told (`useChanged`).
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 5_000, retry: mayBeTriedAgain, refetchOnWindowFocus: true, refetchOnReconnect: true },
      // A click without a connection fails at once, in words, instead of happening some time later.
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** What the server refused will be refused again; what did not reach it may work the next time. */
function mayBeTriedAgain(failures: number, thrown: unknown): boolean {
  if (failures >= 2) {
    return false;
  }
  const refused = thrown instanceof OperationOutcomeError;
  return (
    !refused || ['throttled', 'exception', 'timeout'].includes(normalizeOperationOutcome(thrown).issue[0]?.code ?? '')
  );
}

/** One page of a search as the server answers it, `_include`d resources among it; nothing is asked while `query` is undefined. */
export function useBundle<K extends ResourceType>(
  type: K,
  query: QueryTypes | undefined,
  options: { readonly refetchInterval?: number } = {},
): UseQueryResult<Bundle<WithId<Resource>>> {
  const medplum = useMedplum();
  return useQuery({
    queryKey: [type, 'search', text(query)],
    queryFn: () => medplum.search(type, query, { cache: 'no-store' }) as Promise<Bundle<WithId<Resource>>>,
    enabled: query !== undefined,
    ...options,
  });
}

/** All that a search finds, page after page, `_include`d resources among it; nothing is asked while `query` is undefined. */
export function useAll<K extends ResourceType>(
  type: K,
  query: QueryTypes | undefined,
  options: { readonly refetchInterval?: number } = {},
): UseQueryResult<Bundle<WithId<Resource>>> {
  const medplum = useMedplum();
  return useQuery({
    queryKey: [type, 'all', text(query)],
    queryFn: async () => {
      const fresh = { cache: 'no-store' } as const;
      let page = (await medplum.search(type, query, fresh)) as Bundle<WithId<Resource>>;
      const entry = [...(page.entry ?? [])];
      for (let next = nextOf(page); next; next = nextOf(page)) {
        page = await medplum.get<Bundle<WithId<Resource>>>(next, fresh);
        entry.push(...(page.entry ?? []));
      }
      return { ...page, entry };
    },
    enabled: query !== undefined,
    ...options,
  });
}

const nextOf = ({ link }: Bundle): string | undefined => link?.find(({ relation }) => relation === 'next')?.url;

/** What a search finds, up to 1,000; nothing is asked while `query` is undefined. */
export function useSearch<K extends ResourceType>(
  type: K,
  query: QueryTypes | undefined,
  options: { readonly refetchInterval?: number; readonly staleTime?: number } = {},
): UseQueryResult<WithId<ExtractResource<K>>[]> {
  const medplum = useMedplum();
  return useQuery({
    queryKey: [type, 'list', text(query)],
    queryFn: async () => {
      const found = await medplum.searchResources(type, query, { cache: 'no-store' });
      // Medplum puts the bundle on the array, which structural sharing would copy.
      return [...found];
    },
    enabled: query !== undefined,
    ...options,
  });
}

/** How far something is that is being loaded. */
export interface Loading<T> {
  readonly data: T | undefined;
  readonly isError: boolean;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

/** What a long search has found so far, page by page. */
export interface Paged<T> {
  /** For `Loaded`: every page that was loaded. */
  readonly query: Loading<T[]>;
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  readonly more: () => void;
}

/** A search that may be long: a page at first, the next one when somebody asks for it. */
export function usePages<K extends ResourceType>(
  type: K,
  query: Readonly<Record<string, string>> | undefined,
  { size = 20, refetchInterval }: { readonly size?: number; readonly refetchInterval?: number } = {},
): Paged<WithId<ExtractResource<K>>> {
  const medplum = useMedplum();
  const found = useInfiniteQuery({
    queryKey: [type, 'pages', text(query), size],
    queryFn: ({ pageParam }): Promise<Bundle<WithId<ExtractResource<K>>>> =>
      medplum.search(type, { ...query, _count: String(size), _offset: String(pageParam) }, { cache: 'no-store' }),
    initialPageParam: 0,
    getNextPageParam: ({ link }, _pages, offset) =>
      link?.some(({ relation }) => relation === 'next') ? offset + size : undefined,
    // What is on several pages (something new came while they were loaded) is there once.
    select: ({ pages }) => [
      ...new Map(
        pages
          .flatMap(({ entry }) => entry ?? [])
          .flatMap(({ resource }) => (resource ? [[resource.id, resource]] : [])),
      ).values(),
    ],
    enabled: query !== undefined,
    ...(refetchInterval && { refetchInterval }),
  });
  return {
    query: { data: found.data, isError: found.isError, error: found.error, refetch: () => found.refetch() },
    hasMore: found.hasNextPage,
    loadingMore: found.isFetchingNextPage,
    more: () => void found.fetchNextPage(),
  };
}

/** One resource; nothing is asked while `id` is undefined. */
export function useRead<K extends ResourceType>(
  type: K,
  id: string | undefined,
): UseQueryResult<WithId<ExtractResource<K>>> {
  const medplum = useMedplum();
  return useQuery({
    queryKey: [type, 'read', id],
    queryFn: () => medplum.readResource(type, id ?? '', { cache: 'no-store' }),
    enabled: id !== undefined,
  });
}

/** Says that resources of these types have changed: what shows them is loaded again. */
export function useChanged(): (...types: ResourceType[]) => Promise<void> {
  const queries = useQueryClient();
  return useCallback(
    async (...types) => {
      await Promise.all(types.map((type) => queries.invalidateQueries({ queryKey: [type] })));
    },
    [queries],
  );
}

/** The resources of one type in a bundle. */
export function ofType<K extends ResourceType>(bundle: Bundle | undefined, type: K): WithId<ExtractResource<K>>[] {
  return (bundle?.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === type ? [resource as WithId<ExtractResource<K>>] : [],
  );
}

function text(query: QueryTypes | undefined): string {
  return query === undefined || typeof query === 'string'
    ? (query ?? '')
    : new URLSearchParams(query as never).toString();
}
