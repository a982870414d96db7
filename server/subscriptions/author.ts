import { AccessPolicyInteraction, getExtensionValue, parseSearchRequest } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Resource, Subscription } from '@medplum/fhirtypes';
import { Access } from '../access/access.ts';
import type { Session } from '../auth/session.ts';

const CONDITION = 'https://medplum.com/fhir/StructureDefinition/fhir-path-criteria-expression';

/**
 * What of a change the author of a Subscription may hear of: the resource as they see it, or nothing. Nothing too where
 * the criteria look at a field that is hidden from them, as every call would tell of it.
 */
export function visibleToAuthor<T extends Resource>(
  subscription: Subscription,
  resource: WithId<T>,
  author: Session,
): WithId<T> | undefined {
  const access = new Access(author.context);
  const { resourceType, filters = [] } = parseSearchRequest(subscription.criteria);
  const asksForHidden =
    filters.some(({ code }) => access.hidesParameter(resourceType, code)) ||
    (access.hidesFieldsOf(resourceType) && getExtensionValue(subscription, CONDITION) !== undefined);
  return asksForHidden || !access.permits(AccessPolicyInteraction.READ, resource)
    ? undefined
    : access.visible(resource);
}
