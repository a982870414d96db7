import { badRequest, OperationOutcomeError } from '@medplum/core';
import type { AccessPolicy } from '@medplum/fhirtypes';

/**
 * Refuses a sign-in from an address that the member's policy shuts out: the first rule that matches decides, `*` matches
 * all, and a rule also matches what begins with it.
 */
export function assertAddress(accessPolicy: AccessPolicy | undefined, address: string | null | undefined): void {
  const rule =
    address && accessPolicy?.ipAccessRule?.find(({ value }) => value && (value === '*' || address.startsWith(value)));
  if (rule && rule.action === 'block') {
    throw new OperationOutcomeError(badRequest('IP address not allowed'));
  }
}
