import type { MedplumClient } from '@medplum/core';
import type { Bot, Resource } from '@medplum/fhirtypes';
import { searchAll } from '../../bots/runtime/load.ts';
import { deploy } from '../../scripts/deploy/deploy.ts';
import { KEY_TAG } from '../../scripts/deploy/desired.ts';
import type { Layer } from '../../scripts/deploy/layer.ts';
import { undeploy } from '../../scripts/deploy/undeploy.ts';

const TYPES = [
  ...([
    'Subscription',
    'OperationDefinition',
    'Bot',
    'ProjectMembership',
    'UserConfiguration',
    'AccessPolicy',
  ] as const),
  ...(['PlanDefinition', 'ActivityDefinition', 'Questionnaire', 'CodeSystem', 'Binary'] as const),
];

/** A server, and clients of it whose line can be cut. */
export interface DeployTarget {
  /** The ClientApplication that deploys. */
  readonly clientId: string;
  readonly clientWith: (fetchLike: typeof fetch) => MedplumClient;
}

/** A way to deploy and undeploy that is cut off at a request. */
export interface Cut {
  /** The number of the request, from 1. */
  readonly at: number;
  /** Whether the server still gets it, and only its answer is lost. */
  readonly reached: boolean;
}

/** Everywhere that a deploy of so many requests can be cut off. */
export function everyCut(requests: number): Cut[] {
  return Array.from({ length: requests }, (_none, index) => index + 1).flatMap((at) =>
    [false, true].map((reached) => ({ at, reached })),
  );
}

/** How many requests a whole deploy takes; undeploys it again. */
export async function requestsOf({ clientWith }: DeployTarget, layer: Layer): Promise<number> {
  let requests = 0;
  await deploy(
    clientWith((url, options) => {
      requests++;
      return fetch(url, options);
    }),
    { layer },
  );
  await undeploy(clientWith(fetch));
  return requests;
}

/**
 * Deploys and undeploys, cut off in each of these ways and then done again.
 * @returns What is not as after one that was not cut.
 */
export async function cutDeploys(target: DeployTarget, layer: Layer, cuts: readonly Cut[]): Promise<string[]> {
  const { clientWith, clientId } = target;
  const medplum = clientWith(fetch);
  const empty = await stateOf(medplum, clientId);
  await deploy(medplum, { layer });
  const whole = await stateOf(medplum, clientId);
  await undeploy(medplum);
  const violations: string[] = [];
  for (const cut of cuts) {
    const check = async (wanted: readonly string[], what: string): Promise<void> => {
      if ((await stateOf(medplum, clientId)).join('\n') !== wanted.join('\n')) {
        violations.push(
          `${what} cut at request ${cut.at}${cut.reached ? ', which arrived' : ''}, is not finished by the next`,
        );
      }
    };
    const wasCut = await deploy(clientWith(cutAt(cut)), { layer }).then(
      () => false,
      () => true,
    );
    if (!wasCut) {
      violations.push(`A deploy went through although it was cut at request ${cut.at}`);
    }
    await deploy(medplum, { layer });
    await check(whole, 'A deploy');
    await undeploy(clientWith(cutAt(cut))).catch(() => undefined);
    await undeploy(medplum);
    await check(empty, 'An undeploy');
  }
  return violations;
}

/** The layer with the first bot for each thing that a definition may have, what wakes them, and some of the data. */
export function smallLayer(whole: Layer): Layer {
  const woken = new Set(whole.rules.flatMap(({ bots }) => bots));
  const wanted = whole.bots.map(({ definition: { name, operation, schedule, quota } }) => [
    ...[operation, schedule, quota],
    woken.has(name),
  ]);
  const chosen = new Set(wanted[0]?.map((_none, feature) => wanted.findIndex((has) => Boolean(has[feature]))));
  const bots = whole.bots.filter((_bot, index) => chosen.has(index));
  const names = new Set(bots.map(({ definition }) => definition.name));
  return {
    bots,
    codeOf: whole.codeOf,
    rules: whole.rules
      .filter((rule) => rule.bots.some((bot) => names.has(bot)))
      .map((rule) => ({ ...rule, bots: rule.bots.filter((bot) => names.has(bot)) }))
      .slice(0, 2),
    resources: ['PlanDefinition', 'ActivityDefinition', 'CodeSystem'].map(
      (type) => whole.resources.find(({ resourceType }) => resourceType === type) as Resource,
    ),
  };
}

/** Everything that deploy may touch, without what differs from one deploy to the next. */
export async function stateOf(medplum: MedplumClient, clientId: string): Promise<string[]> {
  const names = new Map<string, string>([[clientId, 'administrator']]);
  const all: Resource[] = [];
  for (const type of TYPES.filter((name) => name !== 'Binary')) {
    for (const resource of await searchAll(medplum, type, {})) {
      all.push(resource);
      const key = resource.meta?.tag?.find(({ system }) => system === KEY_TAG)?.code;
      const name = (resource as Bot).name ?? '';
      names.set(resource.id, key ?? (name || resource.resourceType));
    }
  }
  return all
    .map(({ meta, ...resource }) =>
      JSON.stringify(
        Object.entries({ ...resource, tag: meta?.tag?.map(({ system }) => system) }).sort(([a], [b]) =>
          a < b ? -1 : 1,
        ),
      )
        .replace(/http:[^"]*\/storage\/[^"]*/g, 'content')
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => names.get(id) ?? 'unknown'),
    )
    .sort();
}

/** A line that breaks at a request, before it gets there or before its answer comes back, and stays broken. */
function cutAt({ at, reached }: Cut): typeof fetch {
  let count = 0;
  return async (url, options) => {
    count++;
    if (count < at) {
      return fetch(url, options);
    }
    if (count === at && reached) {
      await (await fetch(url, options)).arrayBuffer();
    }
    throw new TypeError('The line is cut');
  };
}
