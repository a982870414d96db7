import type { MedplumClient } from '@medplum/core';
import type { Resource, ResourceType } from '@medplum/fhirtypes';
import type { Bot } from '../lib/bots.ts';
import { dataOf, operationOf, subscriptionOf } from './desired.ts';
import { installBots } from './install-bots.ts';
import { Installer } from './installer.ts';
import type { InstallOptions } from './installer.ts';
import { loadLayer } from './layer.ts';
import type { Layer } from './layer.ts';
import { preflight } from './preflight.ts';
import { removeInstalled } from './remove.ts';
import { Report } from './report.ts';

export interface DeployOptions {
  /** Only list what would change. */
  readonly dryRun?: boolean;
  /** Hears what is being done, for whoever waits. */
  readonly progress?: (text: string) => void;
  /** What is deployed; this repository's layer unless given. */
  readonly layer?: Layer;
}

export interface Deployed {
  readonly report: Report;
  readonly bots: readonly Bot[];
  readonly codeOf: ReadonlyMap<string, string>;
  /** The id of each Bot, by the name of its definition. */
  readonly botIds: ReadonlyMap<string, string>;
  /** What the outside world calls, relative to the server's address, by the name of its definition. */
  readonly webhooks: ReadonlyMap<string, string>;
}

/**
 * Puts the layer into a Medplum project: bots with their policies, operations, Subscriptions, journeys, templates, terminology.
 * Run again, it changes only what differs and finishes what broke off; what an earlier version installed and this one no
 * longer has is removed. Nothing of the clinic's own is touched.
 * @param medplum - Signed in as an administrator of the project.
 * @throws PreflightError before anything is written, if the project cannot carry the layer.
 */
export async function deploy(medplum: MedplumClient, options: DeployOptions = {}): Promise<Deployed> {
  const { dryRun = false, progress = () => undefined } = options;
  const report = new Report();
  const installing = { report, dryRun, kept: new Set<string>(), webhooks: new Map<string, string>() };
  progress('Bundling');
  const { bots, codeOf, resources, rules } = options.layer ?? (await loadLayer());
  const projectId = await preflight(medplum, bots, !dryRun);

  progress('Installing terminology, templates and journeys');
  await installAll(medplum, resources.map(dataOf), installing);
  progress(`Installing ${bots.length} bots`);
  const botIds = await installBots(medplum, projectId, bots, codeOf, installing);
  const idOf = (name: string): string => {
    const id = botIds.get(name);
    if (!id) {
      throw new Error(`subscriptions/ wakes ${name}, which medplum.config.json does not list.`);
    }
    return id;
  };

  progress('Installing operations and subscriptions');
  const operations = bots.flatMap(({ definition }) => operationOf(definition, idOf(definition.name)) ?? []);
  const subscriptions = rules.flatMap((rule) => rule.bots.map((bot) => subscriptionOf(rule, bot, idOf(bot))));
  await installAll(medplum, operations, installing);
  await installAll(medplum, subscriptions, installing);

  progress('Removing what this version no longer has');
  await removeInstalled(medplum, installing.kept, report, dryRun);
  return { report, bots, codeOf, botIds, webhooks: installing.webhooks };
}

async function installAll(
  medplum: MedplumClient,
  resources: readonly Resource[],
  options: InstallOptions,
): Promise<void> {
  for (const type of new Set(resources.map(({ resourceType }) => resourceType))) {
    const installer = await Installer.of<ResourceType>(medplum, type, options);
    for (const resource of resources.filter(({ resourceType }) => resourceType === type)) {
      await installer.put(resource);
    }
  }
}
