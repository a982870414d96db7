import { worker } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { reference } from '../runtime/parameters.ts';
import { deliver } from './deliver.ts';
import { DELIVERY_ACCESS, DELIVERY_QUOTA, DELIVERY_SECRETS } from './delivery.ts';

export default worker({
  name: 'messages/dispatch',
  description: 'Hands one message to a provider, in a run of its own.',
  input: { message: reference('Communication') },
  access: DELIVERY_ACCESS,
  secrets: DELIVERY_SECRETS,
  quota: DELIVERY_QUOTA,
  timeout: 60,
  handle: async (run, { message }) => deliver(run, await read(run.fhir, message, 'message')),
});
