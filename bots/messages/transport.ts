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
  /** The provider's own template to send instead of the body: what WhatsApp takes when nobody has written lately. */
  readonly content?: ProviderContent;
}

/** An approved text of the provider, and the values of its numbered placeholders. */
export interface ProviderContent {
  readonly template: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * What became of handing a message over. `later`: the provider did not take it, and may if it is asked again. `unclear`:
 * it may have taken it, so nobody may ask again before that is known.
 */
export type HandedOver =
  | { readonly outcome: 'sent'; readonly identifier: Identifier }
  | { readonly outcome: 'refused'; readonly reason: Refused; readonly text: string }
  | { readonly outcome: 'later'; readonly afterSeconds?: number; readonly shutOut?: ShutOut }
  | { readonly outcome: 'unclear' };

/** The provider lets the clinic in no more: for nobody's message, until somebody sees to the account. */
export interface ShutOut {
  readonly provider: string;
  /** What it said. */
  readonly code: string;
}

/** Codes of `BASE/CodeSystem/message-status-reason` for what a provider refuses for good. */
export type Refused = 'opted-out' | 'invalid-address' | 'provider-refused';

/** A way out of the clinic. */
export interface Transport {
  /** Hands a message over. It throws only where it is certain that nothing has left. */
  readonly send: (message: Outgoing) => Promise<HandedOver>;
  /**
   * Looks up what the provider took that may be this message: to the same address, with the same text.
   * @param since - When it was claimed.
   * @returns None where the provider cannot tell.
   */
  readonly find: (message: Outgoing, since: Date) => Promise<readonly Identifier[]>;
}
