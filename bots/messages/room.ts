import type { MedplumClient } from '@medplum/core';

/** FHIR quota points of a claim, a record and a search beside them, with as much again to spare. */
const NEEDED = 600;

/**
 * Whether the quota of this minute has room for sending one more message, by what the server said with the last answer.
 * A server that says nothing has no quota.
 */
export const hasRoom = (fhir: MedplumClient): boolean =>
  fhir.rateLimitStatus().every(({ name, remainingUnits }) => name !== 'fhirInteractions' || remainingUnits >= NEEDED);
