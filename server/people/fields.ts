import { OperationOutcomeError } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import { isRecord } from '../http/records.ts';

const EMAIL = /^[^\s@<>"]+@[^\s@<>".]+(\.[^\s@<>".]+)+$/;

/** A check of one field of a body: its name (none where it is about several), whether it holds, and what to say if not. */
export type FieldCheck = readonly [field: string | undefined, holds: boolean, text: string];

/** The fields of a JSON or form body. */
export function fieldsOf(body: unknown): Record<string, unknown> {
  return isRecord(body) ? body : {};
}

/** Refuses a body with everything that is wrong with it, as Medplum does. */
export function assertFields(checks: readonly FieldCheck[]): void {
  const failed = checks.filter(([, holds]) => !holds);
  if (failed.length > 0) {
    throw new OperationOutcomeError(invalidFields(failed));
  }
}

function invalidFields(failed: readonly FieldCheck[]): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: failed.map(([field, , text]) => ({
      severity: 'error',
      code: 'invalid',
      ...(field !== undefined && { expression: [field] }),
      details: { text },
    })),
  };
}

/** Is this an address that mail could be sent to? No longer than Medplum has them. */
export function isEmail(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 72 && EMAIL.test(value);
}

/** Is there any text? */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The text of a field; undefined where there is none. */
export function textOf(value: unknown): string | undefined {
  return isText(value) ? value : undefined;
}
