import { badRequest, OperationOutcomeError, resolveId } from '@medplum/core';
import type { FhirRepository } from '@medplum/fhir-router';
import type {
  AccessPolicy,
  AccessPolicyIpAccessRule,
  AccessPolicyResource,
  ProjectMembership,
  ProjectMembershipAccess,
  ProjectMembershipAccessParameter,
} from '@medplum/fhirtypes';

/**
 * What a member may do: the policies of its membership, each with its parameters filled in, added up. Undefined where
 * the membership names none: then the whole project is open to it, as it is in Medplum.
 */
export async function resolveAccessPolicy(
  repository: FhirRepository,
  membership: ProjectMembership,
): Promise<AccessPolicy | undefined> {
  const access: ProjectMembershipAccess[] = [
    ...(membership.accessPolicy ? [{ policy: membership.accessPolicy }] : []),
    ...(membership.access ?? []),
  ];
  if (access.length === 0) {
    return undefined;
  }

  const resource: AccessPolicyResource[] = [];
  const ipAccessRule: AccessPolicyIpAccessRule[] = [];
  let compartment: AccessPolicy['compartment'];
  for (const entry of access) {
    const policy = fillIn(await readPolicy(repository, entry), parametersOf(entry, membership));
    resource.push(...(policy.resource ?? []));
    ipAccessRule.push(...(policy.ipAccessRule ?? []));
    compartment = policy.compartment ?? compartment;
  }
  return {
    resourceType: 'AccessPolicy',
    basedOn: access.map((entry) => entry.policy),
    ...(compartment && { compartment }),
    resource,
    ...(ipAccessRule.length > 0 && { ipAccessRule }),
  };
}

async function readPolicy(repository: FhirRepository, entry: ProjectMembershipAccess): Promise<AccessPolicy> {
  try {
    return await repository.readReference<AccessPolicy>(entry.policy);
  } catch {
    // A policy that cannot be read allows nothing; what it was called is nobody's business who signs in.
    throw new OperationOutcomeError(
      badRequest('Cannot authenticate: the access policy of this membership cannot be read. Ask your administrator.'),
    );
  }
}

/** The parameters of an entry; `%profile`, and `%patient` unless it is given, are the member's own profile. */
function parametersOf(
  entry: ProjectMembershipAccess,
  membership: ProjectMembership,
): ProjectMembershipAccessParameter[] {
  const given = entry.parameter ?? [];
  const own = ['profile', 'patient'].filter((name) => name === 'profile' || !given.some((p) => p.name === name));
  return [...given, ...own.map((name) => ({ name, valueReference: membership.profile }))];
}

/** Replaces `%name` by the value, and `%name.id` by the id of a reference, wherever they stand in the policy. */
function fillIn(policy: AccessPolicy, parameters: ProjectMembershipAccessParameter[]): AccessPolicy {
  let text = JSON.stringify(policy);
  for (const { name, valueString, valueReference } of parameters) {
    if (valueString) {
      text = text.replaceAll(`%${name}`, () => escaped(valueString));
    } else if (valueReference?.reference) {
      const { reference } = valueReference;
      text = text.replaceAll(`%${name}.id`, () => escaped(resolveId(valueReference) ?? ''));
      text = text.replaceAll(`%${name}`, () => escaped(reference));
    }
  }
  return JSON.parse(text) as AccessPolicy;
}

/** A value cannot break out of the string that it is put into. */
function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
