import { OperationOutcomeError, tooManyRequests } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { Clock } from '../clock.ts';

const MINUTE = 60_000;

/** How many windows are kept before those that are over are looked for. */
const MANY = 10_000;

/** What is left to somebody in the present minute. */
export interface Allowance {
  limit: number;
  consumedPoints: number;
  remainingPoints: number;
  /** Until the minute is over and everything is there again. */
  msBeforeNext: number;
}

/** Counts what each key uses in a minute that begins with its first use. */
export class MinuteWindows {
  private readonly clock: Clock;
  private readonly windows = new Map<string, { used: number; ends: number }>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Adds points to a key's minute. More than the limit is counted too: whoever goes on does not get through sooner. */
  consume(key: string, points: number, limit: number): Allowance & { exceeded: boolean } {
    const now = this.clock.now();
    let window = this.windows.get(key);
    if (!window || window.ends <= now) {
      this.prune(now);
      window = { used: 0, ends: now + MINUTE };
      this.windows.set(key, window);
    }
    window.used += points;
    return {
      limit,
      consumedPoints: window.used,
      remainingPoints: Math.max(limit - window.used, 0),
      msBeforeNext: window.ends - now,
      exceeded: window.used > limit,
    };
  }

  /** Takes back what was counted in the present minute. */
  giveBack(key: string, points: number): void {
    const window = this.windows.get(key);
    if (window) {
      window.used = Math.max(window.used - points, 0);
    }
  }

  private prune(now: number): void {
    if (this.windows.size >= MANY) {
      this.windows.forEach(({ ends }, key) => ends <= now && this.windows.delete(key));
    }
  }
}

/** The outcome of a request too many, with the fields that Medplum's clients read in its diagnostics. */
export function tooMany({ limit, remainingPoints, msBeforeNext, consumedPoints }: Allowance): OperationOutcome {
  const diagnostics = JSON.stringify({
    _remainingPoints: remainingPoints,
    _msBeforeNext: msBeforeNext,
    _consumedPoints: consumedPoints,
    _isFirstInDuration: false,
    limit,
  });
  return { ...tooManyRequests, issue: tooManyRequests.issue.map((issue) => ({ ...issue, diagnostics })) };
}

/** Throws the outcome of a request too many. */
export function refuseTooMany(allowance: Allowance): never {
  throw new OperationOutcomeError(tooMany(allowance));
}

/** One item of the `RateLimit` header: what is left of a limit, and for how many seconds. */
export function rateLimitItem(name: string, { remainingPoints, msBeforeNext }: Allowance): string {
  return `"${name}";r=${remainingPoints};t=${Math.ceil(msBeforeNext / 1000)}`;
}
