import { buildWebIfStale } from '../scripts/lib/web-build.ts';
import { prepareLayer } from './prepared.ts';

/** Before all tests: the pages, as `npm start` builds them, and the layer that tests begin with. */
export default async function beforeAll(): Promise<void> {
  await Promise.all([buildWebIfStale(), prepareLayer()]);
}
