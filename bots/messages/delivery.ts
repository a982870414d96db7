import { STARTING_ACCESS } from '../runtime/call.ts';
import type { Access } from '../runtime/definition.ts';
import { MESSAGE_ACCESS, MESSAGE_SECRETS } from './load.ts';
import { TRANSPORT_SECRETS } from './providers.ts';

/** What a bot needs that sends messages. */
export const DELIVERY_ACCESS: Access = {
  ...MESSAGE_ACCESS,
  ...STARTING_ACCESS,
  Communication: 'write',
  Task: 'create',
};
export const DELIVERY_SECRETS = [...MESSAGE_SECRETS, ...TRANSPORT_SECRETS, 'QUIET_HOURS', 'MESSAGES_PER_DAY'];
/** Points a minute: a message costs up to 300, so that a burst of thousands leaves within minutes. */
export const DELIVERY_QUOTA = 200_000;
