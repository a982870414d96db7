import { getExtensionValue, isDefined, TimezoneExtensionURI } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Appointment, Location } from '@medplum/fhirtypes';
import type { UseQueryResult } from '@tanstack/react-query';
import { useSearch } from './queries.ts';

/** On which clocks a clinic's times are shown: never on the browser's. */
export interface Zones {
  /** The clinic's own: that of its first place that names one. */
  readonly clinic: string;
  /** That of the place of a visit, else the clinic's. */
  readonly of: (visit: Pick<Appointment, 'participant'> | undefined) => string;
}

/** The clinic's places, asked for once. Pages wait for them: a time on another clock than the clinic's is a wrong one. */
export function usePlaces(): UseQueryResult<WithId<Location>[]> {
  return useSearch('Location', { _count: '1000', _sort: '_lastUpdated' }, { staleTime: 600_000 });
}

/** The zones of the clinic's places; UTC where no place names one. */
export function useZones(): Zones {
  return zonesOf(usePlaces().data ?? []);
}

/** The same, of given places. */
export function zonesOf(places: readonly Location[]): Zones {
  const zones = new Map(places.map((place) => [`${place.resourceType}/${place.id}`, zoneOf(place)]));
  const clinic = [...zones.values()].find(isDefined) ?? 'UTC';
  return {
    clinic,
    of: (visit) =>
      (visit?.participant ?? []).map(({ actor }) => zones.get(actor?.reference ?? '')).find(isDefined) ?? clinic,
  };
}

function zoneOf(place: Location): string | undefined {
  const zone = getExtensionValue(place, TimezoneExtensionURI);
  return typeof zone === 'string' ? zone : undefined;
}

/** The day of an instant on the clock of a place, `YYYY-MM-DD`. */
export function dayAt(instant: string | Date, zone: string | undefined): string {
  // Canadian English writes dates as FHIR does.
  return new Intl.DateTimeFormat('en-CA', { ...(zone && { timeZone: zone }) }).format(new Date(instant));
}
