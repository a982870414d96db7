import { createHash, randomUUID } from 'node:crypto';
import type { InviteRequest, ProfileResource, WithId } from '@medplum/core';
import { ClientStorage, createReference, MedplumClient, MemoryStorage } from '@medplum/core';
import type { AccessPolicy, PractitionerRole, ProjectMembership, ProjectMembershipAccess } from '@medplum/fhirtypes';
import { codeSystem } from '../bots/runtime/contract.ts';
import type { Role } from '../bots/runtime/contract.ts';

const PASSWORD = 'lamp orbit walnut';

/** A server with the layer on it: a test's clinic, or one that is there. */
export interface Site {
  /** The project's administrator. */
  readonly medplum: MedplumClient;
  readonly server: { readonly baseUrl: string; readonly credentials: { readonly projectId: string } };
}

/** Somebody who can sign in. */
export interface Member {
  /** Signed in with a password, as a browser does. */
  readonly medplum: MedplumClient;
  readonly profile: ProfileResource;
  readonly membership: ProjectMembership;
}

/** A member of the staff with a role: the policy that is shipped for it, and an active PractitionerRole. */
export async function staffMember(site: Site, role: Role & keyof typeof POLICIES): Promise<Member> {
  const member = await newMember(site, POLICIES[role], { resourceType: 'Practitioner' });
  await site.medplum.createResource<PractitionerRole>({
    resourceType: 'PractitionerRole',
    active: true,
    practitioner: createReference(member.profile) as PractitionerRole['practitioner'] & object,
    code: [{ coding: [{ system: codeSystem('role'), code: role }] }],
  });
  return member;
}

/** A patient who signs in, with the policy that is shipped for patients. */
export const patientMember = (site: Site): Promise<Member> =>
  newMember(site, 'Careline patient', { resourceType: 'Patient' });

/** A person who acts for a patient. */
export const relatedMember = (site: Site, patient: string): Promise<Member> =>
  newMember(
    site,
    'Careline patient',
    { resourceType: 'RelatedPerson', patient: { reference: patient } },
    { parameter: [{ name: 'patient', valueReference: { reference: patient } }] },
  );

const POLICIES = {
  administrator: 'Careline administrator',
  practitioner: 'Careline practitioner',
  'front-desk': 'Careline front desk',
} as const;

/** A policy that is installed. */
export async function policyNamed(site: Site, name: string): Promise<WithId<AccessPolicy>> {
  const policy = await site.medplum.searchOne('AccessPolicy', { 'name:exact': name });
  if (!policy) {
    throw new Error(`There is no policy ${name}.`);
  }
  return policy;
}

async function newMember(
  site: Site,
  policyName: string,
  request: Pick<InviteRequest, 'resourceType' | 'patient'>,
  access: Partial<ProjectMembershipAccess> = {},
): Promise<Member> {
  const policy = await policyNamed(site, policyName);
  const email = `${randomUUID()}@example.com`;
  const membership = (await site.medplum.invite(site.server.credentials.projectId, {
    ...request,
    firstName: 'Test',
    lastName: 'Person',
    email,
    password: PASSWORD,
    sendEmail: false,
    access: [{ policy: createReference(policy), ...access }],
  })) as ProjectMembership;
  const profile = (await site.medplum.readReference(membership.profile)) as ProfileResource;
  return { medplum: await signedIn(site.server, email), profile, membership };
}

/** Outside of a browser the client cannot hash its verifier, so it is given one. */
async function signedIn({ baseUrl, credentials }: Site['server'], email: string): Promise<MedplumClient> {
  const verifier = `${randomUUID()}${randomUUID()}`;
  const storage = new ClientStorage(new MemoryStorage());
  storage.setString('codeVerifier', verifier);
  const medplum = new MedplumClient({ baseUrl, fetch, storage, cacheTime: 0 });
  const { code } = await medplum.startLogin({
    email,
    // A patient's password is good for the one project.
    projectId: credentials.projectId,
    password: PASSWORD,
    scope: 'openid offline_access',
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
    codeChallengeMethod: 'S256',
  });
  await medplum.processCode(code as string);
  return medplum;
}
