import { startBot } from '../runtime/call.ts';
import { subscriber } from '../runtime/definition.ts';
import { deliver, mayBeOurs } from './deliver.ts';
import { DELIVERY_ACCESS, DELIVERY_QUOTA, DELIVERY_SECRETS } from './delivery.ts';
import { providedChannels } from './providers.ts';

export default subscriber({
  name: 'messages/send',
  description: 'Sends a Communication that is in preparation, whoever made it.',
  on: 'Communication',
  access: DELIVERY_ACCESS,
  secrets: DELIVERY_SECRETS,
  quota: DELIVERY_QUOTA,
  handle: async (run, communication) => {
    if (providedChannels(run.secrets).length === 0) {
      await deliver(run, communication);
    } else if (mayBeOurs(communication)) {
      // A provider takes its time, and of Subscriptions' runs a server has only so many.
      await startBot(run.fhir, 'messages/dispatch', { message: `Communication/${communication.id}` });
    }
  },
});
