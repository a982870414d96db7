import type { MedplumClient } from '@medplum/core';
import type { Resource, ResourceType } from '@medplum/fhirtypes';
import { rules } from '../../subscriptions/index.ts';
import { loadBots } from '../lib/bots.ts';
import type { Bot } from '../lib/bots.ts';
import { bundleBots } from '../lib/bundle.ts';
import { loadResources } from '../lib/data.ts';
import { dataOf, operationOf, subscriptionOf } from './desired.ts';
import { installBots } from './install-bots.ts';
import { Installer } from './installer.ts';
import { preflight } from './preflight.ts';
import { Report } from './report.ts';

/** The folders of `resources/` that belong to the layer; the demo clinic is seeded, not deployed. */
const FOLDERS = ['terminology', 'templates', 'journeys'] as const;

export interface DeployOptions {
  /** Only list what would change. */
  readonly dryRun?: boolean;
  /** Hears what is being done, for whoever waits. */
  readonly progress?: (text: string) => void;
}

export interface Deployed {
  readonly report: Report;
  readonly bots: readonly Bot[];
  readonly codeOf: ReadonlyMap<string, string>;
  /** The id of each Bot, by the name of its definition. */
  readonly botIds: ReadonlyMap<string, string>;
}

/**
 * Puts the layer into a Medplum project: bots with their policies, operations, Subscriptions, journeys, templates, terminology.
 * Run again, it changes only what differs. Nothing of the clinic's own is touched.
 * @param medplum - Signed in as an administrator of the project.
 * @throws PreflightError before anything is written, if the project cannot carry the layer.
 */
export async function deploy(medplum: MedplumClient, options: DeployOptions = {}): Promise<Deployed> {
  const { dryRun = false, progress = () => undefined } = options;
  const report = new Report();
  const bots = await loadBots();
  const projectId = await preflight(medplum, bots, !dryRun);
  progress(`Bundling ${bots.length} bots`);
  const codeOf = await bundleBots(bots);

  progress('Installing terminology, templates and journeys');
  for (const folder of FOLDERS) {
    await install(medplum, await loadResources(folder), report, dryRun);
  }
  progress('Installing bots');
  const botIds = await installBots(medplum, projectId, bots, codeOf, report, dryRun);
  const idOf = (name: string): string => {
    const id = botIds.get(name);
    if (!id) {
      throw new Error(`subscriptions/ wakes ${name}, which medplum.config.json does not list.`);
    }
    return id;
  };

  progress('Installing operations and subscriptions');
  const operations = bots.map(({ definition }) => operationOf(definition, idOf(definition.name)));
  await installAll(
    medplum,
    'OperationDefinition',
    operations.filter((operation) => operation !== undefined),
    report,
    dryRun,
  );
  const subscriptions = rules.flatMap((rule) => rule.bots.map((bot) => subscriptionOf(rule, bot, idOf(bot))));
  await installAll(medplum, 'Subscription', subscriptions, report, dryRun);
  return { report, bots, codeOf, botIds };
}

async function install(medplum: MedplumClient, resources: Resource[], report: Report, dryRun: boolean): Promise<void> {
  for (const type of new Set(resources.map(({ resourceType }) => resourceType))) {
    const installer = await Installer.of<ResourceType>(medplum, type, report, dryRun);
    for (const resource of resources.filter(({ resourceType }) => resourceType === type)) {
      await installer.put(dataOf(resource));
    }
  }
}

/** Of operations and Subscriptions nothing old may stay: they would go on waking and answering. */
async function installAll<T extends Resource>(
  medplum: MedplumClient,
  type: T['resourceType'],
  resources: readonly T[],
  report: Report,
  dryRun: boolean,
): Promise<void> {
  const installer = await Installer.of<ResourceType>(medplum, type, report, dryRun);
  for (const resource of resources) {
    await installer.put(resource);
  }
  await installer.removeOthers();
}
