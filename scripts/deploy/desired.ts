import { createHash } from 'node:crypto';
import { deepClone } from '@medplum/core';
import type {
  AccessPolicy,
  AccessPolicyResource,
  CodeSystem,
  OperationDefinition,
  Resource,
  Subscription,
} from '@medplum/fhirtypes';
import { BASE, codeSystem } from '../../bots/runtime/contract.ts';
import type { BotDefinition, Grant } from '../../bots/runtime/definition.ts';
import type { Rule } from '../../subscriptions/when.ts';
import { botName } from '../lib/bots.ts';

/** On everything that deploy installs, so that a later deploy knows it again. */
export const MANAGED_TAG = { system: codeSystem('managed-by'), code: 'careline' };
/** Its code says which of the installed resources without a canonical url this one is. */
export const KEY_TAG = codeSystem('installed-as');
/** Its code is the hash of the content as it was installed: a clinic's own change shows. */
export const HASH_TAG = codeSystem('installed-content');

const IMPLEMENTATION = 'https://medplum.com/fhir/StructureDefinition/operationDefinition-implementation';
const CONDITION = 'https://medplum.com/fhir/StructureDefinition/fhir-path-criteria-expression';
const INTERACTION = 'https://medplum.com/fhir/StructureDefinition/subscription-supported-interaction';

type Interaction = NonNullable<AccessPolicyResource['interaction']>[number];

const READ: Interaction[] = ['read', 'vread', 'search', 'history'];
const INTERACTIONS: Record<Grant, Interaction[]> = {
  read: READ,
  create: [...READ, 'create'],
  write: [...READ, 'create', 'update'],
  delete: [...READ, 'create', 'update', 'delete'],
};

/** A resource with the tags by which deploy finds it again. */
export function managed<T extends Resource>(resource: T, key: string): T {
  const content = deepClone(resource);
  content.meta = {
    ...content.meta,
    tag: [...(content.meta?.tag ?? []), MANAGED_TAG, { system: KEY_TAG, code: key }],
  };
  content.meta.tag?.push({ system: HASH_TAG, code: contentHash(content) });
  return content;
}

/** A hash of what a resource says, whoever stored it: without ids, versions and deploy's own tags. */
export function contentHash(resource: Resource): string {
  const tag = resource.meta?.tag?.filter(({ system }) => system !== HASH_TAG && system !== KEY_TAG);
  const content = { ...resource, id: undefined, meta: { profile: resource.meta?.profile, tag } };
  return createHash('sha256')
    .update(JSON.stringify(inKeyOrder(content)))
    .digest('hex')
    .slice(0, 16);
}

function inKeyOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inKeyOrder);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, inKeyOrder(inner)]),
    );
  }
  return value;
}

/** The least that a bot needs, from what it declares. */
export function policyOf({ name, access }: BotDefinition): AccessPolicy {
  const grants = Object.entries<Grant>(access);
  return managed(
    {
      resourceType: 'AccessPolicy',
      name: botName(name),
      resource: grants.map(([resourceType, grant]) => ({ resourceType, interaction: INTERACTIONS[grant] })),
    },
    `policy/${name}`,
  );
}

/** How clients see an operation, and which bot answers it. */
export function operationOf(definition: BotDefinition, botId: string): OperationDefinition | undefined {
  const { operation, name, description } = definition;
  if (!operation) {
    return undefined;
  }
  return managed(
    {
      resourceType: 'OperationDefinition',
      extension: [{ url: IMPLEMENTATION, valueReference: { reference: `Bot/${botId}` } }],
      url: `${BASE}/OperationDefinition/${operation.code}`,
      name: operation.code.replace(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase()),
      status: 'active',
      kind: 'operation',
      description,
      code: operation.code,
      resource: [operation.resource],
      system: false,
      type: true,
      instance: false,
      parameter: deepClone([...operation.parameters]),
    },
    `operation/${name}`,
  );
}

/** One Subscription for each bot of a row of the event table. */
export function subscriptionOf(rule: Rule, bot: string, botId: string): Subscription {
  const key = createHash('sha256')
    .update(JSON.stringify([rule.resourceType, rule.criteria, rule.condition, rule.interaction, bot]))
    .digest('hex')
    .slice(0, 16);
  const extension = [
    ...(rule.condition ? [{ url: CONDITION, valueString: rule.condition }] : []),
    ...(rule.interaction ? [{ url: INTERACTION, valueCode: rule.interaction }] : []),
  ];
  return managed(
    {
      resourceType: 'Subscription',
      ...(extension.length > 0 && { extension }),
      status: 'active',
      reason: `Careline wakes ${bot}`,
      criteria: rule.criteria ? `${rule.resourceType}?${rule.criteria}` : rule.resourceType,
      channel: { type: 'rest-hook', endpoint: `Bot/${botId}` },
    },
    `subscription/${key}`,
  );
}

/** A resource of `resources/`, known by its canonical url or its name. */
export function dataOf(resource: Resource): Resource {
  const name = 'url' in resource ? resource.url : (resource as AccessPolicy | CodeSystem).name;
  if (!name) {
    throw new Error(`A ${resource.resourceType} of resources/ has neither url nor name.`);
  }
  return managed(resource, `data/${resource.resourceType}/${name.replace(`${BASE}/`, '')}`);
}
