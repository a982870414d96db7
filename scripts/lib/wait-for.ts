import { setTimeout as pause } from 'node:timers/promises';

const FIRST_PAUSE_MS = 25;
/** A search costs quota on a real server: one that was asked every 25 ms would use up a minute's in a minute. */
const LONGEST_PAUSE_MS = 250;

/**
 * Asks again until there is an answer, at first soon and then less often.
 * @param what - What is waited for, for the error.
 * @param look - Gives the answer, or undefined while there is none.
 * @param deadlineMs - How long to ask.
 * @throws Error that names what never came.
 */
export async function waitFor<T>(what: string, look: () => Promise<T | undefined>, deadlineMs = 30_000): Promise<T> {
  const until = performance.now() + deadlineMs;
  for (let attempt = 0; ; attempt++) {
    const answer = await look();
    if (answer !== undefined) {
      return answer;
    }
    if (performance.now() > until) {
      throw new Error(`Waited ${deadlineMs / 1000} s in vain for ${what}.`);
    }
    await pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 1.5 ** attempt));
  }
}
