import type { Identifier } from '@medplum/fhirtypes';
import { OUTBOX_SID } from './names.ts';
import type { Outgoing, Transport } from './transport.ts';

const identifierOf = ({ id }: Outgoing): Identifier => ({ system: OUTBOX_SID, value: id });

/**
 * The transport without a provider: the message stays in the clinic's own records, where a person reads it in the
 * Communication's payload. It has been delivered as soon as it is claimed: its text stands in it.
 */
export const outbox: Transport = {
  send: async (message) => ({ outcome: 'sent', identifier: identifierOf(message) }),
  find: async (message) => [identifierOf(message)],
};
