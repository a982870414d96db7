import type { Clock } from '../clock.ts';
import { MinuteWindows, refuseTooMany } from '../operate/window.ts';

/** Attempts that fail in a minute: for one account from anywhere, and from one address for whomever. */
const PER_ACCOUNT = 5;
const PER_ADDRESS = 20;

/** Slows down whoever tries out passwords, or fills somebody's mailbox. */
export class SignInLimit {
  private readonly windows: MinuteWindows | undefined;

  /** @param enabled False where nobody is limited. */
  constructor(clock: Clock, enabled: boolean) {
    this.windows = enabled ? new MinuteWindows(clock) : undefined;
  }

  /**
   * Counts an attempt before it is made, so that those that come at once do not slip through.
   * @returns Takes it back: the attempt was a good one.
   * @throws OperationOutcomeError Too many of them failed.
   */
  attempt(account: string, address: string | undefined): () => void {
    const counted: [string, number][] = [
      [`account ${account.toLowerCase()}`, PER_ACCOUNT],
      // What a bot sends comes from no address.
      ...(address === undefined ? [] : ([[`address ${address}`, PER_ADDRESS]] as [string, number][])),
    ];
    const allowances = counted.map(([key, limit]) => this.windows?.consume(key, 1, limit));
    for (const allowance of allowances) {
      if (allowance?.exceeded) {
        refuseTooMany(allowance);
      }
    }
    return () => counted.forEach(([key]) => this.windows?.giveBack(key, 1));
  }
}
