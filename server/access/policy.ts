import { AccessPolicyInteraction, projectAdminResourceTypes } from '@medplum/core';
import type { AccessPolicy, AccessPolicyResource } from '@medplum/fhirtypes';
import type { RequestContext } from '../context.ts';

type Interactions = AccessPolicyResource['interaction'];

const READ: Interactions = [
  AccessPolicyInteraction.SEARCH,
  AccessPolicyInteraction.READ,
  AccessPolicyInteraction.HISTORY,
  AccessPolicyInteraction.VREAD,
];
const ALL_BUT_DELETE: Interactions = [...READ, AccessPolicyInteraction.CREATE, AccessPolicyInteraction.UPDATE];

/** Everybody may read these, unless their policy says otherwise: clients load schemas without asking. */
const OPEN_TYPES = ['SearchParameter', 'StructureDefinition'] as const;

const policies = new WeakMap<RequestContext, AccessPolicy>();

/**
 * What a requester may do, as one policy: the one of their membership, without the types that are for project
 * administrators only, or with those as administrators have them. Undefined for the server itself.
 */
export function effectivePolicy(context: RequestContext): AccessPolicy | undefined {
  if (context.projectId === undefined) {
    return undefined;
  }
  let policy = policies.get(context);
  if (!policy) {
    policy = { resourceType: 'AccessPolicy', ...context.accessPolicy, resource: effectiveResources(context) };
    policies.set(context, policy);
  }
  return policy;
}

function effectiveResources(context: RequestContext): AccessPolicyResource[] {
  const own = context.accessPolicy ? (context.accessPolicy.resource ?? []) : [{ resourceType: '*' }];
  const resources = own
    .filter(({ resourceType }) => !projectAdminResourceTypes.includes(resourceType ?? ''))
    .map((entry) => (entry.readonly && !entry.interaction ? { ...entry, interaction: READ } : entry));
  for (const resourceType of OPEN_TYPES) {
    if (!resources.some((entry) => entry.resourceType === resourceType)) {
      resources.push({ resourceType, interaction: READ });
    }
  }
  return context.admin ? [...resources, ...adminResources(context.projectId as string)] : resources;
}

/** What Medplum lets a project's administrator do with the types that are theirs alone. */
function adminResources(projectId: string): AccessPolicyResource[] {
  return [
    { resourceType: 'AccessPolicy' },
    {
      resourceType: 'Project',
      criteria: `Project?_id=${projectId}`,
      readonlyFields: ['features', 'link', 'systemSetting'],
      hiddenFields: ['superAdmin', 'systemSecret', 'strictMode'],
      interaction: ALL_BUT_DELETE,
    },
    {
      resourceType: 'ProjectMembership',
      criteria: `ProjectMembership?_project=${projectId}`,
      readonlyFields: ['project', 'user'],
    },
    { resourceType: 'UserSecurityRequest', criteria: `UserSecurityRequest?_project=${projectId}`, interaction: READ },
    {
      resourceType: 'User',
      criteria: `User?_project=${projectId}`,
      hiddenFields: ['passwordHash', 'mfaSecret'],
      readonlyFields: ['email', 'emailVerified', 'mfaEnrolled', 'project'],
    },
    { resourceType: 'Package', interaction: READ },
    { resourceType: 'PackageRelease', interaction: READ },
    { resourceType: 'PackageInstallation', interaction: READ },
  ];
}
