import { isOperationOutcome } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';

/** Why an operation refuses: the contract's list of issue codes. */
export type RefusalCode =
  'required' | 'value' | 'not-found' | 'forbidden' | 'conflict' | 'business-rule' | 'throttled' | 'lock-error';

/** A refusal on its way to the caller. It never leaves the bot as a class: `toOutcome` makes it plain at the border. */
export class Refusal extends Error {
  readonly outcome: OperationOutcome;

  constructor(outcome: OperationOutcome) {
    super(outcome.issue[0]?.details?.text ?? 'Refused');
    this.outcome = outcome;
  }
}

/**
 * Refuses the request: nothing is written, the caller gets HTTP 400 with this outcome.
 * @param code - What kind of refusal (the contract's list).
 * @param parameter - The name of the parameter that it is about.
 * @param text - What is wrong and what to do, for a person. Without names, numbers or texts of patients.
 * @param diagnostics - For `throttled`: when to try again.
 */
export function refuse(code: RefusalCode, parameter: string, text: string, diagnostics?: string): never {
  throw new Refusal(outcomeOf(code, parameter, text, diagnostics));
}

const outcomeOf = (
  code: RefusalCode,
  parameter: string,
  text: string,
  diagnostics: string | undefined,
): OperationOutcome => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code, details: { text }, expression: [parameter], ...(diagnostics && { diagnostics }) }],
});

/**
 * What the caller is told where the quota is used up, whichever request met with that.
 * @param outcome - What the server said.
 */
export function throttled(outcome: OperationOutcome | undefined): Refusal {
  const diagnostics = outcome?.issue[0]?.diagnostics;
  const text = 'The quota for this minute is used up. Try again in a minute.';
  return new Refusal(outcomeOf('throttled', 'requester', text, diagnostics));
}

/** Whether a rule says no. */
export function isRefused(check: () => unknown): boolean {
  try {
    check();
    return false;
  } catch (thrown) {
    if (thrown instanceof Refusal) {
      return true;
    }
    throw thrown;
  }
}

/**
 * The plain OperationOutcome of whatever was thrown, or undefined for a programming error. Looked at by its shape: what
 * the server's client throws is of another copy of `@medplum/core` than the one that a bot gets.
 */
export function toOutcome(thrown: unknown): OperationOutcome | undefined {
  const carried = (thrown as { outcome?: unknown } | null | undefined)?.outcome ?? thrown;
  return isOperationOutcome(carried) ? carried : undefined;
}

/** What the server said about a write that did not go through. */
export type Failure = 'race' | 'throttled' | 'other';

/**
 * Tells a lost race (load and decide again) from a used-up quota and from everything else. Medplum answers 412 or 409
 * for a lost race, and 400 "deadlock detected" for two transactions that took the same rows in different order.
 */
export function classify(outcome: OperationOutcome | undefined): Failure {
  if (!outcome) {
    return 'other';
  }
  if (outcome.id === 'too-many-requests' || outcome.issue.some((issue) => issue.code === 'throttled')) {
    return 'throttled';
  }
  const lost =
    outcome.id === 'precondition-failed' ||
    outcome.id === 'conflict' ||
    outcome.issue.some((issue) => /deadlock detected|could not serialize/i.test(issue.details?.text ?? ''));
  return lost ? 'race' : 'other';
}

/** Whether what was thrown says that the same may succeed later: the quota is used up, or too many wanted it at once. */
export function isForLater(thrown: unknown): boolean {
  const outcome = toOutcome(thrown);
  return classify(outcome) === 'throttled' || outcome?.issue[0]?.code === 'lock-error';
}
