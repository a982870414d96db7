import type { MedplumClient } from '@medplum/core';

/** FHIR quota points: a claim, a record and the searches beside them come to 300, and as many as 20 runs share a quota. */
const NEEDED = 6000;

/**
 * Whether the quota of this minute has room for sending one more message, by what the server said with the last answer.
 * A server that says nothing has no quota.
 */
export const hasRoom = (fhir: MedplumClient): boolean =>
  fhir.rateLimitStatus().every(({ name, remainingUnits }) => name !== 'fhirInteractions' || remainingUnits >= NEEDED);
