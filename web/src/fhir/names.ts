import type { Reference } from '@medplum/fhirtypes';
import { isDefined } from '@medplum/core';
import { nameOf } from '../format.ts';
import { useSearch } from './queries.ts';

/** What patients are called whom references name without a display: asked for in one request. */
export function usePatientNames(
  references: readonly (Reference | undefined)[],
): (reference: Reference | undefined) => string {
  const ids = references
    .filter(isDefined)
    .filter(({ display, reference }) => !display && reference?.startsWith('Patient/'))
    .flatMap(({ reference }) => reference?.split('/')[1] ?? []);
  const wanted = [...new Set(ids)].toSorted();
  const found = useSearch('Patient', wanted.length > 0 ? { _id: wanted.join(','), _count: '1000' } : undefined);
  const names = new Map((found.data ?? []).map((patient) => [`Patient/${patient.id}`, nameOf(patient)]));
  return (reference) => reference?.display ?? names.get(reference?.reference ?? '') ?? '…';
}
