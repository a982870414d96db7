import { useMemo } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import { ofType, useBundle, useSearch } from '../../fhir/queries.ts';
import { nameOf } from '../../format.ts';
import { bookableOf } from './actors.ts';
import type { Bookable } from './actors.ts';

const SCHEDULES = '_count=1000&_include=Schedule:actor&_include:iterate=PractitionerRole:practitioner';

/** Who and what can be booked: two searches. `query` is the one that tells of loading and errors. */
export function useBookable(): { readonly bookable: Bookable | undefined; readonly query: UseQueryResult<unknown> } {
  const schedules = useBundle('Schedule', SCHEDULES);
  const services = useSearch('HealthcareService', '_count=1000');
  const bookable = useMemo(() => {
    if (!schedules.data || !services.data) {
      return undefined;
    }
    const types = ['Schedule', 'Practitioner', 'PractitionerRole', 'Location', 'Device'] as const;
    const found = types.flatMap((type) => ofType(schedules.data, type));
    return bookableOf(found, services.data, nameOf, Intl.DateTimeFormat().resolvedOptions().timeZone);
  }, [schedules.data, services.data]);
  return { bookable, query: schedules.isError || !services.isError ? schedules : services };
}
