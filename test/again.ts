import { toOutcome } from '../bots/runtime/outcome.ts';

/**
 * Makes a call again where its answer says to: on a busy machine a race may go on beyond what one call is given.
 * @throws What the call was refused with otherwise.
 */
export async function untilDecided<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (thrown) {
      if (toOutcome(thrown)?.issue[0]?.code !== 'lock-error') {
        throw thrown;
      }
    }
  }
}
