import { subscriber } from '../runtime/definition.ts';
import { deliver } from './deliver.ts';
import { MESSAGE_ACCESS, MESSAGE_SECRETS } from './load.ts';
import { outbox } from './outbox.ts';

export default subscriber({
  name: 'messages/send',
  description: 'Sends a Communication that is in preparation, whoever made it.',
  on: 'Communication',
  access: { ...MESSAGE_ACCESS, Communication: 'write', Task: 'create' },
  secrets: MESSAGE_SECRETS,
  handle: (run, communication) => deliver(run, communication, outbox),
});
