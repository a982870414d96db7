import type { WithId } from '@medplum/core';
import {
  AccessPolicyInteraction,
  accessPolicySupportsInteraction,
  evalFhirPathTyped,
  protectedResourceTypes,
  satisfiedAccessPolicy,
} from '@medplum/core';
import type { AccessPolicyResource, Resource, ResourceType } from '@medplum/fhirtypes';
import type { RequestContext } from '../context.ts';
import { hasFields, removeFields, restoreFields } from './fields.ts';
import { tellsOf } from './parameters.ts';
import { effectivePolicy } from './policy.ts';

/** The interactions that show a resource, the one that says most of what is hidden first. */
const SEEING = [
  AccessPolicyInteraction.READ,
  AccessPolicyInteraction.SEARCH,
  AccessPolicyInteraction.VREAD,
  AccessPolicyInteraction.HISTORY,
  AccessPolicyInteraction.UPDATE,
  AccessPolicyInteraction.CREATE,
];

/** What one requester may do. */
export class Access {
  /** The project that the requester is in; undefined for the server itself, which is in all. */
  readonly projectId: string | undefined;
  private readonly policy: ReturnType<typeof effectivePolicy>;

  constructor(context: RequestContext) {
    this.projectId = context.projectId;
    this.policy = effectivePolicy(context);
  }

  /** True for the server itself, for which there are no rules. */
  get unlimited(): boolean {
    return this.projectId === undefined;
  }

  /** True if an interaction is allowed on some resources of a type. */
  supports(interaction: AccessPolicyInteraction, resourceType: string): boolean {
    if (!this.policy) {
      return true;
    }
    return (
      !protectedResourceTypes.includes(resourceType) &&
      accessPolicySupportsInteraction(this.policy, interaction, resourceType as ResourceType)
    );
  }

  /** True if an interaction is allowed on this resource, which must have its `meta`. */
  permits(interaction: AccessPolicyInteraction, resource: Resource): boolean {
    return this.rule(interaction, resource) !== undefined;
  }

  /** True if a resource may be written as it is now, constraints included. */
  permitsWrite(
    interaction: typeof AccessPolicyInteraction.CREATE | typeof AccessPolicyInteraction.UPDATE,
    before: Resource | undefined,
    after: Resource,
  ): boolean {
    const rule = this.rule(interaction, after);
    return (
      rule !== undefined && (rule.writeConstraint ?? []).every(({ expression }) => holds(expression, before, after))
    );
  }

  /**
   * The rules for searching a type: a resource is found that matches the criteria of one of them. Undefined means that
   * every resource of the project is.
   */
  searchRules(resourceType: string): AccessPolicyResource[] | undefined {
    const rules = this.policy?.resource?.filter((rule) =>
      accessPolicySupportsInteraction(
        { resourceType: 'AccessPolicy', resource: [rule] },
        AccessPolicyInteraction.SEARCH,
        resourceType as ResourceType,
      ),
    );
    return rules?.some((rule) => !rule.criteria && !rule.compartment) ? undefined : rules;
  }

  /** A resource as the requester may see it; a copy, where something is hidden. */
  visible<T extends Resource>(resource: T): T {
    const hidden = this.hiddenFields(resource);
    if (hidden.length === 0 || !hasFields(resource, hidden)) {
      return resource;
    }
    const copy = structuredClone(resource);
    // What a resource belongs to may be told by what is hidden of it.
    removeFields(copy, [...hidden, 'meta.compartment']);
    return copy;
  }

  /** What of a resource the requester may not see. */
  hiddenFields(resource: Resource): readonly string[] {
    if (!this.hidesFieldsOf(resource.resourceType)) {
      return [];
    }
    // Whoever may only search, or only write, sees what they found or wrote, but nothing that is hidden.
    for (const interaction of SEEING) {
      const rule = this.rule(interaction, resource);
      if (rule) {
        return rule.hiddenFields ?? [];
      }
    }
    return [];
  }

  /** True if a search parameter of a type could tell of a field that the requester may not see. */
  hidesParameter(resourceType: string, code: string): boolean {
    if (!this.hidesFieldsOf(resourceType)) {
      return false;
    }
    const hidden = this.rulesOf(resourceType).flatMap(({ hiddenFields }) => hiddenFields ?? []);
    return tellsOf(resourceType, code, hidden);
  }

  /** True if every version of a type's resources may be seen by whoever may see the present one. */
  seesAllVersions(resourceType: string): boolean {
    return !this.rulesOf(resourceType).some((rule) => rule.criteria ?? rule.compartment);
  }

  /** True if anything of a type is hidden from the requester, so that its stored text cannot be sent as it is. */
  hidesFieldsOf(resourceType: string): boolean {
    return this.rulesOf(resourceType).some(({ hiddenFields }) => hiddenFields?.length);
  }

  /**
   * Puts back what the requester may not write, or could not see: as it was in the version before, or away.
   * @param resource As it is to be written, with its `meta`.
   * @returns A copy; the resource itself where there is nothing to put back.
   */
  restoreFields<T extends Resource>(resource: WithId<T>, before: WithId<T> | undefined): WithId<T> {
    const has = (paths: readonly string[]): boolean =>
      hasFields(resource, paths) || (before !== undefined && hasFields(before, paths));
    // Which rule holds is only asked where one of them has something to say.
    if (!has(this.rulesOf(resource.resourceType).flatMap(guardedFields))) {
      return resource;
    }
    const rule = this.rule(
      before ? AccessPolicyInteraction.UPDATE : AccessPolicyInteraction.CREATE,
      before ?? resource,
    );
    const paths = rule ? guardedFields(rule) : [];
    if (!has(paths)) {
      return resource;
    }
    const copy = structuredClone(resource);
    restoreFields(copy, before, paths);
    return copy;
  }

  /** What the policy says of a type, whatever the resource. */
  private rulesOf(resourceType: string): AccessPolicyResource[] {
    return (
      this.policy?.resource?.filter((rule) => rule.resourceType === resourceType || rule.resourceType === '*') ?? []
    );
  }

  private rule(interaction: AccessPolicyInteraction, resource: Resource): AccessPolicyResource | undefined {
    if (!this.policy) {
      return { resourceType: '*' };
    }
    if (protectedResourceTypes.includes(resource.resourceType) || resource.meta?.project !== this.projectId) {
      return undefined;
    }
    return satisfiedAccessPolicy(resource, interaction, this.policy);
  }
}

/** What the requester cannot change by a write. */
function guardedFields({ readonlyFields = [], hiddenFields = [] }: AccessPolicyResource): string[] {
  return [...readonlyFields, ...hiddenFields];
}

function holds(expression: string | undefined, before: Resource | undefined, after: Resource): boolean {
  const result = evalFhirPathTyped(expression ?? 'false', [{ type: after.resourceType, value: after }], {
    '%before': { type: before?.resourceType ?? 'undefined', value: before },
    '%after': { type: after.resourceType, value: after },
  });
  return result.length === 1 && result[0]?.value === true;
}
