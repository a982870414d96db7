import type { WithId } from '@medplum/core';
import type { Patient, Slot } from '@medplum/fhirtypes';
import { useMemo } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import { useLive } from '../../fhir/live.ts';
import { ofType, useAll, useSearch } from '../../fhir/queries.ts';
import type { Actor } from '../booking/actors.ts';
import { entriesOf, withNames } from './entries.ts';
import type { Entry } from './entries.ts';

interface Days {
  readonly entries: readonly Entry[];
  /** In order of time. */
  readonly slots: readonly WithId<Slot>[];
  readonly patients: ReadonlyMap<string, WithId<Patient>>;
  /** Tells of loading and errors. */
  readonly query: UseQueryResult<unknown>;
}

/** A block may have begun so long before the days that are shown (the contract's longest). */
const LONGEST_BLOCK_MS = 400 * 86_400_000;

/**
 * What stands in the calendars in some time, kept up to date by what the server tells.
 * @param window - Instants, half-open.
 */
export function useDays(
  actors: readonly Actor[],
  { start, end }: { readonly start: string; readonly end: string },
  now: Date,
): Days {
  const time = (parameter: string): string => `${parameter}=ge${start}&${parameter}=lt${end}`;
  const slotsLive = useLive(`Slot?${time('start')}`, 'Appointment');
  const visitsLive = useLive(`Appointment?${time('date')}`);
  const slots = useAll('Slot', `${time('start')}&_sort=start&_count=1000`, slotsLive);
  const earliest = new Date(Date.parse(start) - LONGEST_BLOCK_MS).toISOString();
  const blocks = useSearch(
    'Slot',
    `status=busy-unavailable&start=ge${earliest}&start=lt${start}&_sort=-start&_count=1000`,
  );
  const visits = useAll(
    'Appointment',
    `${time('date')}&_sort=date&_count=1000&_include=Appointment:patient&_revinclude=Encounter:appointment`,
    visitsLive,
  );
  const days = useMemo(() => {
    const known = [
      ...ofType(slots.data, 'Slot'),
      ...(blocks.data ?? []).filter((block) => Date.parse(block.end) > Date.parse(start)),
    ];
    const patients = new Map(ofType(visits.data, 'Patient').map((patient) => [`Patient/${patient.id}`, patient]));
    const loaded = {
      actors,
      slots: known,
      appointments: withNames(ofType(visits.data, 'Appointment'), patients),
      encounters: ofType(visits.data, 'Encounter'),
    };
    return {
      entries: slots.data && visits.data ? entriesOf(loaded, now) : [],
      slots: known,
      patients,
    };
  }, [actors, slots.data, blocks.data, visits.data, start, now]);
  return { ...days, query: slots.data && !visits.data ? visits : slots };
}
