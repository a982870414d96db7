import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again until there is an answer.
 * @param what - What is waited for, for the error.
 * @param look - Gives the answer, or undefined while there is none.
 * @param deadlineMs - How long to ask.
 * @throws Error that names what never came.
 */
export async function waitFor<T>(what: string, look: () => Promise<T | undefined>, deadlineMs = 15_000): Promise<T> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined) {
      return answer;
    }
    if (performance.now() > until) {
      throw new Error(`Waited ${deadlineMs / 1000} s in vain for ${what}.`);
    }
    await pause(25);
  }
}
