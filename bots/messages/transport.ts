import type { Identifier } from '@medplum/fhirtypes';
import type { Channel } from './template.ts';

/** A message, ready to leave. */
export interface Outgoing {
  /** Of the Communication: by this the provider's reports find it again. */
  readonly id: string;
  readonly channel: Channel;
  readonly address: string;
  readonly subject?: string;
  readonly body: string;
}

/** A way out of the clinic. */
export interface Transport {
  /**
   * Hands a message over.
   * @returns The provider's identifier of it.
   */
  readonly send: (message: Outgoing) => Promise<Identifier>;
}
