import { setTimeout as pause } from 'node:timers/promises';
import { isForLater } from '../bots/runtime/outcome.ts';

/**
 * Makes a call again where its answer says to: on a busy machine a race may go on beyond what one call is given, and on a
 * real server the caller's own quota of the minute may be used up (Medplum's client waits before it says so).
 * @throws What the call was refused with otherwise.
 */
export async function untilDecided<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (thrown) {
      if (!isForLater(thrown)) {
        throw thrown;
      }
      // People do not all call again at the same moment.
      await pause(Math.random() * 1000);
    }
  }
}
