import { useSubscription } from '@medplum/react-hooks';
import type { ResourceType } from '@medplum/fhirtypes';
import { useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { gathering } from './gather.ts';

/** How often is looked again where no WebSocket tells what has changed. */
const POLL_MS = 30_000;

/** A booking writes several resources in a row; a sweep writes many. */
const PACE = { quietMs: 150, longestMs: 1_000 } as const;

/** One for all that is shown: parts of a page that hear of the same change load it once. */
const tellers = new WeakMap<QueryClient, (type: ResourceType) => void>();

function tellerOf(queries: QueryClient): (type: ResourceType) => void {
  const known = tellers.get(queries);
  const teller =
    known ??
    gathering<ResourceType>(
      (types) => types.forEach((type) => void queries.invalidateQueries({ queryKey: [type] })),
      PACE,
    );
  tellers.set(queries, teller);
  return teller;
}

/**
 * Loads again what shows resources of a type whenever one of them changes on the server, whoever changed it.
 * @param criteria - A search, such as `Appointment?date=ge2026-03-02`.
 * @param also - Other types that change along with it.
 * @returns How often to look again beside that: `refetchInterval` of a query, while nothing tells.
 */
export function useLive(criteria: string | undefined, ...also: ResourceType[]): { readonly refetchInterval?: number } {
  const tell = tellerOf(useQueryClient());
  const [open, setOpen] = useState(false);
  const tellAll = (): void => {
    const [type] = (criteria ?? '').split('?');
    [type as ResourceType, ...also].forEach(tell);
  };
  useSubscription(criteria, tellAll, {
    onSubscriptionConnect: () => {
      setOpen(true);
      // What changed before, since it was loaded or while there was no connection, nobody has told.
      tellAll();
    },
    onWebSocketClose: () => setOpen(false),
    onSubscriptionDisconnect: () => setOpen(false),
    // A server without WebSocket Subscriptions: polling goes on.
    onError: () => setOpen(false),
  });
  return open ? {} : { refetchInterval: POLL_MS };
}
