import type { Resource } from '@medplum/fhirtypes';
import { rules } from '../../subscriptions/index.ts';
import type { Rule } from '../../subscriptions/when.ts';
import { loadBots } from '../lib/bots.ts';
import type { Bot } from '../lib/bots.ts';
import { bundleBots } from '../lib/bundle.ts';
import { loadResources } from '../lib/data.ts';

/** What deploy puts into a project. */
export interface Layer {
  readonly bots: readonly Bot[];
  /** The bundle of each Bot, by its name. */
  readonly codeOf: ReadonlyMap<string, string>;
  readonly resources: readonly Resource[];
  /** Which change wakes which bot. */
  readonly rules: readonly Rule[];
}

/** The folders of `resources/` that belong to the layer; the demo clinic is seeded, not deployed. */
const FOLDERS = ['terminology', 'policies', 'templates', 'tasks', 'questionnaires', 'journeys'] as const;

/**
 * The layer as it stands in this repository, bundled.
 * @param bundle - Makes the bundles; those that were made already may be given instead.
 */
export async function loadLayer(bundle: typeof bundleBots = bundleBots): Promise<Layer> {
  const bots = await loadBots();
  const folders = await Promise.all(FOLDERS.map(loadResources));
  return { bots, codeOf: await bundle(bots), resources: folders.flat(), rules };
}
