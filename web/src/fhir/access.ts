import { accessPolicySupportsInteraction, AccessPolicyInteraction } from '@medplum/core';
import { useMedplum } from '@medplum/react-hooks';
import type { ResourceType } from '@medplum/fhirtypes';

/** What whoever is signed in may do with a type of resource; the server decides, this is what is offered. */
export interface Access {
  readonly mayRead: (type: ResourceType) => boolean;
  readonly mayCreate: (type: ResourceType) => boolean;
  readonly mayChange: (type: ResourceType) => boolean;
}

/** By the policy of the session: a clinic may have edited its roles, so no list of roles would be right. */
export function useAccess(): Access {
  const policy = useMedplum().getAccessPolicy();
  const may =
    (interaction: AccessPolicyInteraction) =>
    (type: ResourceType): boolean =>
      !policy || accessPolicySupportsInteraction(policy, interaction, type);
  return {
    mayRead: may(AccessPolicyInteraction.SEARCH),
    mayCreate: may(AccessPolicyInteraction.CREATE),
    mayChange: may(AccessPolicyInteraction.UPDATE),
  };
}
