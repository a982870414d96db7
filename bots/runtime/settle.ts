import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { MedplumClient } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { commit } from './commit.ts';
import { classify, Refusal, refuse, throttled, toOutcome } from './outcome.ts';
import type { Decision, Write } from './writes.ts';

const DEADLINE_MS = 8_000;
const FIRST_PAUSE_MS = 15;
/** As far as pauses grow by themselves; where the server is slow they grow with it. */
const USUAL_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 4_000;

/** The three steps of one unit of work. */
export interface Unit<L, T> {
  readonly fhir: MedplumClient;
  readonly load: () => Promise<L>;
  readonly decide: (loaded: L) => Decision<T>;
  /** Recorded on what is written. */
  readonly requestedBy?: string;
  /** By when the last attempt shall have ended, in milliseconds; eight seconds unless given. */
  readonly deadlineMs?: number;
}

/**
 * Load, decide, commit; after a lost race load and decide again, with jitter, until the deadline.
 * @returns What the decision gave as its result, as stored.
 * @throws Refusal of the decision; `lock-error` after the deadline; `throttled` where the quota is used up.
 */
export async function settle<L, T>(unit: Unit<L, T>): Promise<T> {
  const { fhir, load, decide, requestedBy, deadlineMs = DEADLINE_MS } = unit;
  // Not the time of day, which stands still under a test's clock.
  const started = performance.now();
  let longest = 0;
  for (let attempt = 0; ; attempt++) {
    // The client keeps what it read for a minute; a decision must not be made on that.
    fhir.invalidateAll();
    const began = performance.now();
    try {
      const decision = decide(await load());
      const stored = await commit(fhir, decision.writes, requestedBy);
      return resultOf(decision, stored);
    } catch (thrown) {
      const outcome = thrown instanceof Refusal ? undefined : toOutcome(thrown);
      const failure = classify(outcome);
      if (failure === 'throttled') {
        throw throttled(outcome);
      }
      if (failure !== 'race') {
        throw thrown;
      }
      const took = performance.now() - began;
      longest = Math.max(longest, took);
      // A bot that is cut off by its time has said nothing, so what cannot end in time is not begun.
      const left = deadlineMs - (performance.now() - started) - took;
      if (left <= 0) {
        refuse('lock-error', 'requester', 'Too many people want this at once. The same call again may succeed.');
      }
      await pause(Math.min(left, pauseAfter(attempt, longest, Math.random())));
    }
  }
}

/**
 * How long to wait after a lost race, in milliseconds. An attempt that took long met many others on its way: if they all
 * came again at once, one would get through and the rest would be in vain once more. So the pause is up to twice what the
 * attempt took, and of any length below that.
 * @param tookMs - What the longest attempt took so far: one that met nobody says little of those that come again.
 * @param random - From 0 to 1.
 */
export function pauseAfter(attempt: number, tookMs: number, random: number): number {
  const usual = Math.min(USUAL_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  const longest = Math.min(LONGEST_PAUSE_MS, Math.max(usual, 2 * tookMs));
  return Math.ceil(longest * (0.1 + 0.9 * random));
}

function resultOf<T>(decision: Decision<T>, stored: Map<Write, Resource>): T {
  const { result, writes } = decision;
  const isWrite = (value: unknown): value is Write => writes.some((write) => write === value);
  return (isWrite(result) ? stored.get(result) : result) as T;
}
