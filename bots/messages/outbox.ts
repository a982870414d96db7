import { OUTBOX_SID } from './names.ts';
import type { Transport } from './transport.ts';

/**
 * The transport without a provider: the message stays in the clinic's own records, where a person reads it in the
 * Communication's payload. Handing the same message over again changes nothing.
 */
export const outbox: Transport = {
  send: async ({ id }) => ({ system: OUTBOX_SID, value: id }),
};
