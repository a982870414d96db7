import type { Identifier } from '@medplum/fhirtypes';
import type { Channel } from './template.ts';

/** A message, ready to leave. */
export interface Outgoing {
  /** Of the Communication: by this the provider's reports find it again. */
  readonly id: string;
  readonly channel: Channel;
  /** E.164, or an e-mail address. */
  readonly address: string;
  readonly subject?: string;
  readonly body: string;
}

/**
 * What became of handing a message over. `later`: the provider did not take it, and may if it is asked again. `unclear`:
 * it may have taken it, so nobody may ask again before that is known.
 */
export type HandedOver =
  | { readonly outcome: 'sent'; readonly identifier: Identifier }
  | { readonly outcome: 'refused'; readonly reason: Refused; readonly text: string }
  | { readonly outcome: 'later'; readonly afterSeconds?: number }
  | { readonly outcome: 'unclear' };

/** Codes of `BASE/CodeSystem/message-status-reason` for what a provider refuses for good. */
export type Refused = 'opted-out' | 'invalid-address' | 'provider-refused';

/** A way out of the clinic. */
export interface Transport {
  /** Hands a message over. It throws only where it is certain that nothing has left. */
  readonly send: (message: Outgoing) => Promise<HandedOver>;
  /**
   * Looks up whether a message has been taken, where the provider can tell.
   * @param since - When it was claimed.
   * @returns Undefined where that stays open.
   */
  readonly find: (message: Outgoing, since: Date) => Promise<Identifier | undefined>;
  /** Whether handing over takes long enough for a run of its own. */
  readonly remote: boolean;
}
