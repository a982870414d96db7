import { operation } from '../runtime/definition.ts';
import { orders } from './fhir/orders.ts';
import { answering, preview } from './preview.ts';

export default operation({
  ...preview,
  name: 'scribe/suggest-orders',
  description: 'Finds the orders in a transcript and stores nothing.',
  code: 'suggest-orders',
  decide: answering((drafted, context) => orders(drafted.orders, context)),
});
