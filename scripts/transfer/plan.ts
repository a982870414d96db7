import type { WithId } from '@medplum/core';
import type { Bot, Resource } from '@medplum/fhirtypes';
import { contentHash, HASH_TAG, KEY_TAG, MANAGED_TAG } from '../deploy/desired.ts';
import { sid } from '../../bots/runtime/contract.ts';
import { idsIn } from './ids.ts';
import type { Exported } from './exported.ts';

/** What the other server has of its own: its bots come from deploy, and its audit trail is what happened there. */
const NOT_MOVED: readonly string[] = ['Bot', 'AuditEvent'];

/** What of an export goes where. */
export interface Plan {
  /** What deploy installs: the other server has it already, by type and key. */
  readonly installed: readonly { readonly id: string; readonly resourceType: string; readonly key: string }[];
  /** Installed, and edited by the clinic since: the edited content goes onto what the other server has. */
  readonly edited: readonly WithId<Resource>[];
  /** To be created, each after what it refers to, as far as that does not go in circles. */
  readonly created: readonly WithId<Resource>[];
  /** Stays where it is. */
  readonly skipped: readonly WithId<Resource>[];
}

/** Decides what happens to each resource of an export. */
export function plan(exported: Exported): Plan {
  const all = [...exported.values()];
  const installed = all.flatMap((resource) => {
    const key = keyOf(resource);
    return key === undefined ? [] : [{ id: resource.id, resourceType: resource.resourceType, key }];
  });
  const known = new Set(installed.map(({ id }) => id));
  const edited = all.filter((resource) => isEdited(resource));
  const others = all.filter(({ id }) => !known.has(id));
  const skipped = new Set(others.filter(({ resourceType }) => NOT_MOVED.includes(resourceType)));
  for (const subscription of others) {
    if (subscription.resourceType === 'Subscription' && wakesSkipped(subscription, exported, known)) {
      skipped.add(subscription);
    }
  }
  const rest = others.filter((resource) => !skipped.has(resource));
  const code = codeOfBots(all, rest, exported);
  rest.filter(({ id }) => code.has(id)).forEach((binary) => skipped.add(binary));
  return {
    installed,
    edited,
    created: inOrder(rest.filter((resource) => !skipped.has(resource))),
    skipped: [...skipped],
  };
}

/** How deploy finds what it installed: by a tag, a Bot by its identifier. */
export function keyOf(resource: Resource): string | undefined {
  if (resource.resourceType === 'Bot') {
    return (resource satisfies Bot).identifier?.find(({ system }) => system === sid('bot'))?.value;
  }
  const tags = resource.meta?.tag ?? [];
  const managed = tags.some(({ system, code }) => system === MANAGED_TAG.system && code === MANAGED_TAG.code);
  return managed ? tags.find(({ system }) => system === KEY_TAG)?.code : undefined;
}

function isEdited(resource: Resource): boolean {
  const hash = resource.meta?.tag?.find(({ system }) => system === HASH_TAG)?.code;
  const editable = ['PlanDefinition', 'ActivityDefinition', 'Questionnaire'].includes(resource.resourceType);
  return editable && keyOf(resource) !== undefined && hash !== contentHash(resource);
}

function wakesSkipped(subscription: Resource, exported: Exported, installed: ReadonlySet<string>): boolean {
  return [...idsIn(subscription, exported)].some(
    (id) => exported.get(id)?.resourceType === 'Bot' && !installed.has(id),
  );
}

/** Binaries that nothing refers to but Bots. */
function codeOfBots(all: readonly Resource[], rest: readonly Resource[], exported: Exported): Set<string> {
  const ofBots = all.filter(({ resourceType }) => resourceType === 'Bot').flatMap((bot) => [...idsIn(bot, exported)]);
  const ofOthers = new Set(rest.flatMap((resource) => [...idsIn(resource, exported)]));
  return new Set(ofBots.filter((id) => exported.get(id)?.resourceType === 'Binary' && !ofOthers.has(id)));
}

/** Depth first, so that whatever a resource refers to stands before it; a circle is cut where it was entered. */
function inOrder(resources: readonly WithId<Resource>[]): WithId<Resource>[] {
  const byId = new Map(resources.map((resource) => [resource.id, resource]));
  const ordered = new Set<WithId<Resource>>();
  const entered = new Set<string>();
  for (const root of resources) {
    // A stack of our own: a chain of resources may be longer than the one of calls.
    const stack: { resource: WithId<Resource>; needs: string[] }[] = [];
    const enter = (resource: WithId<Resource>): void => {
      if (!entered.has(resource.id)) {
        entered.add(resource.id);
        stack.push({ resource, needs: [...idsIn(resource, byId)] });
      }
    };
    enter(root);
    while (stack.length > 0) {
      const { resource, needs } = stack.at(-1) as { resource: WithId<Resource>; needs: string[] };
      const next = needs.pop();
      if (next === undefined) {
        ordered.add(resource);
        stack.pop();
      } else {
        enter(byId.get(next) as WithId<Resource>);
      }
    }
  }
  return [...ordered];
}
