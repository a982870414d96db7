import { badRequest, OperationOutcomeError } from '@medplum/core';
import type { AccessPolicy } from '@medplum/fhirtypes';

/**
 * Refuses a sign-in from an address that the member's policy shuts out: the first rule that matches decides, `*` matches
 * all, and a rule also matches what begins with it.
 */
export function assertAddress(accessPolicy: AccessPolicy | undefined, address: string | null | undefined): void {
  // A socket of IPv6 sees 10.1.2.3 as ::ffff:10.1.2.3.
  const seen = address ? ['*', address, address.replace(/^::ffff:/i, '')] : [];
  const rule = accessPolicy?.ipAccessRule?.find(({ value }) => value && seen.some((one) => one.startsWith(value)));
  if (rule && rule.action === 'block') {
    throw new OperationOutcomeError(badRequest('IP address not allowed'));
  }
}
