import { STARTING_ACCESS } from '../runtime/call.ts';
import type { Access } from '../runtime/definition.ts';
import { MESSAGE_ACCESS, MESSAGE_SECRETS } from './load.ts';
import { TRANSPORT_SECRETS } from './transports.ts';

/** What a bot needs that sends messages. */
export const DELIVERY_ACCESS: Access = {
  ...MESSAGE_ACCESS,
  ...STARTING_ACCESS,
  Communication: 'write',
  Task: 'create',
};
export const DELIVERY_SECRETS = [...MESSAGE_SECRETS, ...TRANSPORT_SECRETS];
